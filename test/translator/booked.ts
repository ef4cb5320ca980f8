import { arenaBytes, type Arena } from '../../emulator/memory/arena.js';
import { nextPointer, winnerOf } from '../../emulator/interconnect/arbiter.js';
import {
  BOOKED_CONTROL,
  BOOKED_ENDED,
  BOOKED_ORIGIN,
  BOOKED_PAD,
  BOOKED_ROOM,
  BOOKED_SHIFT,
  bookedScratch,
  bookedWord,
  kind,
  KIND_SHIFT,
  type BookedWord,
} from '../../emulator/translator/booked-layout.js';
import { bookedModule } from '../../emulator/translator/booked-code.js';
import type { FetchedCache } from '../../emulator/translator/cache-code.js';
import type { MergeOptions } from '../../emulator/translator/merge-base.js';
import { exported, wasmHost, type WasmFunction } from '../../emulator/wasm/index.js';
import type { Random } from '../lockstep/random.js';

/** What a hart booked: `time` as if nothing was ever refused. */
export interface Entry {
  readonly offset: number;
  kind: number;
  readonly time: number;
}

export interface Fleet {
  readonly harts: number;
  readonly banks: number;
  readonly hidden: number;
  readonly logs: readonly Entry[][];
  /** Shifts at the beginning. */
  readonly shifts: readonly number[];
  readonly pointers: readonly number[];
}

const MASTERS = 16;

export type State = Omit<Reference, 'arbitrate' | 'delays' | 'raised'>;

/** An instruction cache in the memory of what is tested. */
export interface Caches {
  readonly bytes: number;
  readonly origin: number;
  readonly make: (arena: Arena) => FetchedCache;
}

/** Arbitrates cycle by cycle, straight from the definition. */
export class Reference {
  readonly pointers: number[];
  readonly sides: number[];
  readonly conflicts: number[];
  readonly read: number[];
  readonly shifts: number[];
  readonly refused: number[];
  readonly hides: number[];
  readonly delays: [number, number][][];

  constructor(protected readonly fleet: Fleet) {
    const { harts, banks } = fleet;
    const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
    this.pointers = [...fleet.pointers];
    this.sides = zeros(banks);
    this.conflicts = zeros(banks);
    this.read = zeros(harts);
    this.shifts = [...fleet.shifts];
    this.refused = zeros(harts);
    this.hides = zeros(harts);
    this.delays = this.shifts.map(() => []);
  }

  /** The first cycle that was not arbitrated. */
  arbitrate(from: number, until: number): number {
    for (let cycle = from; cycle < until; cycle++) if (!this.cycle(cycle)) return cycle;
    return until;
  }

  /** Cycle in which the hart asks next, or since when it waits. */
  raised(hart: number): number {
    const entry = this.fleet.logs[hart][this.read[hart]];
    return entry === undefined ? Infinity : entry.time + this.shifts[hart];
  }

  protected cycle(cycle: number): boolean {
    const { harts, banks, logs, hidden } = this.fleet;
    const asking = this.conflicts.map(() => 0);
    for (let hart = 0; hart < harts; hart++) {
      if (this.raised(hart) > cycle) continue;
      const { offset } = logs[hart][this.read[hart]];
      asking[(offset >>> 2) % banks] |= 1 << hart;
    }
    const winners = asking.map((set, bank) =>
      set === 0 ? -1 : winnerOf(set, this.pointers[bank], MASTERS),
    );
    for (let hart = 0; hart < harts; hart++) {
      const bank = asking.findIndex((set) => ((set >> hart) & 1) !== 0);
      if (bank < 0 || winners[bank] === hart) continue;
      if (logs[hart][this.read[hart]].kind === kind.final) return false;
    }
    asking.forEach((set, bank) => {
      if (set === 0) return;
      const winner = winners[bank];
      for (let hart = 0; hart < harts; hart++) {
        if (hart !== winner && ((set >> hart) & 1) !== 0) this.conflicts[bank]++;
      }
      this.pointers[bank] = nextPointer('fair', set, this.pointers[bank], MASTERS);
      this.sides[bank] ^= 1;
      const late = cycle - this.raised(winner);
      const index = this.read[winner]++;
      if (late === 0) return;
      this.delays[winner].push([index, late]);
      this.refused[winner] += late;
      this.shifts[winner] += late;
      if (logs[winner][index].kind !== kind.hides) return;
      this.shifts[winner] -= hidden;
      this.hides[winner]++;
    });
    return true;
  }
}

/** The same by `addBooked`, or by `addMerge`. */
export class Booked {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly numbers: Float64Array;
  readonly run: WasmFunction;
  private readonly logsAt: number[];
  private readonly delaysAt: number[];
  private readonly pointersAt = 64;
  private readonly sidesAt = 128;
  private readonly conflictsAt = 256;
  private readonly winnersAt = 1024;
  private readonly controlAt = 4096;

  constructor(
    private readonly fleet: Fleet,
    private readonly room = 0,
    moduleOf: (options: MergeOptions & { pages: number }) => Uint8Array = bookedModule,
    caches?: Caches,
  ) {
    const { harts, banks, hidden, logs, shifts, pointers } = fleet;
    const scratchAt = this.controlAt + BOOKED_CONTROL;
    let at = (scratchAt + bookedScratch(banks) + 63) & -64;
    const take = (size: number): number => {
      const taken = at;
      at = (at + size + 4 * 64 + 63) & -64;
      return taken;
    };
    this.logsAt = logs.map((log) => take(8 * log.length + BOOKED_PAD));
    this.delaysAt = logs.map((log) => take(8 * log.length + BOOKED_ROOM));
    const pages = ((at + (caches?.bytes ?? 0)) >> 16) + 1;
    const host = wasmHost()!;
    const memory = new host.Memory({ initial: pages, maximum: pages });
    this.words = new Int32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.numbers = new Float64Array(memory.buffer);
    for (let i = 0; i < 2048; i++) this.bytes[this.winnersAt + i] = winnerOf(i & 255, i >> 8, 8);
    this.bytes.set(pointers, this.pointersAt);
    logs.forEach((log, hart) => {
      log.forEach(({ offset, kind: of, time }, i) => {
        this.words[(this.logsAt[hart] >> 2) + 2 * i] = offset | (of << KIND_SHIFT);
        this.words[(this.logsAt[hart] >> 2) + 2 * i + 1] = time;
      });
      this.set(hart, 'readAt', this.logsAt[hart]);
      this.set(hart, 'endAt', this.logsAt[hart] + 8 * log.length);
      this.set(hart, 'shift', shifts[hart]);
      this.drain(hart);
    });
    const { controlAt, pointersAt, sidesAt, conflictsAt, winnersAt } = this;
    const places = { controlAt, pointersAt, sidesAt, conflictsAt, winnersAt, scratchAt };
    const cache = caches?.make({
      take: (size) => {
        const taken = { buffer: memory.buffer, at };
        at += arenaBytes(size);
        return taken;
      },
    });
    this.numbers[(this.controlAt + BOOKED_ORIGIN) >> 3] = caches?.origin ?? 0;
    const bytes = moduleOf({ ...places, banks, harts, hidden, pages, cache });
    const { exports } = new host.Instance(new host.Module(bytes), { machine: { memory } });
    this.run = exported(exports, 'arbitrate');
  }

  private drained: [number, number][][] = [];

  private at(hart: number, word: BookedWord): number {
    return (this.controlAt >> 2) + (hart << (BOOKED_SHIFT - 2)) + bookedWord[word];
  }

  word(hart: number, word: BookedWord): number {
    return this.words[this.at(hart, word)];
  }

  set(hart: number, word: BookedWord, value: number): void {
    this.words[this.at(hart, word)] = value;
  }

  /** Only entries raised before a cycle are in the log, and perhaps a few more. */
  show(hart: number, count: number): void {
    const at = this.logsAt[hart];
    const { logs } = this.fleet;
    for (let i = 0; i < count; i++) this.words[(at >> 2) + 2 * i + 1] = logs[hart][i].time;
    for (let i = 0; i < count; i++) {
      const { offset, kind: of } = logs[hart][i];
      this.words[(at >> 2) + 2 * i] = offset | (of << KIND_SHIFT);
    }
    this.set(hart, 'endAt', at + 8 * count);
  }

  get ended(): number {
    return this.words[(this.controlAt + BOOKED_ENDED) >> 2];
  }

  private noted(hart: number): [number, number][] {
    const pairs: [number, number][] = [];
    for (let at = this.delaysAt[hart]; at < this.word(hart, 'delaysAt'); at += 8) {
      pairs.push([(this.words[at >> 2] - this.logsAt[hart]) / 8, this.words[(at >> 2) + 1]]);
    }
    return pairs;
  }

  /** Takes the delays of a hart away. */
  drain(hart: number): void {
    this.drained[hart] ??= [];
    if (this.word(hart, 'delaysAt') > 0) this.drained[hart].push(...this.noted(hart));
    const at = this.delaysAt[hart];
    const bytes = this.room || 8 * this.fleet.logs[hart].length + BOOKED_ROOM;
    this.set(hart, 'delaysAt', at);
    this.set(hart, 'delaysEnd', at + bytes);
  }

  /** All that `Reference` has, but for the delays. */
  get state(): State {
    const { banks, logs } = this.fleet;
    const of = (word: BookedWord): number[] => logs.map((_, hart) => this.word(hart, word));
    return {
      pointers: [...this.bytes.subarray(this.pointersAt, this.pointersAt + banks)],
      sides: [...this.bytes.subarray(this.sidesAt, this.sidesAt + banks)],
      conflicts: [...this.numbers.subarray(this.conflictsAt >> 3, (this.conflictsAt >> 3) + banks)],
      read: of('readAt').map((at, hart) => (at - this.logsAt[hart]) / 8),
      shifts: of('shift'),
      refused: of('refusedCycles'),
      hides: of('hides'),
    };
  }

  get delays(): [number, number][][] {
    return this.fleet.logs.map((_, hart) => [...this.drained[hart], ...this.noted(hart)]);
  }
}

/** Logs of harts that ask all `gap` cycles or so. */
export function randomFleet(
  random: Random,
  options: {
    harts: number;
    banks: number;
    cycles: number;
    gap: number;
    /** Of 16 accesses those that go where all go; who follows the hart before; those of the kinds. */
    same: number;
    hides: number;
    final: number;
  },
): Fleet {
  const { harts, banks, cycles, gap, same } = options;
  const hidden = 1 + random.below(2);
  const logs: Entry[][] = [];
  for (let hart = 0; hart < harts; hart++) {
    const log: Entry[] = [];
    let time = random.below(8);
    while (time < cycles) {
      const offset = 4 * (random.below(16) < same ? 1 : random.below(1 << 24)) + random.below(4);
      const chance = random.below(16);
      const { hides, final } = options;
      const of = chance < hides ? kind.hides : chance < hides + final ? kind.final : kind.plain;
      log.push({ offset, kind: of, time });
      time += 1 + random.below(2 * gap) + (of === kind.hides ? hidden : 0);
      if (random.below(400) === 0) time += 1 + random.below(1500);
    }
    logs.push(log);
  }
  return {
    harts,
    banks,
    hidden,
    logs,
    shifts: logs.map(() => random.below(4)),
    pointers: Array.from({ length: banks }, () => random.below(MASTERS)),
  };
}
