// Generated from emulator/isa and emulator/hart/execute.template by `npm run generate`. Do not edit.
import { div, divu, divisionSteps, mulh, mulhsu, mulhu, rem, remu } from '../../isa/arithmetic.js';
import { isFunctional } from '../../functional.js';
import type { InterpreterContext } from '../context.js';
import {
  dotProduct,
  multiplyAccumulate,
  scalar,
  simdArithmetic,
  simdComparison,
  simdPermutation,
} from './execute-registers.js';

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
  const stepMask = isFunctional(timing) ? 0 : -1;
  const fallThroughExtra = timing.branch_not_taken - 1;
  const jumpCost = timing.jump;
  const splitCost = timing.split_target;
  const sameCost = timing.jalr_same_register;
  /** Cycles of a jump that a wait in decode hides. */
  const hidden = jumpCost - 1;
  const { frames: P, due: D, counters: C } = context.observer();

  function rounds(single: boolean): number {
    // Copies in locals: a constant of the outer function is fetched and tested at every use.
    const R = state.words;
    const N = state.numbers;
    const H = state.history;
    const { clock, requesters, signals } = state;
    const { code, l2Base, l2Size, tcdmBase, tcdmSize } = context;
    const { resident, lineShift } = context;
    const end = state.count << 7;
    const alone = clock[1] > clock[0] + 1;
    const until = clock[3];
    for (;;) {
      const now = clock[0];
      const horizon = alone ? until : now + 1;
      let soon = Infinity;
      let asking = 0;
      // What a hart with `attention` may change for itself; the last hart of a round only.
      let reach = tcdmSize;
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
        if (R[base + 35] !== 0) {
          if (context.attend(base >> 7)) {
            if (N[base + 0] < soon) soon = N[base + 0];
            continue;
          }
          reach = context.reachOf(base >> 7) | 0;
        }
        let pc = R[base + 33];
        const holder = 1 << (base >> 7);
        for (;;) {
          let index = (pc - l2Base) | 0;
          if (index >>> 0 >= l2Size) {
            clock[4] = t;
            index = context.indexOf(base >> 7, pc) | 0;
          }
          const inFunction = (index - P[(base >> 4) + 0]) | 0;
          if (t === D[base >> 7] && inFunction >>> 0 < P[(base >> 4) + 1]) {
            // The one before took its one cycle.
            C[P[(base >> 4) + 2]]++;
            P[(base >> 4) + 2] = P[(base >> 4) + 3] + (inFunction << 1);
            D[base >> 7] = t + 1;
          } else {
            clock[4] = t;
            context.arrived(base >> 7, pc, index);
          }
          let w = code[index];
          const held = resident[index >>> lineShift] & resident[(index + ((w >>> 27) & 2)) >>> lineShift];
          if (w <= 0 || (held & holder) === 0) {
            clock[4] = t;
            const wait = context.fetch(base >> 7, pc, index) | 0;
            if (wait !== 0) {
              R[base + 33] = pc;
              N[base + 0] = t + wait;
              if (t + wait < soon) soon = t + wait;
              continue harts;
            }
          }
          if (w <= 0) {
            clock[4] = t;
            w = context.resolve(base >> 7, pc, index) | 0;
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
            if ((((w >>> 9) & 63) | 4) === 5) context.jumped(base >> 7, w, pc);
            N[base + 5]++;
            const head = R[base + 43];
            H[(base << 2) + (head << 1)] = pc;
            H[(base << 2) + (head << 1) + 1] = target;
            R[base + 43] = (head + 1) & 255;
            N[base + 38] += cost - 1;
            R[base + 42] = 6;
            t += cost - 1;
            const from = target - 2 - ((w >>> 27) & 2);
            N[base + 16] += pc - from;
            pc = from;
            break;
          }
          case 4: { // jalr
            const ready = N[base + 2];
            if (ready > t) {
              N[base + 38] += ready - t;
              N[base + 17] += ready - t;
              R[base + 42] = 6;
              R[base + 41] = 0;
              N[base + 0] = ready;
              R[base + 33] = pc;
              D[base >> 7] = -(t + 1);
              if (ready < soon) soon = ready;
              continue harts;
            }
            const target = (R[base + ((w >>> 15) & 31)] + code[index + 1]) & -2;
            const split = (target & 2) !== 0 && context.isLong(target) ? splitCost : 0;
            const same = ((w >>> 9) & 63) === ((w >>> 15) & 31) ? sameCost : 0;
            let cost = jumpCost + same + split;
            context.jumped(base >> 7, w, pc);
            if (R[base + 41] !== 0 && ready < t) cost -= split === 0 ? hidden + same : hidden;
            R[base + 41] = 0;
            R[base + ((w >>> 9) & 63)] = pc + 2 + ((w >>> 27) & 2);
            N[base + 5]++;
            const head = R[base + 43];
            H[(base << 2) + (head << 1)] = pc;
            H[(base << 2) + (head << 1) + 1] = target;
            R[base + 43] = (head + 1) & 255;
            N[base + 38] += cost - 1;
            R[base + 42] = 6;
            t += cost - 1;
            const from = target - 2 - ((w >>> 27) & 2);
            N[base + 16] += pc - from;
            pc = from;
            break;
          }
          case 5: // beq
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] === R[base + ((w >>> 20) & 31)]) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
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
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
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
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
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
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
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
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
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
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 11: { // lb
            const offset = (R[base + ((w >>> 15) & 31)] + code[index + 1] - tcdmBase) | 0;
            if (offset >>> 0 < reach) {
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
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
            if (offset >>> 0 < reach) {
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
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
            if (offset >>> 0 < reach) {
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
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
            const extra = divExtra + (divisionSteps(R[base + ((w >>> 20) & 31)], true) & stepMask);
            R[base + ((w >>> 9) & 63)] = div(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 55: { // divu
            const extra = divExtra + (divisionSteps(R[base + ((w >>> 20) & 31)], false) & stepMask);
            R[base + ((w >>> 9) & 63)] = divu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 56: { // rem
            const extra = divExtra + (divisionSteps(R[base + ((w >>> 20) & 31)], true) & stepMask);
            R[base + ((w >>> 9) & 63)] = rem(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 57: { // remu
            const extra = divExtra + (divisionSteps(R[base + ((w >>> 20) & 31)], false) & stepMask);
            R[base + ((w >>> 9) & 63)] = remu(R[base + ((w >>> 15) & 31)], R[base + ((w >>> 20) & 31)]);
            t += extra;
            N[base + 40] += extra;
            R[base + 42] = 8;
            if ((w & 536870912) !== 0) R[base + 41] = extra;
            break;
          }
          case 59: // cv.lb
          case 68: // cv.lbu
          case 74: { // cv.sb
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + code[index + 1]) | 0;
            if (offset >>> 0 < reach) {
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
          case 60: // cv.lb
          case 69: { // cv.lbu
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)]) | 0;
            if (offset >>> 0 < reach) {
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
          case 61: // cv.lb
          case 70: { // cv.lbu
            const offset = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)] - tcdmBase) | 0;
            if (offset >>> 0 < reach) {
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
          case 62: // cv.lh
          case 71: // cv.lhu
          case 77: { // cv.sh
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + code[index + 1]) | 0;
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
          case 63: // cv.lh
          case 72: { // cv.lhu
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)]) | 0;
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
          case 64: // cv.lh
          case 73: { // cv.lhu
            const offset = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)] - tcdmBase) | 0;
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
          case 65: // cv.lw
          case 80: { // cv.sw
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + code[index + 1]) | 0;
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
          case 66: { // cv.lw
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)]) | 0;
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
          case 67: { // cv.lw
            const offset = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 20) & 31)] - tcdmBase) | 0;
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
          case 75: { // cv.sb
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 9) & 63)]) | 0;
            if (offset >>> 0 < reach) {
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
          case 76: { // cv.sb
            const offset = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 9) & 63)] - tcdmBase) | 0;
            if (offset >>> 0 < reach) {
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
          case 78: { // cv.sh
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 9) & 63)]) | 0;
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
          case 79: { // cv.sh
            const offset = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 9) & 63)] - tcdmBase) | 0;
            if (offset >>> 0 < reach && (offset & 1) === 0) {
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
          case 81: { // cv.sw
            const offset = (R[base + ((w >>> 15) & 31)] - tcdmBase) | 0;
            R[base + 44] = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 9) & 63)]) | 0;
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
          case 82: { // cv.sw
            const offset = (R[base + ((w >>> 15) & 31)] + R[base + ((w >>> 9) & 63)] - tcdmBase) | 0;
            if (offset >>> 0 < reach && (offset & 3) === 0) {
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
          case 83: // cv.beqimm
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] === (w << 7 >> 27)) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 84: // cv.bneimm
            N[base + 3]++;
            if (R[base + ((w >>> 15) & 31)] !== (w << 7 >> 27)) {
              const target = code[index + 1];
              N[base + 4]++;
              const head = R[base + 43];
              H[(base << 2) + (head << 1)] = pc;
              H[(base << 2) + (head << 1) + 1] = target;
              R[base + 43] = (head + 1) & 255;
              const cost = (w >>> 25) & 7;
              N[base + 37] += cost - 1;
              R[base + 42] = 5;
              t += cost - 1;
              const from = target - 2 - ((w >>> 27) & 2);
              N[base + 16] += pc - from;
              pc = from;
            } else if (fallThroughExtra !== 0) {
              t += fallThroughExtra;
              N[base + 37] += fallThroughExtra;
              R[base + 42] = 5;
            }
            break;
          case 93: // cv.dotup.h
          case 94: // cv.dotup.sc.h
          case 95: // cv.dotup.sci.h
          case 96: // cv.dotup.b
          case 97: // cv.dotup.sc.b
          case 98: // cv.dotup.sci.b
          case 99: // cv.dotusp.h
          case 100: // cv.dotusp.sc.h
          case 101: // cv.dotusp.sci.h
          case 102: // cv.dotusp.b
          case 103: // cv.dotusp.sc.b
          case 104: // cv.dotusp.sci.b
          case 105: // cv.dotsp.h
          case 106: // cv.dotsp.sc.h
          case 107: // cv.dotsp.sci.h
          case 108: // cv.dotsp.b
          case 109: // cv.dotsp.sc.b
          case 110: // cv.dotsp.sci.b
          case 111: // cv.sdotup.h
          case 112: // cv.sdotup.sc.h
          case 113: // cv.sdotup.sci.h
          case 114: // cv.sdotup.b
          case 115: // cv.sdotup.sc.b
          case 116: // cv.sdotup.sci.b
          case 117: // cv.sdotusp.h
          case 118: // cv.sdotusp.sc.h
          case 119: // cv.sdotusp.sci.h
          case 120: // cv.sdotusp.b
          case 121: // cv.sdotusp.sc.b
          case 122: // cv.sdotusp.sci.b
          case 123: // cv.sdotsp.h
          case 124: // cv.sdotsp.sc.h
          case 125: // cv.sdotsp.sci.h
          case 126: // cv.sdotsp.b
          case 127: // cv.sdotsp.sc.b
          case 128: // cv.sdotsp.sci.b
            dotProduct(R, base, w, code[index + 1]);
            break;
          case 129: // cv.mulsn
          case 130: // cv.mulhhsn
          case 131: // cv.mulsrn
          case 132: // cv.mulhhsrn
          case 133: // cv.mulun
          case 134: // cv.mulhhun
          case 135: // cv.mulurn
          case 136: // cv.mulhhurn
          case 137: // cv.macsn
          case 138: // cv.machhsn
          case 139: // cv.macsrn
          case 140: // cv.machhsrn
          case 141: // cv.macun
          case 142: // cv.machhun
          case 143: // cv.macurn
          case 144: // cv.machhurn
          case 145: // cv.mac
          case 146: // cv.msu
            multiplyAccumulate(R, base, w, code[index + 1]);
            break;
          case 147: // cv.abs
          case 148: // cv.slet
          case 149: // cv.sletu
          case 150: // cv.min
          case 151: // cv.minu
          case 152: // cv.max
          case 153: // cv.maxu
          case 154: // cv.exths
          case 155: // cv.exthz
          case 156: // cv.extbs
          case 157: // cv.extbz
          case 158: // cv.clip
          case 159: // cv.clipu
          case 160: // cv.clipr
          case 161: // cv.clipur
          case 162: // cv.addn
          case 163: // cv.addnr
          case 164: // cv.addun
          case 165: // cv.addunr
          case 166: // cv.addrn
          case 167: // cv.addrnr
          case 168: // cv.addurn
          case 169: // cv.addurnr
          case 170: // cv.subn
          case 171: // cv.subnr
          case 172: // cv.subun
          case 173: // cv.subunr
          case 174: // cv.subrn
          case 175: // cv.subrnr
          case 176: // cv.suburn
          case 177: // cv.suburnr
          case 178: // cv.extract
          case 179: // cv.extractr
          case 180: // cv.extractu
          case 181: // cv.extractur
          case 182: // cv.insert
          case 183: // cv.insertr
          case 184: // cv.bclr
          case 185: // cv.bclrr
          case 186: // cv.bset
          case 187: // cv.bsetr
          case 188: // cv.bitrev
          case 189: // cv.ror
          case 190: // cv.ff1
          case 191: // cv.fl1
          case 192: // cv.clb
          case 193: // cv.cnt
            scalar(R, base, w, code[index + 1]);
            break;
          case 194: // cv.add.h
          case 195: // cv.add.sc.h
          case 196: // cv.add.sci.h
          case 197: // cv.add.b
          case 198: // cv.add.sc.b
          case 199: // cv.add.sci.b
          case 200: // cv.sub.h
          case 201: // cv.sub.sc.h
          case 202: // cv.sub.sci.h
          case 203: // cv.sub.b
          case 204: // cv.sub.sc.b
          case 205: // cv.sub.sci.b
          case 206: // cv.avg.h
          case 207: // cv.avg.sc.h
          case 208: // cv.avg.sci.h
          case 209: // cv.avg.b
          case 210: // cv.avg.sc.b
          case 211: // cv.avg.sci.b
          case 212: // cv.avgu.h
          case 213: // cv.avgu.sc.h
          case 214: // cv.avgu.sci.h
          case 215: // cv.avgu.b
          case 216: // cv.avgu.sc.b
          case 217: // cv.avgu.sci.b
          case 218: // cv.min.h
          case 219: // cv.min.sc.h
          case 220: // cv.min.sci.h
          case 221: // cv.min.b
          case 222: // cv.min.sc.b
          case 223: // cv.min.sci.b
          case 224: // cv.minu.h
          case 225: // cv.minu.sc.h
          case 226: // cv.minu.sci.h
          case 227: // cv.minu.b
          case 228: // cv.minu.sc.b
          case 229: // cv.minu.sci.b
          case 230: // cv.max.h
          case 231: // cv.max.sc.h
          case 232: // cv.max.sci.h
          case 233: // cv.max.b
          case 234: // cv.max.sc.b
          case 235: // cv.max.sci.b
          case 236: // cv.maxu.h
          case 237: // cv.maxu.sc.h
          case 238: // cv.maxu.sci.h
          case 239: // cv.maxu.b
          case 240: // cv.maxu.sc.b
          case 241: // cv.maxu.sci.b
          case 242: // cv.srl.h
          case 243: // cv.srl.sc.h
          case 244: // cv.srl.sci.h
          case 245: // cv.srl.b
          case 246: // cv.srl.sc.b
          case 247: // cv.srl.sci.b
          case 248: // cv.sra.h
          case 249: // cv.sra.sc.h
          case 250: // cv.sra.sci.h
          case 251: // cv.sra.b
          case 252: // cv.sra.sc.b
          case 253: // cv.sra.sci.b
          case 254: // cv.sll.h
          case 255: // cv.sll.sc.h
          case 256: // cv.sll.sci.h
          case 257: // cv.sll.b
          case 258: // cv.sll.sc.b
          case 259: // cv.sll.sci.b
          case 260: // cv.or.h
          case 261: // cv.or.sc.h
          case 262: // cv.or.sci.h
          case 263: // cv.or.b
          case 264: // cv.or.sc.b
          case 265: // cv.or.sci.b
          case 266: // cv.xor.h
          case 267: // cv.xor.sc.h
          case 268: // cv.xor.sci.h
          case 269: // cv.xor.b
          case 270: // cv.xor.sc.b
          case 271: // cv.xor.sci.b
          case 272: // cv.and.h
          case 273: // cv.and.sc.h
          case 274: // cv.and.sci.h
          case 275: // cv.and.b
          case 276: // cv.and.sc.b
          case 277: // cv.and.sci.b
          case 278: // cv.abs.h
          case 279: // cv.abs.b
            simdArithmetic(R, base, w, code[index + 1]);
            break;
          case 280: // cv.cmpeq.h
          case 281: // cv.cmpeq.sc.h
          case 282: // cv.cmpeq.sci.h
          case 283: // cv.cmpeq.b
          case 284: // cv.cmpeq.sc.b
          case 285: // cv.cmpeq.sci.b
          case 286: // cv.cmpne.h
          case 287: // cv.cmpne.sc.h
          case 288: // cv.cmpne.sci.h
          case 289: // cv.cmpne.b
          case 290: // cv.cmpne.sc.b
          case 291: // cv.cmpne.sci.b
          case 292: // cv.cmpgt.h
          case 293: // cv.cmpgt.sc.h
          case 294: // cv.cmpgt.sci.h
          case 295: // cv.cmpgt.b
          case 296: // cv.cmpgt.sc.b
          case 297: // cv.cmpgt.sci.b
          case 298: // cv.cmpge.h
          case 299: // cv.cmpge.sc.h
          case 300: // cv.cmpge.sci.h
          case 301: // cv.cmpge.b
          case 302: // cv.cmpge.sc.b
          case 303: // cv.cmpge.sci.b
          case 304: // cv.cmplt.h
          case 305: // cv.cmplt.sc.h
          case 306: // cv.cmplt.sci.h
          case 307: // cv.cmplt.b
          case 308: // cv.cmplt.sc.b
          case 309: // cv.cmplt.sci.b
          case 310: // cv.cmple.h
          case 311: // cv.cmple.sc.h
          case 312: // cv.cmple.sci.h
          case 313: // cv.cmple.b
          case 314: // cv.cmple.sc.b
          case 315: // cv.cmple.sci.b
          case 316: // cv.cmpgtu.h
          case 317: // cv.cmpgtu.sc.h
          case 318: // cv.cmpgtu.sci.h
          case 319: // cv.cmpgtu.b
          case 320: // cv.cmpgtu.sc.b
          case 321: // cv.cmpgtu.sci.b
          case 322: // cv.cmpgeu.h
          case 323: // cv.cmpgeu.sc.h
          case 324: // cv.cmpgeu.sci.h
          case 325: // cv.cmpgeu.b
          case 326: // cv.cmpgeu.sc.b
          case 327: // cv.cmpgeu.sci.b
          case 328: // cv.cmpltu.h
          case 329: // cv.cmpltu.sc.h
          case 330: // cv.cmpltu.sci.h
          case 331: // cv.cmpltu.b
          case 332: // cv.cmpltu.sc.b
          case 333: // cv.cmpltu.sci.b
          case 334: // cv.cmpleu.h
          case 335: // cv.cmpleu.sc.h
          case 336: // cv.cmpleu.sci.h
          case 337: // cv.cmpleu.b
          case 338: // cv.cmpleu.sc.b
          case 339: // cv.cmpleu.sci.b
            simdComparison(R, base, w, code[index + 1]);
            break;
          case 340: // cv.extract.h
          case 341: // cv.extractu.h
          case 342: // cv.insert.h
          case 343: // cv.extract.b
          case 344: // cv.extractu.b
          case 345: // cv.insert.b
          case 346: // cv.shuffle.h
          case 347: // cv.shuffle.sci.h
          case 348: // cv.shuffle.b
          case 349: // cv.shufflei0.sci.b
          case 350: // cv.shufflei1.sci.b
          case 351: // cv.shufflei2.sci.b
          case 352: // cv.shufflei3.sci.b
          case 353: // cv.shuffle2.h
          case 354: // cv.shuffle2.b
          case 355: // cv.pack
          case 356: // cv.pack.h
          case 357: // cv.packhi.b
          case 358: // cv.packlo.b
          case 359: // cv.cplxmul.r
          case 360: // cv.cplxmul.i
          case 361: // cv.cplxmul.r.div2
          case 362: // cv.cplxmul.i.div2
          case 363: // cv.cplxmul.r.div4
          case 364: // cv.cplxmul.i.div4
          case 365: // cv.cplxmul.r.div8
          case 366: // cv.cplxmul.i.div8
          case 367: // cv.cplxconj
          case 368: // cv.subrotmj
          case 369: // cv.subrotmj.div2
          case 370: // cv.add.div2
          case 371: // cv.sub.div2
          case 372: // cv.subrotmj.div4
          case 373: // cv.add.div4
          case 374: // cv.sub.div4
          case 375: // cv.subrotmj.div8
          case 376: // cv.add.div8
          case 377: // cv.sub.div8
            simdPermutation(R, base, w, code[index + 1]);
            break;
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
          if ((w & -1073741824) !== 0) {
            if ((w & 1073741824) !== 0) N[base + 2] = t + 1;
            if (w < 0) {
              // The last instruction of a hardware loop that turns.
              R[base + 33] = (pc - 2 - ((w >>> 27) & 2)) | 0;
              t += context.jumpBack(base);
              pc = R[base + 33];
            }
          }
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
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 12: // lh
      R[base + ((w >>> 9) & 63)] = i16[offset >> 1];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 13: // lw
      R[base + ((w >>> 9) & 63)] = i32[offset >> 2];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 14: // lbu
      R[base + ((w >>> 9) & 63)] = u8[offset];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 15: // lhu
      R[base + ((w >>> 9) & 63)] = u16[offset >> 1];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 16: // sb
      u8[offset] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 17: // sh
      u16[offset >> 1] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 18: // sw
      i32[offset >> 2] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 59: // cv.lb
    case 60: // cv.lb
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      R[base + ((w >>> 9) & 63)] = i8[offset];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 61: // cv.lb
      R[base + ((w >>> 9) & 63)] = i8[offset];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 62: // cv.lh
    case 63: // cv.lh
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      R[base + ((w >>> 9) & 63)] = i16[offset >> 1];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 64: // cv.lh
      R[base + ((w >>> 9) & 63)] = i16[offset >> 1];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 65: // cv.lw
    case 66: // cv.lw
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      R[base + ((w >>> 9) & 63)] = i32[offset >> 2];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 67: // cv.lw
      R[base + ((w >>> 9) & 63)] = i32[offset >> 2];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 68: // cv.lbu
    case 69: // cv.lbu
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      R[base + ((w >>> 9) & 63)] = u8[offset];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 70: // cv.lbu
      R[base + ((w >>> 9) & 63)] = u8[offset];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 71: // cv.lhu
    case 72: // cv.lhu
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      R[base + ((w >>> 9) & 63)] = u16[offset >> 1];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 73: // cv.lhu
      R[base + ((w >>> 9) & 63)] = u16[offset >> 1];
      N[base + 6]++;
      C[P[(base >> 4) + 2] + 1]++;
      break;
    case 74: // cv.sb
    case 75: // cv.sb
      u8[offset] = R[base + ((w >>> 20) & 31)];
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 76: // cv.sb
      u8[offset] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 77: // cv.sh
    case 78: // cv.sh
      u16[offset >> 1] = R[base + ((w >>> 20) & 31)];
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 79: // cv.sh
      u16[offset >> 1] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 80: // cv.sw
    case 81: // cv.sw
      i32[offset >> 2] = R[base + ((w >>> 20) & 31)];
      R[base + ((w >>> 15) & 31)] = R[base + 44];
      R[base] = 0;
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
      if (offset < context.tcdmCodeEnd) context.storedCode(hart, offset);
      break;
    case 82: // cv.sw
      i32[offset >> 2] = R[base + ((w >>> 20) & 31)];
      N[base + 7]++;
      C[P[(base >> 4) + 2] + 2]++;
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
      if ((w & 536870912) !== 0) R[base + 41] = cost - 1;
    }
    if ((w & 1073741824) !== 0) N[base + 2] = now + 3;
    R[base + 34] = 0;
    N[base + 0] = now + cost;
    if (w < 0) N[base + 0] += context.jumpBack(base);
    else R[base + 33] += 2 + ((w >>> 27) & 2);
  }

  return { rounds, complete };
}
