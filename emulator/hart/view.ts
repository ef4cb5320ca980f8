import type { HartStats } from '../api.js';
import type { CodeCache } from './code-cache.js';
import { mode, NOT_EXECUTED, phase, stallCauses, stall, type HartState } from './state.js';
import { HART_SHIFT } from './slot.js';

/** Counters of a hart that caches and accesses add (`machine-stats.ts`). */
type SeenElsewhere =
  | `icache_${'misses' | 'prefetches' | 'shared_misses'}`
  | `${'tcdm' | 'l2'}_${'reads' | 'writes'}`
  | 'peripheral_accesses';

/**
 * Counters of one hart over the cycles [0, cycles). A run that ends in the middle of an instruction
 * cuts its stall there, so that instret + stalls = cycles_active and active + sleep = time since start.
 */
export function hartStats(
  state: HartState,
  hart: number,
  cycles: number,
): Omit<HartStats, SeenElsewhere> {
  state.settle();
  return settledStats(state, hart, cycles);
}

/** The same of a hart whose counters are settled. */
export function settledStats(
  state: HartState,
  hart: number,
  cycles: number,
): Omit<HartStats, SeenElsewhere> {
  const stalls: Record<string, number> = {};
  for (let cause = 0; cause < stallCauses.length; cause++)
    stalls[stallCauses[cause]] = state.stalls[(hart << HART_SHIFT) + cause];
  const m = state.mode[hart << HART_SHIFT];
  let sleep = state.sleep[hart << HART_SHIFT];
  if (m === mode.asleep || m === mode.waitForInterrupt) {
    const slept = cycles - state.sleepSince[hart << HART_SHIFT];
    const awake = Math.min(slept, state.clockStops);
    stalls[m === mode.asleep ? 'event_load' : 'trap'] += awake;
    sleep += slept - awake;
  } else if (m === mode.held) stalls['peripheral'] += cycles - state.since[hart << HART_SHIFT];
  else if (m === mode.requesting) cutRequest(state, hart, cycles, stalls);
  else if (m === mode.running) cutStall(state, hart, cycles, stalls);
  const started =
    m === mode.stopped ? cycles : Math.min(state.startedAt[hart << HART_SHIFT], cycles);
  const active = cycles - started - sleep;
  let stalled = 0;
  for (const name of stallCauses) stalled += stalls[name];
  const instret = active - stalled;
  const base = hart << HART_SHIFT;
  // An instruction whose request is out has left decode, but the pc is still on it.
  const left = m === mode.requesting ? 2 + ((state.requestSlot[base] >>> 27) & 2) : 0;
  return {
    instret,
    compressed: m === mode.stopped ? 0 : state.compressedOf(hart, instret, state.pc[base] + left),
    cycles_active: active,
    cycles_sleep: sleep,
    loads: state.loads[hart << HART_SHIFT],
    stores: state.stores[hart << HART_SHIFT],
    jumps: state.jumps[base],
    branches: state.branches[base],
    branches_taken: state.taken[base],
    jalr_stalls: state.jalrStalls[base],
    stalls,
  };
}

/** The access left decode in `since` and has been refused, or is half done, ever since. */
function cutRequest(
  state: HartState,
  hart: number,
  cycles: number,
  stalls: Record<string, number>,
): void {
  const waiting = cycles - state.since[hart << HART_SHIFT] - 1;
  if (waiting <= 0) return;
  const second = state.phase[hart << HART_SHIFT] === phase.high ? 1 : 0;
  stalls['misaligned'] += second;
  stalls['tcdm_conflict'] += waiting - second;
}

function cutStall(
  state: HartState,
  hart: number,
  cycles: number,
  stalls: Record<string, number>,
): void {
  let beyond = Math.min(state.next[hart << HART_SHIFT], 1e300) - cycles;
  if (state.startedAt[hart << HART_SHIFT] >= cycles) return;
  for (const cause of [state.lastStall[hart << HART_SHIFT], stall.load_use]) {
    if (beyond <= 0) return;
    const name = stallCauses[cause];
    const cut = Math.min(beyond, stalls[name]);
    stalls[name] -= cut;
    beyond -= cut;
  }
}

/** Addresses of the last instructions of a hart, oldest first, walked forward between remembered jumps. */
export function recentInstructions(state: HartState, code: CodeCache, hart: number): number[] {
  const limit = 16;
  const recent: number[] = [];
  let end = state.pc[hart << HART_SHIFT] >>> 0;
  const jumps = state.takenJumps(hart);
  for (let i = 0; i < jumps.length && recent.length < limit; i += 2) {
    const source = jumps[i] >>> 0;
    const target = jumps[i + 1] >>> 0;
    recent.unshift(...straightLine(code, target, end, limit - recent.length));
    // The start of the hart is remembered as a jump from 0.
    if (source === 0) break;
    end = (source & ~NOT_EXECUTED) >>> 0;
    if (end === source && recent.length < limit) recent.unshift(source);
  }
  return recent.slice(-limit);
}

/** The last `limit` instructions in [from, to). */
function straightLine(code: CodeCache, from: number, to: number, limit: number): number[] {
  const found: number[] = [];
  for (let pc = from, steps = 0; pc < to && steps < 1 << 20; steps++) {
    found.push(pc);
    if (found.length > 64) found.splice(0, 64 - limit);
    pc += code.isLongWithoutMark(pc) ? 4 : 2;
  }
  return found.slice(-limit);
}
