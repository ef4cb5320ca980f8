import { Dma, dmaParameters } from '../../emulator/dma/index.js';
import type { OuterMemory, WordPort } from '../../emulator/interconnect/ports.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import type { HartControl } from '../../emulator/sim/unit.js';

export const TCDM = 0x10000000;
export const TCDM_SIZE = 0x10000;
export const L2 = 0x1c000000;
export const L2_SIZE = 0x40000;

/** Fields of the command word, from the MCHAN v7 header of the PULP SDK. */
export const CMD = {
  IN: 1 << 17,
  OUT: 0,
  INC: 1 << 18,
  EXT_2D: 1 << 19,
  EVENT: 1 << 20,
  INTERRUPT: 1 << 21,
  BROADCAST: 1 << 22,
  TCDM_2D: 1 << 23,
} as const;

const tcdmPattern = Uint8Array.from({ length: TCDM_SIZE }, (_, i) => i * 7 + (i >>> 8));
const l2Pattern = Uint8Array.from({ length: L2_SIZE }, (_, i) => i * 13 + (i >>> 8) * 5 + 1);

type Grant = (now: number, port: number, address: number) => boolean;

class Port implements WordPort {
  granted = false;
  data = 0;
  asked: { address: number; data: number; mask: number } | undefined;
  read(address: number): void {
    this.raise(address, 0, 0);
  }
  write(address: number, data: number, mask: number): void {
    this.raise(address, data, mask);
  }
  private raise(address: number, data: number, mask: number): void {
    if (this.asked) throw new Error('two requests in one cycle');
    if ((address & 3) !== 0) throw new Error('not word-aligned');
    if (address < TCDM || address + 4 > TCDM + TCDM_SIZE) throw new Error('outside the TCDM');
    this.asked = { address, data, mask };
  }
}

/** A DMA between a TCDM whose grants a test decides and an L2; harts are stubs that record. */
export class Bench implements HartControl {
  readonly count = 4;
  readonly tcdm = new Uint8Array(TCDM_SIZE);
  readonly l2 = new Uint8Array(L2_SIZE);
  readonly ports = [new Port(), new Port(), new Port(), new Port()];
  readonly dma: Dma;
  readonly events: [line: number, mask: number, at: number][] = [];
  readonly holds: [hart: number, why: string, asleep: boolean][] = [];
  readonly resumes: [hart: number, at: number, value: number][] = [];
  /** `[cycle, port, address]` of every granted word. */
  readonly words: [number, number, number][] = [];
  grant: Grant = () => true;
  now = 0;

  constructor(config: Partial<ReturnType<typeof defaultsOf<typeof dmaParameters>>> = {}) {
    const outer: OuterMemory = {
      contains: (address, bytes) => address >= L2 && address + bytes <= L2 + L2_SIZE,
      load: (address) => this.l2[address - L2],
      store: (address, byte) => {
        this.l2[address - L2] = byte;
      },
    };
    this.dma = new Dma(
      { ...defaultsOf(dmaParameters), ...config },
      {
        harts: this.count,
        control: this,
        events: {
          raise: (line, mask, at) => {
            this.events.push([line, mask, at]);
          },
        },
        ports: this.ports,
        inner: {
          contains: (address, bytes) => address >= TCDM && address + bytes <= TCDM + TCDM_SIZE,
          load: (address) => this.tcdm[address - TCDM],
          store: (address, byte) => {
            this.tcdm[address - TCDM] = byte;
          },
        },
        outer,
        tcdm: { base: TCDM, size: TCDM_SIZE },
      },
    );
    this.tcdm.set(tcdmPattern);
    this.l2.set(l2Pattern);
  }

  hold(hart: number, why: string, asleep: boolean): void {
    this.holds.push([hart, why, asleep]);
  }
  resume(hart: number, at: number, value: number): void {
    this.resumes.push([hart, at, value]);
  }
  amend(): void {}
  delay(): void {}
  interrupt(): void {}
  wake(): void {}
  start(): void {}

  /** Runs the DMA up to and including cycle `until`. */
  run(until = 1_000_000): void {
    while (this.dma.nextCycle <= until) {
      const now = this.dma.nextCycle;
      if (now < this.now) throw new Error('time runs backwards');
      this.now = now;
      this.dma.cycle(now);
      if (this.ports.some((port) => port.asked)) this.arbitrate(now);
      if (this.dma.nextCycle <= now) throw new Error('the DMA does not move on');
    }
  }

  private arbitrate(now: number): void {
    this.ports.forEach((port, i) => {
      const { asked } = port;
      port.granted = asked !== undefined && this.grant(now, i, asked.address);
      if (asked === undefined || !port.granted) return;
      this.words.push([now, i, asked.address]);
      const at = asked.address - TCDM;
      if (asked.mask === 0) port.data = new DataView(this.tcdm.buffer).getInt32(at, true);
      for (let b = 0; b < 4; b++) {
        if ((asked.mask >>> b) & 1) this.tcdm[at + b] = asked.data >>> (8 * b);
      }
    });
    this.dma.settle(now);
    for (const port of this.ports) port.asked = undefined;
  }

  /** Takes an id and writes the words of a command, one access a cycle from `at` on; returns the id. */
  command(words: readonly number[], at: number, hart = 0): number {
    this.run(at - 1);
    const id = this.dma.fast.read(0, 4, hart, at);
    this.more(words, at + 1, hart);
    return id;
  }

  /** A further command with the last id. */
  more(words: readonly number[], at: number, hart = 0): void {
    words.forEach((word, i) => {
      this.run(at + i - 1);
      this.dma.fast.write(0, word >>> 0, 4, hart, at + i);
    });
  }

  status(now: number): number {
    return this.dma.fast.read(4, 4, 0, now) >>> 0;
  }
}

/** 32-bit generator of numbers in [0, n), the same on every host. */
export function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
