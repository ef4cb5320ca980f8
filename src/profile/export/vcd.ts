/**
 * Value change dump (IEEE 1364, section 18) for GTKWave: what each hart does, its pc and function, how many
 * jobs each unit has under way, conflicts by bank. State and function are strings, an extension of GTKWave
 * that `vcd2fst` reads too. `gtkwaveView` is the saved view that lists the signals in groups.
 */
import type { BoundedSink } from './sink.js';

export interface VcdLayout {
  readonly clockHz: number;
  readonly harts: readonly string[];
  /** Engines and the DMA. */
  readonly units: readonly string[];
  readonly banks: number;
}

/** Scopes and signals in the order of the file; `width` 0 is a string. */
interface Signal {
  readonly scope: string;
  readonly name: string;
  readonly width: number;
}

/** Bits of the counters of conflicts, which wrap. */
const conflictBits = 16;
const busyBits = 5;
const picoseconds = 1e12;

const scopeName = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_');

function signalsOf({ harts, units, banks }: VcdLayout): Signal[] {
  return [
    ...harts.flatMap((hart): Signal[] => [
      { scope: scopeName(hart), name: 'state', width: 0 },
      { scope: scopeName(hart), name: 'function', width: 0 },
      { scope: scopeName(hart), name: 'pc', width: 32 },
    ]),
    ...units.map((unit): Signal => ({ scope: scopeName(unit), name: 'busy', width: busyBits })),
    ...Array.from({ length: banks }, (_, bank): Signal => ({
      scope: 'tcdm',
      name: `conflicts_${bank}`,
      width: conflictBits,
    })),
  ];
}

/** Short names of signals, from the printable characters. */
function identifier(index: number): string {
  let text = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 94))
    text = String.fromCharCode(33 + ((rest - 1) % 94)) + text;
  return text;
}

export class VcdWriter {
  private readonly ids: readonly string[];
  private readonly bankIds: number;
  private readonly busy: number[];
  private readonly conflicts: Int32Array;
  /** Cycle whose changes are collected in `changes`; they are written when the next one begins. */
  private now = -1;
  private changes = new Map<number, string>();
  private readonly last = new Map<number, string>();
  /** By hart: the last cycle in which it issued, and whether the file says so still. */
  private readonly issuedAt: Float64Array;
  private readonly issuing: Uint8Array;
  private full = false;
  private began = -1;
  /** Jobs that begin or end in cycles to come, in order; a handful. */
  private readonly ahead: { cycle: number; index: number; by: 1 | -1 }[] = [];

  constructor(
    private readonly layout: VcdLayout,
    title: string,
    private readonly sink: BoundedSink,
  ) {
    const signals = signalsOf(layout);
    this.ids = signals.map((_, index) => identifier(index));
    this.bankIds = 3 * layout.harts.length + layout.units.length;
    this.busy = layout.units.map(() => 0);
    this.conflicts = new Int32Array(layout.banks);
    this.issuedAt = new Float64Array(layout.harts.length).fill(-1);
    this.issuing = new Uint8Array(layout.harts.length);
    sink.put(header(signals, this.ids, title));
  }

  /** Time begins at `cycle`, with nothing going on. */
  begin(cycle: number): void {
    const values = signalsOf(this.layout).map(({ width, name }, i) =>
      width > 0 ? `b0 ${this.ids[i]}` : `${name === 'state' ? 'sidle' : 's-'} ${this.ids[i]}`,
    );
    this.sink.put(`#${this.time(cycle)}\n$dumpvars\n${values.join('\n')}\n$end\n`);
    this.began = cycle;
  }

  /** An instruction of a hart leaves decode. Calls must come in the order of time. */
  instruction(hart: number, pc: number, cycle: number): void {
    if (!this.advance(cycle)) return;
    if (this.issuing[hart] === 0) {
      this.change(3 * hart, 'sissue');
      this.issuing[hart] = 1;
    }
    this.issuedAt[hart] = cycle;
    this.change(3 * hart + 2, `b${(pc >>> 0).toString(2)}`);
  }

  /** The function of a hart is now another one. */
  inFunction(hart: number, name: string, cycle: number): void {
    if (!this.advance(cycle)) return;
    // A string ends at a blank.
    this.change(3 * hart + 1, `s${name.replace(/[^\x21-\x7e]/g, '_') || '_'}`);
  }

  /** A hart stops its clock until its next instruction. */
  sleep(hart: number, cycle: number): void {
    if (!this.advance(cycle)) return;
    this.issuing[hart] = 0;
    this.change(3 * hart, 'sasleep');
  }

  /** A unit takes (+1) or ends (-1) a job; `cycle` may lie ahead of the other calls. */
  work(unit: string, by: 1 | -1, cycle: number): void {
    const index = this.layout.units.indexOf(unit);
    if (index < 0) return;
    let at = this.ahead.length;
    while (at > 0 && this.ahead[at - 1].cycle > cycle) at--;
    this.ahead.splice(at, 0, { cycle, index, by });
  }

  conflict(bank: number, losers: number, cycle: number): void {
    if (!this.advance(cycle)) return;
    this.conflicts[bank] = (this.conflicts[bank] + losers) & ((1 << conflictBits) - 1);
    this.change(this.bankIds + bank, `b${this.conflicts[bank].toString(2)}`);
  }

  /** What begins or ends later than `cycle` is left out. */
  finish(cycle: number): void {
    if (this.advance(cycle)) this.sink.put(`#${this.time(cycle)}\n`);
  }

  /** Comes to a cycle, past what was announced for earlier ones; false when the file is full. */
  private advance(cycle: number): boolean {
    while (this.ahead.length > 0 && this.ahead[0].cycle <= cycle) {
      const { cycle: at, index, by } = this.ahead.shift()!;
      this.moveTo(at);
      this.busy[index] = Math.max(0, this.busy[index] + by);
      this.change(3 * this.layout.harts.length + index, `b${this.busy[index].toString(2)}`);
    }
    return this.moveTo(cycle);
  }

  /** Begins a later cycle. Looks a cycle ahead for harts that issue no more. */
  private moveTo(cycle: number): boolean {
    if (cycle <= this.now) return !this.full;
    this.write();
    if (this.now >= 0 && cycle > this.now + 1) {
      const idle = this.now + 1;
      this.now = idle;
      this.stalled();
      this.write();
    }
    this.now = cycle;
    return !this.full;
  }

  private write(): void {
    if (this.now < 0) return;
    this.stalled();
    if (this.changes.size === 0) return;
    if (!this.sink.room()) {
      this.full = true;
      this.changes.clear();
      return;
    }
    let text = this.now === this.began ? '' : `#${this.time(this.now)}\n`;
    for (const [signal, value] of this.changes) text += `${value} ${this.ids[signal]}\n`;
    this.changes.clear();
    this.sink.put(text);
  }

  /** Harts that were issuing and did not in this cycle. */
  private stalled(): void {
    for (let hart = 0; hart < this.issuing.length; hart++) {
      if (this.issuing[hart] === 0 || this.issuedAt[hart] === this.now) continue;
      this.issuing[hart] = 0;
      this.change(3 * hart, 'sstall');
    }
  }

  private change(signal: number, value: string): void {
    if (this.last.get(signal) === value && !this.changes.has(signal)) return;
    this.last.set(signal, value);
    this.changes.set(signal, value);
  }

  private time(cycle: number): string {
    return String(Math.round((cycle * picoseconds) / this.layout.clockHz));
  }
}

function header(signals: readonly Signal[], ids: readonly string[], title: string): string {
  const lines = [
    `$comment ${title.replaceAll('$', '_').replace(/[^\x20-\x7e]/g, '_')} $end`,
    '$timescale 1 ps $end',
    '$scope module octobar $end',
  ];
  let scope = '';
  signals.forEach((signal, i) => {
    if (signal.scope !== scope) {
      if (scope !== '') lines.push('$upscope $end');
      lines.push(`$scope module ${signal.scope} $end`);
      scope = signal.scope;
    }
    const range = signal.width > 1 ? ` [${signal.width - 1}:0]` : '';
    lines.push(
      signal.width === 0
        ? `$var string 1 ${ids[i]} ${signal.name} $end`
        : `$var wire ${signal.width} ${ids[i]} ${signal.name}${range} $end`,
    );
  });
  lines.push('$upscope $end', '$upscope $end', '$enddefinitions $end');
  return `${lines.join('\n')}\n`;
}

/** Flags of GTKWave's save file: hexadecimal, decimal, binary, and a line of text. */
const shown = { hex: '@22', decimal: '@24', text: '@28', comment: '@200' } as const;

/** The save file of GTKWave that shows everything: `gtkwave run.vcd run.gtkw`. @param vcd name of the dump */
export function gtkwaveView(layout: VcdLayout, vcd: string): string {
  const signals = signalsOf(layout);
  const lines = ['[*] octobar', `[dumpfile] "${vcd}"`, '[timestart] 0', '[sst_expanded] 1'];
  const scopes = [...new Set(signals.map(({ scope }) => scope))];
  lines.push('[treeopen] octobar.');
  for (const scope of scopes) {
    lines.push(shown.comment, `-${scope}`);
    for (const signal of signals.filter((candidate) => candidate.scope === scope)) {
      const path = `octobar.${scope}.${signal.name}`;
      if (signal.width === 0) lines.push(shown.text, path);
      else
        lines.push(
          signal.name === 'pc' ? shown.hex : shown.decimal,
          `${path}[${signal.width - 1}:0]`,
        );
    }
  }
  return `${lines.join('\n')}\n`;
}
