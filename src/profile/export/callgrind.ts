/**
 * The format of callgrind (https://valgrind.org/docs/manual/cl-format.html), for callgrind_annotate and
 * KCachegrind. Costs by source line, calls with inclusive costs, all harts in one file: below a function
 * `(hart N)` for each, so that its inclusive cost is that hart's.
 */
import type { CallNode, Counts, HartProfile, InstructionRow, Profile } from '../model.js';
import type { TextSink } from './sink.js';

/** Energy is written in femtojoule: costs are whole numbers. */
const FEMTO = 1000;

/** Line 0 means: unknown, as in callgrind. */
interface LineCost {
  readonly file: string;
  readonly line: number;
  readonly cost: number[];
}

interface Call {
  readonly callee: number;
  readonly line: number;
  calls: number;
  readonly cost: number[];
}

interface FunctionCosts {
  readonly lines: Map<string, LineCost>;
  readonly calls: Map<string, Call>;
}

export function writeCallgrind(profile: Profile, title: string, sink: TextSink): void {
  const events = [
    'Cycles',
    'Instructions',
    'Asleep',
    ...profile.causes.map((cause) => `stall_${cause}`),
    'Energy_fJ',
  ];
  const totals = events.map(() => 0);
  for (const hart of profile.harts) add(totals, costOf(hart.total));
  sink.put(
    [
      '# callgrind format',
      'version: 1',
      `creator: octobar ${profile.versions.octobar}`,
      `cmd: ${oneLine(title)}`,
      'positions: line',
      `events: ${events.join(' ')}`,
      `summary: ${totals.join(' ')}`,
      '',
      '',
    ].join('\n'),
  );
  const costs = profile.functions.map((): FunctionCosts => ({
    lines: new Map(),
    calls: new Map(),
  }));
  for (const hart of profile.harts) {
    for (const row of hart.instructions) addInstruction(costs, row, profile);
    addCalls(costs, hart);
  }
  for (const hart of profile.harts) writeRoot(profile, hart, sink);
  costs.forEach((cost, index) => writeFunction(profile, index, cost, sink));
  sink.put(`totals: ${totals.join(' ')}\n`);
}

const costOf = ({ cycles, instructions, sleep, stalls, picojoules }: Counts): number[] => [
  cycles,
  instructions,
  sleep,
  ...stalls,
  Math.round(picojoules * FEMTO),
];

function add(sum: number[], part: readonly number[]): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i];
}

function addInstruction(costs: FunctionCosts[], row: InstructionRow, profile: Profile): void {
  const place = row.places[0];
  const file = place?.file ?? fileOf(profile, row.function);
  const line = place?.line ?? 0;
  const { lines } = costs[row.function];
  const known = lines.get(`${line} ${file}`);
  if (known) add(known.cost, costOf(row.self));
  else lines.set(`${line} ${file}`, { file, line, cost: costOf(row.self) });
}

/** Calls between functions of the symbol table; an inlined one is part of who holds it. */
function addCalls(costs: FunctionCosts[], { nodes }: HartProfile): void {
  const inclusive = inclusiveCosts(nodes);
  nodes.forEach((node, index) => {
    if (node.inlined || node.parent < 0) return;
    const caller = nodes[holderOf(nodes, node.parent)].function;
    const line = node.site?.line ?? 0;
    const { calls } = costs[caller];
    const key = `${line} ${node.function}`;
    const known = calls.get(key);
    if (known) {
      known.calls += node.calls;
      add(known.cost, inclusive[index]);
    } else {
      calls.set(key, {
        callee: node.function,
        line,
        calls: node.calls,
        cost: [...inclusive[index]],
      });
    }
  });
}

/** The node of the function whose code this one was put into. */
function holderOf(nodes: readonly CallNode[], index: number): number {
  let at = index;
  while (nodes[at].inlined && nodes[at].parent >= 0) at = nodes[at].parent;
  return at;
}

/** By node: its own cost and that of everything it led to. */
export function inclusiveCosts(nodes: readonly CallNode[]): number[][] {
  const costs = nodes.map(({ self }) => costOf(self));
  // Parents come before children, so from the end every node is complete when it is added to its parent.
  for (let i = nodes.length - 1; i >= 0; i--)
    if (nodes[i].parent >= 0) add(costs[nodes[i].parent], costs[i]);
  return costs;
}

function writeRoot(
  profile: Profile,
  { hart, name, nodes, total }: HartProfile,
  sink: TextSink,
): void {
  const inclusive = inclusiveCosts(nodes);
  sink.put(
    `fl=(harts)\nfn=(hart ${hart}${name ? ` ${name}` : ''})\n0${' 0'.repeat(costOf(total).length)}\n`,
  );
  nodes.forEach(({ parent, calls, function: index }, i) => {
    if (parent >= 0) return;
    sink.put(
      `cfi=${fileOf(profile, index)}\ncfn=${nameOf(profile, index)}\ncalls=${Math.max(calls, 1)} ${lineOf(profile, index)}\n0 ${inclusive[i].join(' ')}\n`,
    );
  });
  sink.put('\n');
}

function writeFunction(
  profile: Profile,
  index: number,
  { lines, calls }: FunctionCosts,
  sink: TextSink,
): void {
  if (lines.size === 0 && calls.size === 0) return;
  const home = fileOf(profile, index);
  sink.put(`fl=${home}\nfn=${nameOf(profile, index)}\n`);
  let file = home;
  for (const entry of lines.values()) {
    if (entry.file !== file)
      sink.put(`${entry.file === home ? 'fe' : 'fi'}=${oneLine(entry.file)}\n`);
    file = entry.file;
    sink.put(`${entry.line} ${entry.cost.join(' ')}\n`);
  }
  if (file !== home) sink.put(`fe=${home}\n`);
  for (const { callee, line, calls: count, cost } of calls.values()) {
    sink.put(
      `cfi=${fileOf(profile, callee)}\ncfn=${nameOf(profile, callee)}\ncalls=${count} ${lineOf(profile, callee)}\n${line} ${cost.join(' ')}\n`,
    );
  }
  sink.put('\n');
}

const fileOf = (profile: Profile, index: number): string =>
  oneLine(profile.functions[index].file ?? '???');
const nameOf = (profile: Profile, index: number): string => oneLine(profile.functions[index].name);
const lineOf = (profile: Profile, index: number): number => profile.functions[index].line ?? 0;

/** Names come from the guest; a line break would begin a record of its own. `(1)` would be a reference. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const flat = text.replace(/[\u0000-\u001f\u007f]/g, '?');
  return /^\(\d+\)/.test(flat) ? `_${flat}` : flat;
}
