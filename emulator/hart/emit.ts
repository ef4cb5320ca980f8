import type { BinaryOperator, Expression, Operand } from '../isa/expression.js';
import type { Row } from '../isa/row.js';
import { operationOf, rows } from '../isa/table.js';

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

function emitCase(row: Row): string[] {
  switch (row.timing) {
    case 'alu':
    case 'mul':
      return [write(emitValue(row.result!)), 'break;'];
    case 'mulh':
      return [
        write(emitValue(row.result!)),
        't += mulhExtra;',
        'stalls[stallBase + MULH] += mulhExtra;',
        'lastStall[hart] = MULH;',
        'if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = mulhExtra;',
        'break;',
      ];
    case 'div': {
      const isSigned = row.name === 'div' || row.name === 'rem';
      return [
        `const extra = divExtra + divisionSteps(${operands.rs2}, ${isSigned});`,
        write(emitValue(row.result!)),
        't += extra;',
        'stalls[stallBase + DIV] += extra;',
        'lastStall[hart] = DIV;',
        'if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = extra;',
        'break;',
      ];
    }
    case 'branch':
      return [
        'branches[hart]++;',
        `if (${emitCondition(row.condition!)}) {`,
        '  const target = code[index + 1];',
        '  taken[hart]++;',
        '  remember(hart, pc, target);',
        '  const cost = (w >>> 25) & 7;',
        '  stalls[stallBase + BRANCH] += cost - 1;',
        '  lastStall[hart] = BRANCH;',
        '  t += cost - 1;',
        '  pc = target - 2 - ((w >>> 27) & 2);',
        '} else {',
        '  t += fallThroughExtra;',
        '  stalls[stallBase + BRANCH] += fallThroughExtra;',
        '}',
        'break;',
      ];
    case 'jump':
      return [
        'let cost = (w >>> 25) & 7;',
        'if (waited[hart] !== 0) {',
        '  cost -= hidden;',
        '  waited[hart] = 0;',
        '}',
        write('pc + 2 + ((w >>> 27) & 2)'),
        'const target = code[index + 1];',
        'jumps[hart]++;',
        'remember(hart, pc, target);',
        'stalls[stallBase + JUMP] += cost - 1;',
        'lastStall[hart] = JUMP;',
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
    'const ready = jalrReady[hart];',
    'if (ready > t) {',
    '  stalls[stallBase + JUMP] += ready - t;',
    '  lastStall[hart] = JUMP;',
    '  waited[hart] = 0;',
    '  next[hart] = ready;',
    '  PC[hart] = pc;',
    '  if (ready < soon) soon = ready;',
    '  continue harts;',
    '}',
    `const target = (${operands.rs1} + ${operands.imm}) & -2;`,
    'const split = (target & 2) !== 0 && context.isLong(target) ? splitCost : 0;',
    'const same = ((w >>> 9) & 63) === ((w >>> 15) & 31) ? sameCost : 0;',
    'let cost = jumpCost + same + split;',
    'if (waited[hart] !== 0 && ready < t) cost -= split === 0 ? hidden + same : hidden;',
    'waited[hart] = 0;',
    write('pc + 2 + ((w >>> 27) & 2)'),
    'jumps[hart]++;',
    'remember(hart, pc, target);',
    'stalls[stallBase + JUMP] += cost - 1;',
    'lastStall[hart] = JUMP;',
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
    '  requestOffset[hart] = offset;',
    '  requestSlot[hart] = w;',
    '  since[hart] = t;',
    '  next[hart] = t;',
    '  PC[hart] = pc;',
    '  modes[hart] = REQUESTING;',
    '  if (t === now) requesters[asking++] = hart;',
    '  else if (t < soon) soon = t;',
    '  continue harts;',
    '}',
    'next[hart] = t;',
    'PC[hart] = pc;',
    'context.access(hart, w, (offset + tcdmBase) | 0, t);',
    'if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;',
    'else if (next[hart] < soon) soon = next[hart];',
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
      'stores[hart]++;',
      'if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);',
      'break;',
    ];
  return [write(`${view}[${at}]`), 'loads[hart]++;', 'break;'];
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

/** The text of `generated/execute.ts`. `template` is `execute.template.ts`, with its two marks. */
export function emitInterpreter(template: string): string {
  const isMemory = (row: Row): boolean => row.timing === 'load' || row.timing === 'store';
  return template
    .replace('        // @execute\n', `${cases(emitCase, 8, () => true)}\n`)
    .replace('    // @complete\n', `${cases(emitComplete, 4, isMemory)}\n`);
}
