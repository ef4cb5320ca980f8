/**
 * A small validator of the JSON Schema keywords that our published schemas use; an unknown keyword
 * is an error, so that a schema cannot promise what nothing checks.
 */
type Node = Record<string, unknown>;

const annotations = new Set('$schema $id title description default x-unit $defs'.split(' '));

/** Messages `path: what`; empty when the value obeys the schema. */
export function schemaErrors(schema: object, value: unknown): string[] {
  const errors: string[] = [];
  check(schema as Node, value, '$', schema as Node, errors);
  return errors;
}

function check(node: Node, value: unknown, path: string, root: Node, errors: string[]): void {
  for (const [keyword, rule] of Object.entries(node)) {
    if (annotations.has(keyword)) continue;
    const handler = keywords[keyword];
    if (!handler) throw new Error(`${path}: the validator does not know ${keyword}`);
    handler({ rule, node, value, path, root, errors });
  }
}

interface Call {
  rule: unknown;
  node: Node;
  value: unknown;
  path: string;
  root: Node;
  errors: string[];
}

const keywords: Record<string, (call: Call) => void> = {
  type({ rule, value, path, errors }) {
    const types = Array.isArray(rule) ? rule : [rule];
    if (!types.some((type) => isType(value, String(type))))
      errors.push(`${path}: no ${types.join(' or ')}`);
  },
  const({ rule, value, path, errors }) {
    if (value !== rule) errors.push(`${path}: not ${String(rule)}`);
  },
  enum({ rule, value, path, errors }) {
    if (!(rule as unknown[]).includes(value))
      errors.push(`${path}: none of ${JSON.stringify(rule)}`);
  },
  minimum({ rule, value, path, errors }) {
    if (typeof value === 'number' && value < Number(rule))
      errors.push(`${path}: below ${String(rule)}`);
  },
  maximum({ rule, value, path, errors }) {
    if (typeof value === 'number' && value > Number(rule))
      errors.push(`${path}: above ${String(rule)}`);
  },
  minLength({ rule, value, path, errors }) {
    if (typeof value === 'string' && value.length < Number(rule)) errors.push(`${path}: too short`);
  },
  pattern({ rule, value, path, errors }) {
    if (typeof value === 'string' && !new RegExp(String(rule), 'u').test(value)) {
      errors.push(`${path}: does not match ${String(rule)}`);
    }
  },
  maxItems({ rule, value, path, errors }) {
    if (Array.isArray(value) && value.length > Number(rule)) errors.push(`${path}: too many items`);
  },
  items({ rule, value, path, root, errors }) {
    if (!Array.isArray(value)) return;
    value.forEach((item, i) => check(rule as Node, item, `${path}[${i}]`, root, errors));
  },
  required({ rule, value, path, errors }) {
    if (!isType(value, 'object')) return;
    for (const name of rule as string[]) {
      if (!Object.hasOwn(value as Node, name)) errors.push(`${path}: ${name} is missing`);
    }
  },
  properties({ rule, value, path, root, errors }) {
    if (!isType(value, 'object')) return;
    for (const [name, item] of Object.entries(value as Node)) {
      const known = Object.hasOwn(rule as Node, name) ? (rule as Node)[name] : undefined;
      if (known) check(known as Node, item, `${path}.${name}`, root, errors);
    }
  },
  additionalProperties({ rule, node, value, path, root, errors }) {
    if (!isType(value, 'object')) return;
    const known = (node['properties'] ?? {}) as Node;
    for (const [name, item] of Object.entries(value as Node)) {
      if (Object.hasOwn(known, name)) continue;
      if (rule === false) errors.push(`${path}: ${name} is not known`);
      else check(rule as Node, item, `${path}.${name}`, root, errors);
    }
  },
  oneOf({ rule, value, path, root, errors }) {
    const matching = (rule as Node[]).filter((option) => {
      const inner: string[] = [];
      check(option, value, path, root, inner);
      return inner.length === 0;
    });
    if (matching.length !== 1) errors.push(`${path}: matches ${matching.length} alternatives`);
  },
  $ref({ rule, value, path, root, errors }) {
    const name = String(rule).replace('#/$defs/', '');
    check((root['$defs'] as Node)[name] as Node, value, path, root, errors);
  },
};

function isType(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
