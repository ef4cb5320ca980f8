import type { MemoryMeaning, Row } from '../isa/row.js';
import { operationOf, registerFamilies, rows } from '../isa/table.js';
import { OctobarError } from '../sim/error.js';
import { ExpressionEmitter, type OperandText } from './emit-expression.js';
import { frameOf, FRAME_SHIFT } from './profiler-layout.js';
import { ASK, FEEDS_JALR, HART_SHIFT, NEXT_IS_JUMP } from './slot.js';
import {
  AT,
  DISTURBED,
  HORIZON,
  NOW,
  RING,
  RING_SHIFT,
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
const operands: OperandText = {
  rs1: 'R[base + ((w >>> 15) & 31)]',
  rs2: 'R[base + ((w >>> 20) & 31)]',
  rd: 'R[base + ((w >>> 9) & 63)]',
  imm: 'code[index + 1]',
  field2: '((w >>> 20) & 31)',
  field2_s: '(w << 7 >> 27)',
  pc: 'pc',
};

/** Operands of the functions in `generated/execute-registers.ts`, which hold them in variables. */
const locals: OperandText = {
  rs1: 'a',
  rs2: 'b',
  rd: 'd',
  imm: 'n',
  field2: '((w >>> 20) & 31)',
  field2_s: '(w << 7 >> 27)',
  pc: 'pc',
};

const main = new ExpressionEmitter(operands);
const ofRegisters = new ExpressionEmitter(locals);
const familyOf = new Map<Row, string>(
  Object.entries(registerFamilies).flatMap(([name, members]) =>
    members.map((row) => [row, name] as const),
  ),
);

const write = (text: string): string => `R[base + ((w >>> 9) & 63)] = ${text};`;

/** Adds a taken jump to the ring that the list of last instructions is made from. */
const remember = [
  'const head = $historyHead;',
  'H[(base << #ringShift) + (head << 1)] = pc;',
  'H[(base << #ringShift) + (head << 1) + 1] = target;',
  '$historyHead = (head + 1) & #ringMask;',
];

/** A line of the interpreter that observes, and of no other. */
const observed = (line: string): string[] => ['// @observed', line, '// @end'];

/** Goes to `target`: the loop adds the length of this instruction. */
const go = ['const from = target - 2 - ((w >>> 27) & 2);', '$walked += pc - from;', 'pc = from;'];

function emitCase(row: Row): string[] {
  const family = familyOf.get(row);
  if (family !== undefined) return [`${family}(R, base, w, code[index + 1]);`, 'break;'];
  switch (row.timing) {
    case 'alu':
    case 'mul':
      return [write(main.value(row.result!)), 'break;'];
    case 'mulh':
      return [
        write(main.value(row.result!)),
        't += mulhExtra;',
        '$mulh += mulhExtra;',
        '$lastStall = #mulh;',
        'if ((w & #NEXT_IS_JUMP) !== 0) $waited = mulhExtra;',
        'break;',
      ];
    case 'div': {
      const isSigned = row.name === 'div' || row.name === 'rem';
      return [
        `const extra = divExtra + (divisionSteps(${operands.rs2}, ${isSigned}) & stepMask);`,
        write(main.value(row.result!)),
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
        `if (${main.condition(row.condition!)}) {`,
        '  const target = code[index + 1];',
        '  $taken++;',
        ...remember.map((line) => `  ${line}`),
        '  const cost = (w >>> 25) & 7;',
        '  $branch += cost - 1;',
        '  $lastStall = #branch;',
        '  t += cost - 1;',
        ...go.map((line) => `  ${line}`),
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
        ...observed('if ((((w >>> 9) & 63) | 4) === 5) context.jumped(base >> 7, w, pc);'),
        '$jumps++;',
        ...remember,
        '$jump += cost - 1;',
        '$lastStall = #jump;',
        't += cost - 1;',
        ...go,
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
    '  $jalrStalls += ready - t;',
    '  $lastStall = #jump;',
    '  $waited = 0;',
    '  $next = ready;',
    '  $pc = pc;',
    ...observed('  D[base >> 7] = -(t + 1);'),
    '  if (ready < soon) soon = ready;',
    '  continue harts;',
    '}',
    `const target = (${operands.rs1} + ${operands.imm}) & -2;`,
    'const split = (target & 2) !== 0 && context.isLong(target) ? splitCost : 0;',
    'const same = ((w >>> 9) & 63) === ((w >>> 15) & 31) ? sameCost : 0;',
    'let cost = jumpCost + same + split;',
    ...observed('context.jumped(base >> 7, w, pc);'),
    'if ($waited !== 0 && ready < t) cost -= split === 0 ? hidden + same : hidden;',
    '$waited = 0;',
    write('pc + 2 + ((w >>> 27) & 2)'),
    '$jumps++;',
    ...remember,
    '$jump += cost - 1;',
    '$lastStall = #jump;',
    't += cost - 1;',
    ...go,
    'break;',
  ];
}

const stepOf = ({ offset }: MemoryMeaning): string =>
  offset === undefined ? operands.imm : operands[offset];

const address = (memory: MemoryMeaning): string =>
  memory.postIncrement === true ? operands.rs1 : `${operands.rs1} + ${stepOf(memory)}`;

/** Raises the TCDM request when the access is inside and does not cross a word; else the slow path. */
function emitRequest(row: Row): string[] {
  const { bytes, postIncrement } = row.memory!;
  const crosses =
    bytes === 1 ? '' : bytes === 2 ? ' && (offset & 1) === 0' : ' && (offset & 3) === 0';
  return [
    `const offset = (${address(row.memory!)} - tcdmBase) | 0;`,
    ...(postIncrement === true
      ? [`$nextBase = (${operands.rs1} + ${stepOf(row.memory!)}) | 0;`]
      : []),
    `if (offset >>> 0 < reach${crosses}) {`,
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
  const { bytes, signed, write: isWrite, postIncrement } = row.memory!;
  const view = bytes === 4 ? 'i32' : `${signed ? 'i' : 'u'}${bytes * 8}`;
  const at = bytes === 4 ? 'offset >> 2' : bytes === 2 ? 'offset >> 1' : 'offset';
  // A loaded value wins over the stepped base in the same register; x0 stays 0.
  const step = postIncrement === true ? [`${operands.rs1} = $nextBase;`, 'R[base] = 0;'] : [];
  if (isWrite)
    return [
      `${view}[${at}] = ${operands.rs2};`,
      ...step,
      '$stores++;',
      ...observed('C[P[(base >> #FRAME) + #CURRENT] + 2]++;'),
      'if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);',
      'break;',
    ];
  return [
    ...step,
    write(`${view}[${at}]`),
    '$loads++;',
    ...observed('C[P[(base >> #FRAME) + #CURRENT] + 1]++;'),
    'break;',
  ];
}

const indent = (lines: readonly string[], by: number): string =>
  lines.map((line) => `${' '.repeat(by)}${line}`).join('\n');

/** One `case` per body: rows that do the same in this place share it. */
function cases(emit: (row: Row) => string[], by: number, selected: readonly Row[]): string {
  const groups = new Map<string, { body: string[]; labels: string[] }>();
  for (const row of selected) {
    const body = emit(row);
    if (body.length === 0) continue;
    // Rows of the base are frequent: each keeps a case of its own.
    const key = row.extension.startsWith('xcv') ? body.join('\n') : row.name;
    const group = groups.get(key) ?? { body, labels: [] };
    group.labels.push(`case ${operationOf.get(row)}: // ${row.name}`);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ body, labels }) => {
      const scoped = body.some((line) => /^(const|let) /.test(line));
      if (scoped) labels[labels.length - 1] = labels.at(-1)!.replace(': //', ': { //');
      const text = [indent(labels, by), indent(body, by + 2)];
      if (scoped) text.push(indent(['}'], by));
      return text.join('\n');
    })
    .join('\n');
}

/** The function of one family: operands first, so that each case is only its expression. */
function emitFamily(name: string, members: readonly Row[]): string {
  const emit = (row: Row): string[] => [`R[at] = ${ofRegisters.value(row.result!)};`, 'break;'];
  const body = cases(emit, 4, members);
  const old = /\bd\b/.test(body) ? ['  const d = R[at];'] : [];
  return [
    `export function ${name}(R: Int32Array, base: number, w: number, n: number): void {`,
    '  const a = R[base + ((w >>> 15) & 31)];',
    '  const b = R[base + ((w >>> 20) & 31)];',
    '  const at = base + ((w >>> 9) & 63);',
    ...old,
    '  switch (w & 511) {',
    body,
    '  }',
    '}',
  ].join('\n');
}

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
    ringMask: RING - 1,
    ringShift: RING_SHIFT + 1 - HART_SHIFT,
    FEEDS_JALR,
    JALR_OR_LOOP: FEEDS_JALR | ASK,
    NEXT_IS_JUMP,
    nextOffset: numberOffset('next'),
    offsetOffset: wordOffset('requestOffset'),
    ...frameOf,
    FRAME: HART_SHIFT - FRAME_SHIFT,
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

/** What an interpreter looks at beside instructions. */
export interface Variant {
  /** Asks the instruction cache. */
  readonly cached: boolean;
  /** Tells a profiler which instruction issues, see `HartProfiler`. */
  readonly observed: boolean;
}

/** The text of a `generated/execute*.ts`. `template` is `execute.template`, with its marks. */
export function emitInterpreter(template: string, variant: Variant): string {
  const text = template
    .replace('          // @execute\n', () => `${cases(emitCase, 10, rows)}\n`)
    .replace('    // @complete\n', () => `${cases(emitComplete, 4, rows.filter(isMemory))}\n`)
    .replace(
      / *\/\/ @(cached|observed)\n([^]*?) *\/\/ @end\n/g,
      (_, mark: keyof Variant, part: string) => (variant[mark] ? part : ''),
    );
  return resolveNames(text);
}

/** The text of `generated/execute-registers.ts`, from `execute-registers.template`. */
export function emitRegisterFamilies(template: string): string {
  const functions = Object.entries(registerFamilies).map(([name, members]) =>
    emitFamily(name, members),
  );
  return template.replace('// @families\n', () => `${functions.join('\n\n')}\n`);
}
