// Generated from emulator/isa and emulator/hart/execute.template by `npm run generate`. Do not edit.
import { div, divu, divisionSteps, mulh, mulhsu, mulhu, rem, remu } from '../../isa/arithmetic.js';
import type { InterpreterContext } from '../context.js';

export interface Interpreter {
  /**
   * Runs cycles from `clock[0]` on in which only harts have something to do, up to `clock[3]`, or
   * until somebody else must look (`signals[0]`); leaves the next cycle of the harts in
   * `clock[2]`. A hart that is alone (`clock[1]` beyond the next cycle) runs on without pause.
   * With `single`, phase 1 of one cycle only: gives the number of `requesters`, in hart order.
   * -1 when a probe stopped the run.
   */
  rounds(single: boolean): number;
  /** Ends a TCDM access whose request was granted in the cycle `clock[0]`. */
  complete(hart: number): void;
}

export function createInterpreter(context: InterpreterContext): Interpreter {
  const { state, timing, arbiter } = context;
  const { u8, i8, u16, i16, i32 } = context.tcdm;
  const { pointers, sides, bankMask, pointerMask, fair } = arbiter;
  const mulhExtra = timing.mulh - 1;
  const divExtra = timing.div_base - 1;
  const fallThroughExtra = timing.branch_not_taken - 1;
  const jumpCost = timing.jump;
  const splitCost = timing.split_target;
  const sameCost = timing.jalr_same_register;
  /** Cycles of a jump that a wait in decode hides. */
  const hidden = jumpCost - 1;

  function rounds(single: boolean): number {
    // Copies in locals: a constant of the outer function is fetched and tested at every use.
    const R = state.words;
    const N = state.numbers;
    const { clock, requesters, signals } = state;
    const { code, l2Base, l2Size, tcdmBase, tcdmSize } = context;
    const end = state.count << 7;
    const alone = clock[1] > clock[0] + 1;
    const until = clock[3];
    for (;;) {
      const now = clock[0];
      const horizon = alone ? until : now + 1;
      let soon = Infinity;
      let asking = 0;
      harts: for (let base = 0; base < end; base += 128) {
        let t = N[base + 0];
        if (t !== now) {
          if (t < soon) soon = t;
          continue;
        }
        if (R[base + 34] === 1) {
          requesters[asking++] = base >> 7;
          continue;
        }
        if (R[base + 35] !== 0 && context.attend(base >> 7)) {
          if (N[base + 0] < soon) soon = N[base + 0];
          continue;
        }
        let pc = R[base + 33];
        for (;;) {
          let index = (pc - l2Base) | 0;
          if (index >>> 0 >= l2Size) {
            clock[4] = t;
            index = context.indexOf(base >> 7, pc);
          }
          let w = code[index];
          if (w <= 0) {
            clock[4] = t;
            w = context.resolve(base >> 7, pc, index);
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
            if (R[base + 41] !== 0) {
              cost -= hidden;
              R[base + 41] = 0;
            }
            R[base + ((w >>> 9) & 63)] = pc + 2 + ((w >>> 27) & 2);
            const target = code[index + 1];
            N[base + 5]++;
            const head = R[base + 43];
            R[base + 64 + (head << 1)] = pc;
            R[base + 64 + 1 + (head << 1)] = target;
            R[base + 43] = (head + 1) & 15;
            N[base + 38] += cost - 1;
            R[base + 42] = 6;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
            break;
          }
          case 4: { // jalr
            const ready = N[base + 2];
            if (ready > t) {
              N[base + 38] += ready - t;
              R[base + 42] = 6;
              R[base + 41] = 0;
              N[base + 0] = ready;
              R[base + 33] = pc;
              if (ready < soon) soon = ready;
              continue harts;
            }
            const target = (R[base + ((w >>> 15) & 31)] + code[index + 1]) & -2;
            const split = (target & 2) !== 0 && context.isLong(target) ? splitCost : 0;
            const same = ((w >>> 9) & 63) === ((w >>> 15) & 31) ? sameCost : 0;
            let cost = jumpCost + same + split;
            if (R[base + 41] !== 0 && ready < t) cost -= split === 0 ? hidden + same : hidden;
            R[base + 41] = 0;
            R[base + ((w >>> 9) & 63)] = pc + 2 + ((w >>> 27) & 2);
            N[base + 5]++;
            const head = R[base + 43];
            R[base + 64 + (head << 1)] = pc;
            R[base + 64 + 1 + (head << 1)] = target;
            R[base + 43] = (head + 1) & 15;
            N[base + 38] += cost - 1;
            R[base + 42] = 6;
            t += cost - 1;
            pc = target - 2 - ((w >>> 27) & 2);
            break;
          }
          case 5: // beq
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] === R[base + ((w >>> 20) & 31)]) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              R[base + 64 + (head << 1)] = pc;
              R[base + 64 + 1 + (head << 1)] = target;
              R[base + 43] = (head + 1) & 15;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              pc = target - 2 - ((w >>> 27) & 2);
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 6: // bne
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] !== R[base + ((w >>> 20) & 31)]) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              R[base + 64 + (head << 1)] = pc;
              R[base + 64 + 1 + (head << 1)] = target;
              R[base + 43] = (head + 1) & 15;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              pc = target - 2 - ((w >>> 27) & 2);
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 7: // blt
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] < R[base + ((w >>> 20) & 31)]) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              R[base + 64 + (head << 1)] = pc;
              R[base + 64 + 1 + (head << 1)] = target;
              R[base + 43] = (head + 1) & 15;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              pc = target - 2 - ((w >>> 27) & 2);
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 8: // bge
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] >= R[base + ((w >>> 20) & 31)]) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              R[base + 64 + (head << 1)] = pc;
              R[base + 64 + 1 + (head << 1)] = target;
              R[base + 43] = (head + 1) & 15;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              pc = target - 2 - ((w >>> 27) & 2);
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 9: // bltu
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] >>> 0 < R[base + ((w >>> 20) & 31)] >>> 0) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              R[base + 64 + (head << 1)] = pc;
              R[base + 64 + 1 + (head << 1)] = target;
              R[base + 43] = (head + 1) & 15;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              pc = target - 2 - ((w >>> 27) & 2);
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 10: // bgeu
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] >>> 0 >= R[base + ((w >>> 20) & 31)] >>> 0) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              R[base + 64 + (head << 1)] = pc;
              R[base + 64 + 1 + (head << 1)] = target;
              R[base + 43] = (head + 1) & 15;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              pc = target - 2 - ((w >>> 27) & 2);
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 11: { // lb
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 12: { // lh
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize && (offset & 1) === 0) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 13: { // lw
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize && (offset & 3) === 0) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 14: { // lbu
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 15: { // lhu
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize && (offset & 1) === 0) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 16: { // sb
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 17: { // sh
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize && (offset & 1) === 0) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          case 18: { // sw
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < tcdmSize && (offset & 3) === 0) {
              R[base + 37] = offset;
              R[base + 38] = w;
              N[base + 1] = t;
              N[base + 0] = t;
              R[base + 33] = pc;
              R[base + 34] = 1;
              if (alone) {
                clock[0] = t;
                grantAlone(base >> 7);
                complete(base >> 7);
                t = N[base + 0];
                if (t < horizon && signals[0] === 0) {
                  pc = R[base + 33];
                  continue;
                }
                if (t < soon) soon = t;
                continue harts;
              }
              if (t === now) requesters[asking++] = base >> 7;
              else if (t < soon) soon = t;
              continue harts;
            }
            N[base + 0] = t;
            R[base + 33] = pc;
            clock[4] = t;
            context.access(base >> 7, w, (offset + tcdmBase) | 0);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
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
            N[base + 39] += mulhExtra;
            R[base + 42] = 7;
            if ((w & 536870912) !== 0) R[base + 41] = mulhExtra;
            break;
          case 52: // mulhsu
            R[base + ((w >>> 9) & 63)] = mulhsu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += mulhExtra;
            N[base + 39] += mulhExtra;
            R[base + 42] = 7;
            if ((w & 536870912) !== 0) R[base + 41] = mulhExtra;
            break;
          case 53: // mulhu
            R[base + ((w >>> 9) & 63)] = mulhu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += mulhExtra;
            N[base + 39] += mulhExtra;
            R[base + 42] = 7;
            if ((w & 536870912) !== 0) R[base + 41] = mulhExtra;
            break;
          case 54: { // div
            const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], true);
            R[base + ((w >>> 9) & 63)] = div(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 55: { // divu
            const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], false);
            R[base + ((w >>> 9) & 63)] = divu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 56: { // rem
            const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], true);
            R[base + ((w >>> 9) & 63)] = rem(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 57: { // remu
            const extra = divExtra + divisionSteps(R[base + ((w >>> 20) & 31)], false);
            R[base + ((w >>> 9) & 63)] = remu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          default:
            R[base + 33] = pc;
            N[base + 0] = t;
            clock[4] = t;
            context.special(base >> 7, w, index);
            if (R[base + 34] === 1 && N[base + 0] === now) requesters[asking++] = base >> 7;
            else if (N[base + 0] < soon) soon = N[base + 0];
            continue harts;
          }
          pc = (pc + 2 + ((w >>> 27) & 2)) | 0;
          t += 1;
          if ((w & 1073741824) !== 0) N[base + 2] = t + 1;
          if (t >= horizon) break;
        }
        N[base + 0] = t;
        R[base + 33] = pc;
        if (t < soon) soon = t;
      }
      if (single) {
        clock[2] = soon;
        return asking;
      }
      if (asking === 1) {
        const hart = requesters[0];
        grantAlone(hart);
        complete(hart);
        const at = N[(hart << 7) + 0];
        if (at < soon) soon = at;
      } else if (asking > 1) {
        arbiter.arbitrateHarts(asking);
        for (let i = 0; i < asking; i++) {
          const at = N[(requesters[i] << 7) + 0];
          if (at < soon) soon = at;
        }
      }
      clock[2] = soon;
      if (soon >= until || signals[0] !== 0) return 0;
      clock[0] = soon;
    }
  }

  /** Pointer and flag of a bank after a grant to its only requester. */
  function grantAlone(hart: number): void {
    const R = state.words;
    const bank = (R[(hart << 7) + 37] >> 2) & bankMask;
    pointers[bank] = fair ? hart : (pointers[bank] + 1) & pointerMask;
    sides[bank] ^= 1;
  }

  function complete(hart: number): void {
    const R = state.words;
    const N = state.numbers;
    const now = state.clock[0];
    const base = hart << 7;
    if (R[base + 36] !== 0) {
      context.completeSpecial(hart);
      return;
    }
    const w = R[base + 38];
    const offset = R[base + 37];
    switch (w & 511) {
    case 11: // lb
      R[base + ((w >>> 9) & 63)] = i8[offset];
      N[base + 6]++;
      break;
    case 12: // lh
      R[base + ((w >>> 9) & 63)] = i16[offset >> 1];
      N[base + 6]++;
      break;
    case 13: // lw
      R[base + ((w >>> 9) & 63)] = i32[offset >> 2];
      N[base + 6]++;
      break;
    case 14: // lbu
      R[base + ((w >>> 9) & 63)] = u8[offset];
      N[base + 6]++;
      break;
    case 15: // lhu
      R[base + ((w >>> 9) & 63)] = u16[offset >> 1];
      N[base + 6]++;
      break;
    case 16: // sb
      u8[offset] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 17: // sh
      u16[offset >> 1] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 18: // sw
      i32[offset >> 2] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    }
    const withheld = now - N[base + 1];
    if (withheld !== 0) {
      N[base + 33] += withheld;
      if ((w & 536870912) !== 0) R[base + 41] = withheld;
    }
    const cost = (w >>> 25) & 7;
    if (cost !== 1) {
      N[base + 32] += cost - 1;
      R[base + 42] = 0;
    }
    if ((w & 1073741824) !== 0) N[base + 2] = now + 3;
    R[base + 34] = 0;
    N[base + 0] = now + cost;
    R[base + 33] += 2 + ((w >>> 27) & 2);
  }

  return { rounds, complete };
}
