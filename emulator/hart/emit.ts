import type { BinaryOperator, Expression, Operand } from '../isa/expression.js';
import type { Row } from '../isa/row.js';
import { operationOf, rows } from '../isa/table.js';
import { OctobarError } from '../sim/error.js';
import { FEEDS_JALR, NEXT_IS_JUMP } from './slot.js';
import {
  AT,
  DISTURBED,
  HISTORY,
  HORIZON,
  historyOffset,
  NOW,
  SOON,
  UNTIL,
  mode,
  numberFields,
  numberOffset,
  phase,
  stall,
  stallOffset,
  wordFields,
  wordOffset,
  type NumberField,
  type StallCause,
  type WordField,
} from './state.js';

/**
 * Writes the interpreter's source text out of the instruction table: one `case` per row, so that
 * the meaning stands in one place and V8 sees one flat switch. The result is committed as
 * `generated/execute.ts`; a test checks that it is what this file writes.
 */
const operands: Record<Operand, string> = {
  rs1: 'R[base + ((w >>> 15) & 31)]',
  rs2: 'R[base + ((w >>> 20) & 31)]',
  rd: 'R[base + ((w >>> 9) & 63)]',
  imm: 'code[index + 1]',
  pc: 'pc',
};

const comparison: Partial<Record<BinaryOperator, readonly [string, boolean]>> = {
  eq: ['===', false],
  ne: ['!==', false],
  lt_s: ['<', false],
  ge_s: ['>=', false],
  lt_u: ['<', true],
  ge_u: ['>=', true],
};

const arithmetic: Partial<Record<BinaryOperator, string>> = {
  add: '+',
  sub: '-',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr_s: '>>',
  shr_u: '>>>',
};

/** JavaScript text of a condition. */
function emitCondition(tree: Expression): string {
  if (tree.kind === 'binary') {
    const rule = comparison[tree.operator];
    if (rule) {
      const [sign, unsigned] = rule;
      const wrap = (text: string): string => (unsigned ? `${text} >>> 0` : text);
      return `${wrap(emitValue(tree.left))} ${sign} ${wrap(emitValue(tree.right))}`;
    }
  }
  return `${emitValue(tree)} !== 0`;
}

/** JavaScript text of a value; an int32 after it is stored into an Int32Array. */
function emitValue(tree: Expression): string {
  switch (tree.kind) {
    case 'operand':
      return operands[tree.operand];
    case 'constant':
      return String(tree.value);
    case 'call':
      return `${tree.helper}(${tree.arguments.map(emitValue).join(', ')})`;
    case 'binary': {
      if (comparison[tree.operator]) return `(${emitCondition(tree)} ? 1 : 0)`;
      if (tree.operator === 'mul') {
        return `Math.imul(${emitValue(tree.left)}, ${emitValue(tree.right)})`;
      }
      return `(${emitValue(tree.left)} ${arithmetic[tree.operator]} ${emitValue(tree.right)})`;
    }
  }
}

const write = (text: string): string => `R[base + ((w >>> 9) & 63)] = ${text};`;

/** Adds a taken jump to the ring that the list of last instructions is made from. */
const remember = [
  'const head = $historyHead;',
  'R[base + #history + (head << 1)] = pc;',
  'R[base + #history + 1 + (head << 1)] = target;',
  '$historyHead = (head + 1) & #historyMask;',
];

function emitCase(row: Row): string[] {
  switch (row.timing) {
    case 'alu':
    case 'mul':
      return [write(emitValue(row.result!)), 'break;'];
    case 'mulh':
      return [
        write(emitValue(row.result!)),
        't += mulhExtra;',
        '$mulh += mulhExtra;',
        '$lastStall = #mulh;',
        'if ((w & #NEXT_IS_JUMP) !== 0) $waited = mulhExtra;',
        'break;',
      ];
    case 'div': {
      const isSigned = row.name === 'div' || row.name === 'rem';
      return [
        `const extra = divExtra + divisionSteps(${operands.rs2}, ${isSigned});`,
        write(emitValue(row.result!)),
        't += extra;',
        '$div += extra;',
        '$lastStall = #div;',
        'if ((w & #NEXT_IS_JUMP) !== 0) $waited = extra;',
        'break;',
      ];
    }
    case 'branch':
      return [
        '$branches++;',
        `if (${emitCondition(row.condition!)}) {`,
        '  const target = code[index + 1];',
        '  $taken++;',
        ...remember.map((line) => `  ${line}`),
        '  const cost = (w >>> 25) & 7;',
        '  $branch += cost - 1;',
        '  $lastStall = #branch;',
        '  t += cost - 1;',
        '  pc = target - 2 - ((w >>> 27) & 2);',
        '} else if (fallThroughExtra !== 0) {',
        '  t += fallThroughExtra;',
        '  $branch += fallThroughExtra;',
        '  $lastStall = #branch;',
        '}',
        'break;',
      ];
    case 'jump':
      return [
        'let cost = (w >>> 25) & 7;',
        'if ($waited !== 0) {',
        '  cost -= hidden;',
        '  $waited = 0;',
        '}',
        write('pc + 2 + ((w >>> 27) & 2)'),
        'const target = code[index + 1];',
        '$jumps++;',
        ...remember,
        '$jump += cost - 1;',
        '$lastStall = #jump;',
        't += cost - 1;',
        'pc = target - 2 - ((w >>> 27) & 2);',
        'break;',
      ];
    case 'jalr':
      return emitIndirectJump();
    case 'load':
    case 'store':
      return emitRequest(row);
    default:
      // csr, fence, traps, wfi, event loads: rare, and they touch more than this hart's registers.
      return [];
  }
}

/**
 * jalr needs its base register in decode, so it may have to wait there; waiting behind a multi-cycle
 * instruction hides its second cycle, unless it waited for the register just as long.
 */
function emitIndirectJump(): string[] {
  return [
    'const ready = $jalrReady;',
    'if (ready > t) {',
    '  $jump += ready - t;',
    '  $lastStall = #jump;',
    '  $waited = 0;',
    '  $next = ready;',
    '  $pc = pc;',
    '  if (ready < soon) soon = ready;',
    '  continue harts;',
    '}',
    `const target = (${operands.rs1} + ${operands.imm}) & -2;`,
    'const split = (target & 2) !== 0 && context.isLong(target) ? splitCost : 0;',
    'const same = ((w >>> 9) & 63) === ((w >>> 15) & 31) ? sameCost : 0;',
    'let cost = jumpCost + same + split;',
    'if ($waited !== 0 && ready < t) cost -= split === 0 ? hidden + same : hidden;',
    '$waited = 0;',
    write('pc + 2 + ((w >>> 27) & 2)'),
    '$jumps++;',
    ...remember,
    '$jump += cost - 1;',
    '$lastStall = #jump;',
    't += cost - 1;',
    'pc = target - 2 - ((w >>> 27) & 2);',
    'break;',
  ];
}

/** Raises the TCDM request when the access is inside and does not cross a word; else the slow path. */
function emitRequest(row: Row): string[] {
  const { bytes } = row.memory!;
  const crosses =
    bytes === 1 ? '' : bytes === 2 ? ' && (offset & 1) === 0' : ' && (offset & 3) === 0';
  return [
    `const offset = (${operands.rs1} + ${operands.imm} - tcdmBase) | 0;`,
    `if (offset >>> 0 < tcdmSize${crosses}) {`,
    '  $requestOffset = offset;',
    '  $requestSlot = w;',
    '  $since = t;',
    '  $next = t;',
    '  $pc = pc;',
    '  $mode = #requesting;',
    '  if (alone) {',
    '    clock[#NOW] = t;',
    '    grantAlone(base >> 7);',
    '    complete(base >> 7);',
    '    t = $next;',
    '    if (t < horizon && signals[#DISTURBED] === 0) {',
    '      pc = $pc;',
    '      continue;',
    '    }',
    '    if (t < soon) soon = t;',
    '    continue harts;',
    '  }',
    '  if (t === now) requesters[asking++] = base >> 7;',
    '  else if (t < soon) soon = t;',
    '  continue harts;',
    '}',
    '$next = t;',
    '$pc = pc;',
    'clock[#AT] = t;',
    'context.access(base >> 7, w, (offset + tcdmBase) | 0);',
    'if ($mode === #requesting && $next === now) requesters[asking++] = base >> 7;',
    'else if ($next < soon) soon = $next;',
    'continue harts;',
  ];
}

function emitComplete(row: Row): string[] {
  const { bytes, signed, write: isWrite } = row.memory!;
  const view = bytes === 4 ? 'i32' : `${signed ? 'i' : 'u'}${bytes * 8}`;
  const at = bytes === 4 ? 'offset >> 2' : bytes === 2 ? 'offset >> 1' : 'offset';
  if (isWrite)
    return [
      `${view}[${at}] = ${operands.rs2};`,
      '$stores++;',
      'if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);',
      'break;',
    ];
  return [write(`${view}[${at}]`), '$loads++;', 'break;'];
}

const indent = (lines: readonly string[], by: number): string =>
  lines.map((line) => `${' '.repeat(by)}${line}`).join('\n');

const cases = (emit: (row: Row) => string[], by: number, keep: (row: Row) => boolean): string =>
  rows
    .filter(keep)
    .map((row) => ({ row, body: emit(row) }))
    .filter(({ body }) => body.length > 0)
    .map(({ row, body }) => {
      const scoped = body.some((line) => /^(const|let) /.test(line));
      const open = `case ${operationOf.get(row.name)}: ${scoped ? '{ ' : ''}// ${row.name}`;
      const lines = scoped ? [...body, '}'] : body;
      return `${indent([open], by)}\n${indent(lines.slice(0, scoped ? -1 : undefined), by + 2)}${scoped ? `\n${indent(['}'], by)}` : ''}`;
    })
    .join('\n');

/** `$field` is a word or number of the hart at `base`, `#name` a constant: literals are fastest. */
function resolveNames(text: string): string {
  const constants: Record<string, number> = {
    ...mode,
    ...phase,
    ...stall,
    NOW,
    HORIZON,
    SOON,
    UNTIL,
    AT,
    DISTURBED,
    history: historyOffset,
    historyMask: HISTORY - 1,
    FEEDS_JALR,
    NEXT_IS_JUMP,
    nextOffset: numberOffset('next'),
    offsetOffset: wordOffset('requestOffset'),
  };
  return text
    .replace(/\$(\w+)/g, (whole, name: string) => {
      if ((wordFields as readonly string[]).includes(name)) {
        return `R[base + ${wordOffset(name as WordField)}]`;
      }
      if ((numberFields as readonly string[]).includes(name)) {
        return `N[base + ${numberOffset(name as NumberField)}]`;
      }
      if (name in stall) return `N[base + ${stallOffset(name as StallCause)}]`;
      throw new OctobarError('internal', `the interpreter has no field ${whole}`);
    })
    .replace(/#(\w+)/g, (whole, name: string) => {
      if (!(name in constants)) throw new OctobarError('internal', `no constant ${whole}`);
      return String(constants[name]);
    });
}

const isMemory = (row: Row): boolean => row.timing === 'load' || row.timing === 'store';

/** The text of `generated/execute.ts`. `template` is `execute.template`, with its two marks. */
export function emitInterpreter(template: string): string {
  const text = template
    .replace('          // @execute\n', () => `${cases(emitCase, 10, () => true)}\n`)
    .replace('    // @complete\n', () => `${cases(emitComplete, 4, isMemory)}\n`);
  return resolveNames(text);
}
