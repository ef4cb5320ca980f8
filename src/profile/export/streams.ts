/** The exports that are written while the run goes on, fed by what the machine tells. */
import type { CallSink, CodeRange } from '../../../emulator/hart/call-tree.js';
import type { UnitObserver } from '../../../emulator/sim/intervals.js';
import type { ChromeTrace } from './chrome-trace.js';
import type { CommitLog } from './commit-log.js';
import type { VcdWriter } from './vcd.js';

export interface StreamWriters {
  readonly chrome?: ChromeTrace | undefined;
  readonly vcd?: VcdWriter | undefined;
  readonly commits?: CommitLog | undefined;
}

/** Nothing is written before `begin` and after `end`, but the stacks of calls are followed all the time. */
export class Streams {
  readonly calls: CallSink;
  readonly units: UnitObserver;
  private isOpen = false;
  private readonly stacks: string[][];

  constructor(
    private readonly writers: StreamWriters,
    harts: number,
    nameOf: (range: CodeRange) => string,
  ) {
    this.stacks = Array.from({ length: harts }, () => []);
    this.calls = {
      enter: (hart, cycle, range) => {
        const name = nameOf(range);
        this.stacks[hart].push(name);
        if (!this.isOpen) return;
        writers.chrome?.enter(hart, name, cycle);
        writers.vcd?.inFunction(hart, name, cycle);
      },
      leave: (hart, cycle) => {
        this.stacks[hart].pop();
        if (!this.isOpen) return;
        writers.chrome?.leave(hart, cycle);
        writers.vcd?.inFunction(hart, this.stacks[hart].at(-1) ?? '-', cycle);
      },
      slept: (hart, from, to) => {
        if (!this.isOpen) return;
        const begin = Math.max(from, this.opened);
        if (to <= begin) return;
        writers.chrome?.enter(hart, '[asleep]', begin);
        writers.chrome?.leave(hart, to);
      },
    };
    this.units = this.observer();
  }

  private opened = 0;

  /** An instruction leaves decode. */
  instruction(hart: number, pc: number, cycle: number): void {
    this.writers.vcd?.instruction(hart, pc, cycle);
    this.writers.commits?.instruction(hart, pc, cycle);
  }

  /** The window opens: functions that were entered before begin here. */
  begin(cycle: number): void {
    this.isOpen = true;
    this.opened = cycle;
    this.writers.vcd?.begin(cycle);
    this.stacks.forEach((stack, hart) => {
      for (const name of stack) this.writers.chrome?.enter(hart, name, cycle);
      const top = stack.at(-1);
      if (top !== undefined) this.writers.vcd?.inFunction(hart, top, cycle);
    });
  }

  /** Nothing is written from `cycle` on but what closes the files. */
  end(cycle: number): void {
    this.isOpen = false;
    this.writers.vcd?.finish(cycle);
    this.writers.commits?.finish(cycle);
  }

  private observer(): UnitObserver {
    const { chrome, vcd } = this.writers;
    return {
      ...(vcd && {
        begin: (unit, _track, _what, _hart, cycle) => this.isOpen && vcd.work(unit, 1, cycle),
        conflict: (bank, losers, cycle) => this.isOpen && vcd.conflict(bank, losers, cycle),
        asleep: (hart, cycle) => this.isOpen && vcd.sleep(hart, cycle),
      }),
      ...((chrome ?? vcd) && {
        end: ({ unit, track, what, bytes, hart, from, to }) => {
          if (!this.isOpen) return;
          vcd?.work(unit, -1, to);
          const name = bytes > 0 ? `${what} ${bytes} B` : what;
          chrome?.interval(unit, track, name, Math.max(from, this.opened), to, hart);
        },
      }),
    };
  }
}
