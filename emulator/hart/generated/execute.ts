// Generated from emulator/isa and emulator/hart/execute.template by `npm run generate`. Do not edit.
import { div, divu, divisionSteps, mulh, mulhsu, mulhu, rem, remu } from '../../isa/arithmetic.js';
import type { InterpreterContext } from '../context.js';
import { FEEDS_JALR, NEXT_IS_JUMP } from '../slot.js';
import { HISTORY, HORIZON, mode, NOW, phase, SOON, stall } from '../state.js';

export interface Interpreter {
  /**
   * Phase 1 of the cycle `clock[NOW]`: every hart that is due issues one instruction, or, when it runs
   * alone, all until it needs something shared or `clock[HORIZON]` is reached. Leaves the earliest cycle
   * of the harts that do not request in `clock[SOON]`. Gives the number of `requesters`, in hart order,
   * or -1 when a probe stopped the run.
   */
  issue(): number;
  /** Ends a TCDM access whose request was granted in the cycle `clock[NOW]`. */
  complete(hart: number): void;
}

export function createInterpreter(context: InterpreterContext): Interpreter {
  const { state, timing, code, l2Base, l2Size, tcdmBase, tcdmSize } = context;
  const { u8, i8, u16, i16, i32 } = context.tcdm;
  const R = state.registers;
  const PC = state.pc;
  const { count, clock, requesters, attention, next, since, requestOffset, requestSlot, jalrReady, waited, stalls, lastStall } = state;
  const { loads, stores, branches, taken, jumps, history, historyHead } = state;
  const modes = state.mode;
  const phases = state.phase;
  const SIMPLE = phase.simple;
  const RUNNING = mode.running;
  const REQUESTING = mode.requesting;
  const LOAD_USE = stall.load_use;
  const CONFLICT = stall.tcdm_conflict;
  const BRANCH = stall.branch;
  const JUMP = stall.jump;
  const MULH = stall.mulh;
  const DIV = stall.div;
  const mulhExtra = timing.mulh - 1;
  const divExtra = timing.div_base - 1;
  const fallThroughExtra = timing.branch_not_taken - 1;
  const jumpCost = timing.jump;
  const splitCost = timing.split_target;
  const sameCost = timing.jalr_same_register;
  /** Cycles of a jump that a wait in decode hides. */
  const hidden = jumpCost - 1;

  function remember(hart: number, source: number, target: number): void {
    const head = historyHead[hart];
    const at = (hart * HISTORY + head) << 1;
    history[at] = source;
    history[at + 1] = target;
    historyHead[hart] = (head + 1) & (HISTORY - 1);
  }

  function issue(): number {
    const now = clock[NOW];
    const horizon = clock[HORIZON];
    let soon = Infinity;
    let asking = 0;
    harts: for (let hart = 0; hart < count; hart++) {
      let t = next[hart];
      if (t !== now) {
        if (t < soon) soon = t;
        continue;
      }
      if (modes[hart] === REQUESTING) {
        requesters[asking++] = hart;
        continue;
      }
      if (attention[hart] !== 0 && context.attend(hart, now)) {
        if (next[hart] < soon) soon = next[hart];
        continue;
      }
      const base = hart << 6;
      const stallBase = hart << 4;
      let pc = PC[hart];
      for (;;) {
        let index = (pc - l2Base) | 0;
        if (index >>> 0 >= l2Size) index = context.indexOf(hart, pc, t);
        let w = code[index];
        if (w <= 0) {
          w = context.resolve(hart, pc, index, t);
          if (w === 0) return -1;
        }
        switch (w & 511) {
        case 1: // lui
          R[base + ((w >>> 9) & 63)] = code[index + 1];
          break;
        case 2: // auipc
          R[base + ((w >>> 9) & 63)] = (pc + code[index + 1]);
          break;
        case 3: { // jal
          let cost = (w >>> 25) & 7;
          if (waited[hart] !== 0) {
            cost -= hidden;
            waited[hart] = 0;
          }
          R[base + ((w >>> 9) & 63)] = pc + 2 + ((w >>> 27) & 2);
          const target = code[index + 1];
          jumps[hart]++;
          remember(hart, pc, target);
          stalls[stallBase + JUMP] += cost - 1;
          lastStall[hart] = JUMP;
          t += cost - 1;
          pc = target - 2 - ((w >>> 27) & 2);
          break;
        }
        case 4: { // jalr
          const ready = jalrReady[hart];
          if (ready > t) {
            stalls[stallBase + JUMP] += ready - t;
            lastStall[hart] = JUMP;
            waited[hart] = 0;
            next[hart] = ready;
            PC[hart] = pc;
            if (ready < soon) soon = ready;
            continue harts;
          }
          const target = (R[base + ((w >>> 15) & 31)] + code[index + 1]) & -2;
          const split = (target & 2) !== 0 && context.isLong(target) ? splitCost : 0;
          const same = ((w >>> 9) & 63) === ((w >>> 15) & 31) ? sameCost : 0;
          let cost = jumpCost + same + split;
          if (waited[hart] !== 0 && ready < t) cost -= split === 0 ? hidden + same : hidden;
          waited[hart] = 0;
          R[base + ((w >>> 9) & 63)] = pc + 2 + ((w >>> 27) & 2);
          jumps[hart]++;
          remember(hart, pc, target);
          stalls[stallBase + JUMP] += cost - 1;
          lastStall[hart] = JUMP;
          t += cost - 1;
          pc = target - 2 - ((w >>> 27) & 2);
          break;
        }
        case 5: // beq
          branches[hart]++;
          if (R[base + ((w >>> 15) & 31)] === R[base + ((w >>> 20) & 31)]) {
            const target = code[index + 1];
            taken[hart]++;
            remember(hart, pc, target);
            const cost = (w >>> 25) & 7;
            stalls[stallBase + BRANCH] += cost - 1;
            lastStall[hart] = BRANCH;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
          } else {
            t += fallThroughExtra;
            stalls[stallBase + BRANCH] += fallThroughExtra;
          }
          break;
        case 6: // bne
          branches[hart]++;
          if (R[base + ((w >>> 15) & 31)] !== R[base + ((w >>> 20) & 31)]) {
            const target = code[index + 1];
            taken[hart]++;
            remember(hart, pc, target);
            const cost = (w >>> 25) & 7;
            stalls[stallBase + BRANCH] += cost - 1;
            lastStall[hart] = BRANCH;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
          } else {
            t += fallThroughExtra;
            stalls[stallBase + BRANCH] += fallThroughExtra;
          }
          break;
        case 7: // blt
          branches[hart]++;
          if (R[base + ((w >>> 15) & 31)] < R[base + ((w >>> 20) & 31)]) {
            const target = code[index + 1];
            taken[hart]++;
            remember(hart, pc, target);
            const cost = (w >>> 25) & 7;
            stalls[stallBase + BRANCH] += cost - 1;
            lastStall[hart] = BRANCH;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
          } else {
            t += fallThroughExtra;
            stalls[stallBase + BRANCH] += fallThroughExtra;
          }
          break;
        case 8: // bge
          branches[hart]++;
          if (R[base + ((w >>> 15) & 31)] >= R[base + ((w >>> 20) & 31)]) {
            const target = code[index + 1];
            taken[hart]++;
            remember(hart, pc, target);
            const cost = (w >>> 25) & 7;
            stalls[stallBase + BRANCH] += cost - 1;
            lastStall[hart] = BRANCH;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
          } else {
            t += fallThroughExtra;
            stalls[stallBase + BRANCH] += fallThroughExtra;
          }
          break;
        case 9: // bltu
          branches[hart]++;
          if (R[base + ((w >>> 15) & 31)] >>> 0 < R[base + ((w >>> 20) & 31)] >>> 0) {
            const target = code[index + 1];
            taken[hart]++;
            remember(hart, pc, target);
            const cost = (w >>> 25) & 7;
            stalls[stallBase + BRANCH] += cost - 1;
            lastStall[hart] = BRANCH;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
          } else {
            t += fallThroughExtra;
            stalls[stallBase + BRANCH] += fallThroughExtra;
          }
          break;
        case 10: // bgeu
          branches[hart]++;
          if (R[base + ((w >>> 15) & 31)] >>> 0 >= R[base + ((w >>> 20) & 31)] >>> 0) {
            const target = code[index + 1];
            taken[hart]++;
            remember(hart, pc, target);
            const cost = (w >>> 25) & 7;
            stalls[stallBase + BRANCH] += cost - 1;
            lastStall[hart] = BRANCH;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
          } else {
            t += fallThroughExtra;
            stalls[stallBase + BRANCH] += fallThroughExtra;
          }
          break;
        case 11: { // lb
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 12: { // lh
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize && (offset & 1) === 0) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 13: { // lw
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize && (offset & 3) === 0) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 14: { // lbu
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 15: { // lhu
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize && (offset & 1) === 0) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 16: { // sb
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 17: { // sh
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize && (offset & 1) === 0) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 18: { // sw
          const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
          if (offset >>> 0 < tcdmSize && (offset & 3) === 0) {
            requestOffset[hart] = offset;
            requestSlot[hart] = w;
            since[hart] = t;
            next[hart] = t;
            PC[hart] = pc;
            modes[hart] = REQUESTING;
            if (t === now) requesters[asking++] = hart;
            else if (t < soon) soon = t;
            continue harts;
          }
          next[hart] = t;
          PC[hart] = pc;
          context.access(hart, w, (offset + tcdmBase) | 0, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        case 19: // addi
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] + code[index + 1]);
          break;
        case 20: // slti
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] < code[index + 1] ? 1 : 0);
          break;
        case 21: // sltiu
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] >>> 0 < code[index + 1] >>> 0 ? 1 : 0);
          break;
        case 22: // xori
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] ^ code[index + 1]);
          break;
        case 23: // ori
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] | code[index + 1]);
          break;
        case 24: // andi
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] & code[index + 1]);
          break;
        case 25: // slli
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] << code[index + 1]);
          break;
        case 26: // srli
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] >>> code[index + 1]);
          break;
        case 27: // srai
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] >> code[index + 1]);
          break;
        case 28: // add
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)]);
          break;
        case 29: // sub
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] - R[base + ((w >>> 20) & 31)]);
          break;
        case 30: // sll
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] << R[base + ((w >>> 20) & 31)]);
          break;
        case 31: // slt
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] < R[base + ((w >>> 20) & 31)] ? 1 : 0);
          break;
        case 32: // sltu
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] >>> 0 < R[base + ((w >>> 20) & 31)] >>> 0 ? 1 : 0);
          break;
        case 33: // xor
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] ^ R[base + ((w >>> 20) & 31)]);
          break;
        case 34: // srl
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] >>> R[base + ((w >>> 20) & 31)]);
          break;
        case 35: // sra
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] >> R[base + ((w >>> 20) & 31)]);
          break;
        case 36: // or
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] | R[base + ((w >>> 20) & 31)]);
          break;
        case 37: // and
          R[base + ((w >>> 9) & 63)] = (R[base + ((w >>> 15) & 31)] & R[base + ((w >>> 20) & 31)]);
          break;
        case 50: // mul
          R[base + ((w >>> 9) & 63)] = Math.imul(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          break;
        case 51: // mulh
          R[base + ((w >>> 9) & 63)] = mulh(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += mulhExtra;
          stalls[stallBase + MULH] += mulhExtra;
          lastStall[hart] = MULH;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = mulhExtra;
          break;
        case 52: // mulhsu
          R[base + ((w >>> 9) & 63)] = mulhsu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += mulhExtra;
          stalls[stallBase + MULH] += mulhExtra;
          lastStall[hart] = MULH;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = mulhExtra;
          break;
        case 53: // mulhu
          R[base + ((w >>> 9) & 63)] = mulhu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += mulhExtra;
          stalls[stallBase + MULH] += mulhExtra;
          lastStall[hart] = MULH;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = mulhExtra;
          break;
        case 54: { // div
          const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], true);
          R[base + ((w >>> 9) & 63)] = div(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += extra;
          stalls[stallBase + DIV] += extra;
          lastStall[hart] = DIV;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = extra;
          break;
        }
        case 55: { // divu
          const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], false);
          R[base + ((w >>> 9) & 63)] = divu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += extra;
          stalls[stallBase + DIV] += extra;
          lastStall[hart] = DIV;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = extra;
          break;
        }
        case 56: { // rem
          const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], true);
          R[base + ((w >>> 9) & 63)] = rem(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += extra;
          stalls[stallBase + DIV] += extra;
          lastStall[hart] = DIV;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = extra;
          break;
        }
        case 57: { // remu
          const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], false);
          R[base + ((w >>> 9) & 63)] = remu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
          t += extra;
          stalls[stallBase + DIV] += extra;
          lastStall[hart] = DIV;
          if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = extra;
          break;
        }
        default:
          PC[hart] = pc;
          next[hart] = t;
          context.special(hart, w, index, t);
          if (modes[hart] === REQUESTING && next[hart] === now) requesters[asking++] = hart;
          else if (next[hart] < soon) soon = next[hart];
          continue harts;
        }
        pc = (pc + 2 + ((w >>> 27) & 2)) | 0;
        t += 1;
        if ((w & FEEDS_JALR) !== 0) jalrReady[hart] = t + 1;
        if (t >= horizon) break;
      }
      next[hart] = t;
      PC[hart] = pc;
      if (t < soon) soon = t;
    }
    clock[SOON] = soon;
    return asking;
  }

  function complete(hart: number): void {
    const now = clock[NOW];
    if (phases[hart] !== SIMPLE) {
      context.completeSpecial(hart, now);
      return;
    }
    const base = hart << 6;
    const w = requestSlot[hart];
    const offset = requestOffset[hart];
    switch (w & 511) {
    case 11: // lb
      R[base + ((w >>> 9) & 63)] = i8[offset];
      loads[hart]++;
      break;
    case 12: // lh
      R[base + ((w >>> 9) & 63)] = i16[offset >> 1];
      loads[hart]++;
      break;
    case 13: // lw
      R[base + ((w >>> 9) & 63)] = i32[offset >> 2];
      loads[hart]++;
      break;
    case 14: // lbu
      R[base + ((w >>> 9) & 63)] = u8[offset];
      loads[hart]++;
      break;
    case 15: // lhu
      R[base + ((w >>> 9) & 63)] = u16[offset >> 1];
      loads[hart]++;
      break;
    case 16: // sb
      u8[offset] = R[base + ((w >>> 20) & 31)];
      stores[hart]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 17: // sh
      u16[offset >> 1] = R[base + ((w >>> 20) & 31)];
      stores[hart]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 18: // sw
      i32[offset >> 2] = R[base + ((w >>> 20) & 31)];
      stores[hart]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    }
    const withheld = now - since[hart];
    if (withheld !== 0) {
      stalls[(hart << 4) + CONFLICT] += withheld;
      if ((w & NEXT_IS_JUMP) !== 0) waited[hart] = withheld;
    }
    const cost = (w >>> 25) & 7;
    if (cost !== 1) {
      stalls[(hart << 4) + LOAD_USE] += cost - 1;
      lastStall[hart] = LOAD_USE;
    }
    if ((w & FEEDS_JALR) !== 0) jalrReady[hart] = now + 3;
    modes[hart] = RUNNING;
    next[hart] = now + cost;
    PC[hart] += 2 + ((w >>> 27) & 2);
  }

  return { issue, complete };
}
