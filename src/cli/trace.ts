/**
 * The trace of `run --trace`: one line per instruction that leaves decode, in the order of time.
 * `cycle hart pc symbol instruction`, separated by blanks; `-` where no symbol is known.
 */
import type { Session, TraceSink } from '../session/index.js';
import type { BoundedSink } from '../profile/export/sink.js';

export interface TraceFilter {
  /** All harts when empty. */
  readonly harts: readonly number[];
  /** Functions or labels; everything when empty. */
  readonly symbols: readonly string[];
  readonly cycles: { from: number; to: number };
}

export function traceSink(session: Session, filter: TraceFilter, writer: BoundedSink): TraceSink {
  const wanted = filter.symbols.map((name) => session.extent(name));
  const harts = new Set(filter.harts);
  const { from, to } = filter.cycles;
  return (hart, pc, cycle) => {
    if (cycle < from || cycle > to) return;
    if (harts.size > 0 && !harts.has(hart)) return;
    if (wanted.length > 0 && !wanted.some((range) => pc >= range.from && pc < range.to)) return;
    if (writer.room()) writer.put(traceLine(session, hart, pc, cycle));
  };
}

function traceLine(session: Session, hart: number, pc: number, cycle: number): string {
  const symbol = session.symbols.describe(pc) ?? '-';
  const address = (pc >>> 0).toString(16).padStart(8, '0');
  const text = session.disassemble(pc).text;
  return `${String(cycle).padStart(10)} ${hart} ${address} ${symbol.padEnd(24)} ${text}\n`;
}
