import { HART_SHIFT } from '../hart/slot.js';
import { NOW, type HartState } from '../hart/state.js';
import { separateArena, type Arena } from '../memory/arena.js';
import type { Memory } from '../memory/memory.js';
import type { ConfigOf } from '../sim/parameters.js';
import type { UnitObserver } from '../sim/intervals.js';
import type { Stateful } from '../sim/unit.js';
import { nextPointer, winnerOf, type ArbitrationRule } from './arbiter.js';
import type { tcdmParameters } from './parameters.js';
import { TcdmWidePort, TcdmWordPort } from './tcdm-ports.js';

const DMA_MASTERS = 4;

/** How the wide branch shares banks with the narrow one: a register of the cluster control unit. */
export interface BranchPriority {
  /** Cycles of conflict after which the favoured side stands back for one cycle; 0 = never. */
  readonly maxStall: number;
  /** True: the wide port of the accelerators is favoured, false: harts and DMA. */
  readonly acceleratorsFirst: boolean;
}

/**
 * The TCDM interconnect: per bank one arbiter for the harts, a second one for the DMA ports, and the
 * wide branch of the accelerators. Sources: measured arbiter rules (see `arbiter.ts`); the branch
 * arbiter follows hci v1.0.1 (stall counter, all-or-nothing grant). Where harts and DMA meet, a flag
 * of the bank picks, toggled at each grant of the bank: our definition, no RTL was measured.
 */
export class Crossbar implements Stateful {
  /** Ends a granted access of a hart. Set when the machine is composed, like the next one. */
  complete: (hart: number) => void = () => undefined;
  branch: BranchPriority = { maxStall: 0, acceleratorsFirst: false };
  readonly wordPorts: readonly TcdmWordPort[];
  readonly widePorts: TcdmWidePort[] = [];
  onPortWrite?: (offset: number, bytes: number) => void;
  /** Requests of ports in this cycle. */
  portRequests = 0;
  /** Functional mode: no request waits for another. */
  uncontended = false;
  readonly conflictsPerBank: Float64Array;
  observer: UnitObserver | undefined;
  /** Words that DMA and accelerators read and wrote. */
  portReads = 0;
  portWrites = 0;
  readonly bankMask: number;
  readonly pointerMask: number;
  readonly fair: boolean;
  private readonly rule: ArbitrationRule;
  private readonly masters: number;
  readonly pointers: Uint8Array;
  private readonly dmaPointers: Uint8Array;
  /** Who wins a bank that harts and DMA want: 0 harts, 1 DMA. */
  readonly sides: Uint8Array;
  private readonly requests: Int32Array;
  private readonly dmaRequests: Int32Array;
  private stallCounter = 0;
  /** Last cycle in which both branches asked. */
  private bothAt = -1;

  constructor(
    config: ConfigOf<typeof tcdmParameters>,
    readonly memory: Memory,
    private readonly state: HartState,
    arena: Arena = separateArena,
  ) {
    this.bankMask = config.banks - 1;
    this.pointerMask = config.masters - 1;
    this.fair = config.arbitration === 'fair';
    this.rule = config.arbitration as ArbitrationRule;
    this.masters = config.masters;
    const shared = arena.take(10 * config.banks);
    this.conflictsPerBank = new Float64Array(shared.buffer, shared.at, config.banks);
    this.pointers = new Uint8Array(shared.buffer, shared.at + 8 * config.banks, config.banks);
    this.sides = new Uint8Array(shared.buffer, shared.at + 9 * config.banks, config.banks);
    this.dmaPointers = new Uint8Array(config.banks);
    this.requests = new Int32Array(config.banks);
    this.dmaRequests = new Int32Array(config.banks);
    this.wordPorts = Array.from({ length: DMA_MASTERS }, () => new TcdmWordPort(this));
  }

  get conflicts(): number {
    return this.conflictsPerBank.reduce((sum, count) => sum + count, 0);
  }

  get clock(): Float64Array {
    return this.state.clock;
  }

  get banks(): number {
    return this.bankMask + 1;
  }

  addWidePort(bytes: number): TcdmWidePort {
    const port = new TcdmWidePort(this, bytes);
    this.widePorts.push(port);
    return port;
  }

  /** Phases 2 and 3 of a cycle in which only harts ask: `requesters[0..count)` of the state. */
  arbitrateHarts(count: number): void {
    if (this.uncontended) {
      for (let i = 0; i < count; i++) this.complete(this.state.requesters[i]);
      return;
    }
    const { requests, pointers, sides, bankMask } = this;
    const { requestOffset, next, requesters: harts } = this.state;
    let contested = false;
    for (let i = 0; i < count; i++) {
      const hart = harts[i];
      const bank = (requestOffset[hart << HART_SHIFT] >> 2) & bankMask;
      const others = requests[bank];
      if (others !== 0) contested = true;
      requests[bank] = others | (1 << hart);
    }
    if (!contested) {
      const { fair } = this;
      for (let i = 0; i < count; i++) {
        const hart = harts[i];
        const bank = (requestOffset[hart << HART_SHIFT] >> 2) & bankMask;
        requests[bank] = 0;
        // The only requester is also the lowest one above any pointer, cyclically.
        pointers[bank] = fair ? hart : (pointers[bank] + 1) & (this.masters - 1);
        sides[bank] ^= 1;
        this.complete(hart);
      }
      return;
    }
    let winners = 0;
    for (let i = 0; i < count; i++) {
      const bank = (requestOffset[harts[i] << HART_SHIFT] >> 2) & bankMask;
      const asking = requests[bank];
      if (asking === 0) continue;
      requests[bank] = 0;
      winners |= 1 << this.grant(bank, asking);
    }
    for (let i = 0; i < count; i++) {
      const hart = harts[i];
      if (((winners >>> hart) & 1) !== 0) this.complete(hart);
      else next[hart << HART_SHIFT] = this.state.clock[0] + 1;
    }
  }

  private grant(bank: number, asking: number): number {
    const pointer = this.pointers[bank];
    this.sides[bank] ^= 1;
    const single = (asking & (asking - 1)) === 0;
    const winner = single ? 31 - Math.clz32(asking) : winnerOf(asking, pointer, this.masters);
    this.pointers[bank] = nextPointer(this.rule, asking, pointer, this.masters);
    if (!single) this.conflict(bank, bitCount(asking) - 1);
    return winner;
  }

  private conflict(bank: number, losers: number): void {
    this.conflictsPerBank[bank] += losers;
    if (losers > 0) this.observer?.conflict?.(bank, losers, this.state.clock[NOW]);
  }

  /** Phases 2 and 3 of a cycle in which DMA or accelerators ask too. */
  arbitrateAll(count: number): void {
    if (this.uncontended) return this.grantAll(count);
    const { requests, dmaRequests, bankMask, wordPorts } = this;
    const { requestOffset, next, requesters: harts } = this.state;
    let narrow = count > 0;
    for (let i = 0; i < count; i++) {
      requests[(requestOffset[harts[i] << HART_SHIFT] >> 2) & bankMask] |= 1 << harts[i];
    }
    for (let p = 0; p < wordPorts.length; p++) {
      const port = wordPorts[p];
      port.granted = false;
      if (!port.asks) continue;
      narrow = true;
      dmaRequests[(port.offset >> 2) & bankMask] |= 1 << p;
    }
    const narrowMasked = this.arbitrateWide(narrow);

    let winners = 0;
    for (let i = 0; i < count; i++) {
      const bank = (requestOffset[harts[i] << HART_SHIFT] >> 2) & bankMask;
      winners |= this.resolveBank(bank, narrowMasked);
    }
    for (const port of wordPorts) {
      if (port.asks) this.resolveBank((port.offset >> 2) & bankMask, narrowMasked);
    }
    for (let i = 0; i < count; i++) {
      const hart = harts[i];
      if (((winners >>> hart) & 1) !== 0) this.complete(hart);
      else next[hart << HART_SHIFT] = this.state.clock[0] + 1;
    }
    for (const port of wordPorts) port.finish();
    for (const port of this.widePorts) port.finish();
    this.portRequests = 0;
  }

  /** Functional mode: everybody gets what he asks for, harts first. */
  private grantAll(count: number): void {
    for (let i = 0; i < count; i++) this.complete(this.state.requesters[i]);
    for (const port of [...this.wordPorts, ...this.widePorts]) {
      port.granted = port.asks;
      port.finish();
    }
    this.portRequests = 0;
  }

  /** Grants one bank to a hart or a DMA port; the bit of a winning hart, else 0. */
  private resolveBank(bank: number, narrowMasked: boolean): number {
    const asking = this.requests[bank];
    const dmaAsking = this.dmaRequests[bank];
    if ((asking | dmaAsking) === 0) return 0;
    this.requests[bank] = 0;
    this.dmaRequests[bank] = 0;
    if (narrowMasked || this.takenByWide(bank)) {
      this.conflict(bank, bitCount(asking) + bitCount(dmaAsking));
      return 0;
    }
    let dmaTurn = asking === 0;
    if (asking !== 0 && dmaAsking !== 0) {
      dmaTurn = this.sides[bank] === 1;
      this.conflict(bank, dmaTurn ? bitCount(asking) : bitCount(dmaAsking));
    }
    if (!dmaTurn) return 1 << this.grant(bank, asking);
    const pointer = this.dmaPointers[bank];
    this.sides[bank] ^= 1;
    const winner = winnerOf(dmaAsking, pointer, DMA_MASTERS);
    this.dmaPointers[bank] = nextPointer(this.rule, dmaAsking, pointer, DMA_MASTERS);
    this.conflict(bank, bitCount(dmaAsking) - 1);
    this.wordPorts[winner].granted = true;
    return 0;
  }

  private takenByWide(bank: number): boolean {
    for (const port of this.widePorts) if (port.granted && this.spans(port, bank)) return true;
    return false;
  }

  private spans(port: TcdmWidePort, bank: number): boolean {
    return ((bank - (port.offset >> 2)) & this.bankMask) < port.words;
  }

  /** Decides the wide ports; true when harts and DMA stand back in all banks for this cycle. */
  private arbitrateWide(narrow: boolean): boolean {
    let port: TcdmWidePort | undefined;
    for (const candidate of this.widePorts) {
      candidate.granted = false;
      // The slots are multiplexed; if both ask, the lower one goes first.
      if (candidate.asks) port ??= candidate;
    }
    if (port === undefined) return false;
    if (!narrow) {
      port.granted = true;
      return false;
    }
    const now = this.state.clock[NOW];
    if (now !== this.bothAt + 1) this.stallCounter = 0;
    this.bothAt = now;
    const { maxStall, acceleratorsFirst } = this.branch;
    const turn = maxStall > 0 && this.stallCounter >= maxStall;
    this.stallCounter = turn ? 0 : this.stallCounter + 1;
    if (acceleratorsFirst) {
      port.granted = !turn;
      return false;
    }
    if (turn) {
      port.granted = true;
      return true;
    }
    port.granted = true;
    for (let word = 0; word < port.words && port.granted; word++) {
      const bank = ((port.offset >> 2) + word) & this.bankMask;
      if ((this.requests[bank] | this.dmaRequests[bank]) !== 0) {
        port.granted = false;
        this.conflict(bank, 1);
      }
    }
    return false;
  }

  reset(): void {
    for (const array of this.arrays()) array.fill(0);
    this.stallCounter = 0;
    this.bothAt = -1;
    this.portReads = this.portWrites = 0;
    this.withdraw();
  }

  /** Forgets the requests of a cycle that an error ended half-way. */
  private withdraw(): void {
    this.requests.fill(0);
    this.dmaRequests.fill(0);
    for (const port of this.wordPorts) port.withdraw();
    for (const port of this.widePorts) port.withdraw();
    this.portRequests = 0;
  }

  private arrays(): (Uint8Array | Float64Array)[] {
    return [this.pointers, this.dmaPointers, this.sides, this.conflictsPerBank];
  }

  save(): unknown {
    return {
      arrays: this.arrays().map((array) => array.slice()),
      counters: [this.stallCounter, this.portReads, this.portWrites, this.bothAt],
    };
  }

  restore(state: unknown): void {
    const saved = state as {
      arrays: (Uint8Array | Float64Array)[];
      counters: [number, number, number, number];
    };
    this.arrays().forEach((array, index) => array.set(saved.arrays[index]));
    [this.stallCounter, this.portReads, this.portWrites, this.bothAt] = saved.counters;
    this.withdraw();
  }
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}
