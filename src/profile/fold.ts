/** From counters by hart, call node and instruction to the profile of a hart. */
import type { HartProfiler, Spent, TreeNode } from '../../emulator/hart/profiler.js';
import type { InlinedCall, InlineTable } from '../loader/index.js';
import type { Session } from '../session/session.js';
import { addCounts, noCounts, type Pricing } from './counts.js';
import type { FunctionTable } from './functions.js';
import type {
  CallNode,
  Counts,
  HartProfile,
  InstructionRow,
  LineRow,
  SourcePlace,
} from './model.js';

export interface FoldSources {
  readonly session: Session;
  readonly profiler: HartProfiler;
  readonly inlining: InlineTable;
  readonly functions: FunctionTable;
  readonly pricing: Pricing;
}

type Place = SourcePlace & { readonly function: number };

/** What is known of an instruction without running it. */
interface Instruction {
  readonly text: string;
  readonly bytes: number;
  readonly places: readonly Place[];
  /** The inlined calls around it, outermost first. */
  readonly chain: readonly InlinedCall[];
}

/** What all harts share: instructions are looked at once. */
export class Folder {
  private readonly instructions = new Map<number, Instruction>();

  constructor(private readonly sources: FoldSources) {}

  /** @param total counters of the hart in the window: what the parts must add up to */
  hart(hart: number, name: string | undefined, total: Counts, stopped: number): HartProfile {
    return new HartFold(this, this.sources, hart).result(name, total, stopped);
  }

  instruction(pc: number, owner: number): Instruction {
    const known = this.instructions.get(pc);
    if (known !== undefined) return known;
    const { session, inlining, functions } = this.sources;
    const chain: InlinedCall[] = [];
    for (let call = inlining.at(pc); call !== undefined; call = call.outer) chain.unshift(call);
    const row = session.lines.at(pc);
    const places: Place[] = [];
    let place: SourcePlace | undefined = row && { file: row.file, line: row.line };
    for (const call of chain.toReversed()) {
      if (place) places.push({ ...place, function: functions.inlined(call.name) });
      place = { file: call.callFile, line: call.callLine };
    }
    if (place) places.push({ ...place, function: owner });
    const instruction = { ...session.disassemble(pc), places, chain };
    this.instructions.set(pc, instruction);
    return instruction;
  }
}

interface GrowingNode extends Omit<CallNode, 'self'> {
  self: Counts;
  readonly inline: Map<InlinedCall, number>;
}

class HartFold {
  private readonly nodes: GrowingNode[] = [];
  private readonly indices = new Map<TreeNode, number>();
  private readonly rows = new Map<number, { function: number; self: Counts }>();
  private readonly lines = new Map<string, LineRow>();
  private readonly lineAt = new Map<number, LineRow>();

  constructor(
    private readonly folder: Folder,
    private readonly sources: FoldSources,
    private readonly hart: number,
  ) {}

  result(name: string | undefined, total: Counts, stopped: number): HartProfile {
    const { profiler, functions } = this.sources;
    for (const node of profiler.trees[this.hart].nodes) this.addNode(node);
    for (const node of profiler.trees[this.hart].nodes) {
      for (const spent of profiler.spent(node)) this.addSpent(node, spent);
    }
    const rest = noCounts();
    addCounts(rest, total);
    for (const { self } of this.nodes) addCounts(rest, self, -1);
    // Without room for counters, or where code that ran was overwritten by code of other lengths.
    const lost = profiler.unplaced(this.hart) !== undefined || rest.events.some((n) => n !== 0);
    if (lost) this.nodes.push(restNode(functions.named('(elsewhere)'), rest));
    return {
      hart: this.hart,
      ...(name === undefined ? {} : { name }),
      stopped,
      total,
      nodes: pruned(this.nodes),
      instructions: [...this.rows]
        .toSorted(([a], [b]) => a - b)
        .map(([pc, row]) => this.instructionRow(pc, row)),
      lines: [...this.lines.values()],
    };
  }

  private addNode(node: TreeNode): void {
    const { functions, session } = this.sources;
    let parent = -1;
    if (node.parent !== undefined) {
      const caller = this.indices.get(node.parent)!;
      parent = node.site < 0 ? caller : this.inlinedIn(caller, node.parent, node.site);
    }
    const row = node.site < 0 ? undefined : session.lines.at(node.site);
    this.indices.set(node, this.nodes.length);
    this.nodes.push({
      parent,
      function: functions.of(node.range),
      inlined: false,
      ...(row === undefined ? {} : { site: { file: row.file, line: row.line } }),
      ...(node.site < 0 ? {} : { pc: node.site }),
      calls: node.calls,
      self: noCounts(),
      inline: new Map(),
    });
  }

  /** The node of the innermost inlined call around an address. */
  private inlinedIn(outermost: number, node: TreeNode, pc: number): number {
    const { functions } = this.sources;
    let at = outermost;
    for (const call of this.folder.instruction(pc, functions.of(node.range)).chain) {
      const known = this.nodes[at].inline.get(call);
      if (known !== undefined) {
        at = known;
        continue;
      }
      this.nodes.push({
        parent: at,
        function: functions.inlined(call.name),
        inlined: true,
        site: { file: call.callFile, line: call.callLine },
        calls: 0,
        self: noCounts(),
        inline: new Map(),
      });
      this.nodes[at].inline.set(call, this.nodes.length - 1);
      at = this.nodes.length - 1;
    }
    return at;
  }

  private addSpent(node: TreeNode, spent: Spent): void {
    const { functions, pricing } = this.sources;
    const owner = functions.of(node.range);
    const { bytes, places } = this.folder.instruction(spent.pc, owner);
    const counts = pricing.counts(spent, bytes === 2 ? spent.instructions : 0);
    addCounts(this.nodes[this.inlinedIn(this.indices.get(node)!, node, spent.pc)].self, counts);
    let row = this.rows.get(spent.pc);
    if (row === undefined) this.rows.set(spent.pc, (row = { function: owner, self: noCounts() }));
    addCounts(row.self, counts);
    const place = places[0];
    if (place === undefined) return;
    addCounts(this.lineOf(spent.pc, place).self, counts);
  }

  private lineOf(pc: number, place: Place): LineRow {
    const known = this.lineAt.get(pc);
    if (known !== undefined) return known;
    const key = `${place.line} ${place.function} ${place.file}`;
    let line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, (line = { ...place, self: noCounts() }));
    this.lineAt.set(pc, line);
    return line;
  }

  private instructionRow(pc: number, row: { function: number; self: Counts }): InstructionRow {
    const { text, bytes, places } = this.folder.instruction(pc, row.function);
    return { pc, function: row.function, places, text, bytes, self: row.self };
  }
}

const restNode = (fn: number, self: Counts): GrowingNode => ({
  parent: -1,
  function: fn,
  inlined: false,
  calls: 0,
  self,
  inline: new Map(),
});

/** Without the nodes that have no part in the window, nor any below them. */
function pruned(nodes: readonly GrowingNode[]): CallNode[] {
  const alive = nodes.map(
    ({ self, calls }) => self.cycles + self.sleep + calls > 0 || self.events.some((n) => n !== 0),
  );
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (alive[i] && nodes[i].parent >= 0) alive[nodes[i].parent] = true;
  }
  const place: number[] = [];
  let next = 0;
  for (const [i, lives] of alive.entries()) place[i] = lives ? next++ : -1;
  return nodes.flatMap((node, i): CallNode[] => {
    if (!alive[i]) return [];
    const { inline: _, ...kept } = node;
    return [{ ...kept, parent: node.parent < 0 ? -1 : place[node.parent] }];
  });
}
