/** Which function an address belongs to: every address has one, so that every cycle has an owner. */
import type { CodeRange } from '../../emulator/hart/call-tree.js';
import type { Session } from '../session/session.js';

export interface NamedRange extends CodeRange {
  readonly name: string;
}

/** Code without a symbol is one function a page. */
const PAGE = 4096;
const REMEMBERED = 1 << 16;

export class CodeMap {
  private readonly ranges: NamedRange[] = [];
  private readonly byStart = new Map<number, NamedRange>();
  private readonly byPc = new Map<number, NamedRange>();
  private readonly memories: readonly { from: number; to: number }[];

  constructor(private readonly session: Session) {
    this.memories = session
      .map()
      .filter(({ name }) => name === 'tcdm' || name === 'l2')
      .map(({ base, size }) => ({ from: base, to: base + size }));
  }

  readonly rangeOf = (pc: number): NamedRange => {
    const known = this.byPc.get(pc);
    if (known !== undefined) return known;
    const range = this.find(pc);
    if (this.byPc.size >= REMEMBERED) this.byPc.clear();
    this.byPc.set(pc, range);
    return range;
  };

  private find(pc: number): NamedRange {
    const page = pc - (pc % PAGE);
    const symbol = this.session.symbols.rangeAt(pc);
    const { name, from, to } = symbol ?? {
      name: `0x${page.toString(16).padStart(8, '0')}`,
      from: page,
      to: page + PAGE,
    };
    // Names come out of the file: what they claim to cover ends with the memory.
    const memory = this.memories.find((m) => pc >= m.from && pc < m.to);
    const first = Math.max(from - (from % 2), memory?.from ?? 0);
    const known = this.byStart.get(first);
    if (known !== undefined && pc < known.to) return known;
    const range = { id: this.ranges.length, name, from: first, to: Math.min(to, memory?.to ?? to) };
    this.ranges.push(range);
    if (known === undefined) this.byStart.set(first, range);
    return range;
  }

  named(range: CodeRange): NamedRange {
    return this.ranges[range.id];
  }
}
