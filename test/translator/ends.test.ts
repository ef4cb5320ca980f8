import { describe, expect, it } from 'vitest';
import { HART_SHIFT } from '../../emulator/hart/slot.js';
import {
  numberOffset,
  RING,
  stall,
  stallCauses,
  stallOffset,
  wordOffset,
} from '../../emulator/hart/state.js';
import { SharedArena } from '../../emulator/memory/arena.js';
import { EndCode, endParameters } from '../../emulator/translator/end-code.js';
import { Ends } from '../../emulator/translator/ends.js';
import {
  control,
  FRAME_HEAD,
  MAX_PATHS,
  privateWord,
  RESUME,
  TranslatorArrays,
} from '../../emulator/translator/layout.js';
import { functionParameters, functionResults } from '../../emulator/translator/scheduler.js';
import {
  exported,
  FunctionBody,
  ModuleBuilder,
  Op,
  Type,
  wasmHost,
  type WasmFunction,
} from '../../emulator/wasm/index.js';

const tcdm = { base: 0x10000000, size: 0x10000, banks: 64 };
const l2 = { base: 0x1c000000, size: 0x10000 };
const pc = 0x1c000120;
const place = 16 * 5;

/** Arrays of a machine, and the function that does what paths say at their end. */
function open(harts: number) {
  const arena = new SharedArena(24 << 20);
  const entries = harts << HART_SHIFT;
  const { buffer, at: wordsAt } = arena.take(4 * entries);
  const numbersAt = arena.take(8 * entries).at;
  const ringsAt = arena.take(8 * RING * harts).at;
  const l2At = arena.take(l2.size).at;
  const arrays = new TranslatorArrays({ harts, tcdm, l2 }, arena, wordsAt);
  const words = new Int32Array(buffer, wordsAt, entries);
  const numbers = new Float64Array(buffer, numbersAt, entries);
  for (let hart = 0; hart < harts; hart++) {
    words[(hart << HART_SHIFT) + privateWord('ring')] = ringsAt + 8 * RING * hart;
  }
  const run = endFunction(
    {
      arrays,
      wordsAt,
      numbersAt,
      l2At,
      tcdm,
      l2,
      harts,
      splitTarget: 1,
      pages: buffer.byteLength >> 16,
      // Not for ends
      pointersAt: 0,
      sidesAt: 0,
      conflictsAt: 0,
      banks: tcdm.banks,
      masters: 16,
      fair: true,
    },
    arena,
  );
  return {
    arrays,
    ends: new Ends(arrays),
    words: (hart: number) => words.subarray(hart << HART_SHIFT),
    numbers: (hart: number) => numbers.subarray(hart << HART_SHIFT),
    ring: (hart: number) => new Int32Array(buffer, ringsAt + 8 * RING * hart, 2 * RING),
    l2: new Uint8Array(buffer, l2At, l2.size),
    call: (hart: number, next: number, low: number, high: number) =>
      run(wordsAt + (hart << (HART_SHIFT + 2)), next, low, high),
  };
}

/** With the two halves of an end as two parameters: 64 bits are no number of JavaScript. */
function endFunction(
  options: ConstructorParameters<typeof EndCode>[0],
  arena: SharedArena,
): WasmFunction {
  const host = wasmHost()!;
  const module = new ModuleBuilder();
  module.importMemory('machine', 'memory', { min: options.pages, max: options.pages });
  module.importTable('machine', 'functions', { min: 1 });
  const signature = module.type(functionParameters, functionResults);
  const body = new EndCode(options, signature).body();
  const ends = module.code(module.type(endParameters, [Type.i32]), body);
  const outer = new FunctionBody(64);
  outer.begin(4);
  outer.get(0);
  outer.get(1);
  outer.get(3);
  outer.op(Op.i64ExtendI32U);
  outer.i64(32);
  outer.op(Op.i64Shl);
  outer.get(2);
  outer.op(Op.i64ExtendI32U);
  outer.op(Op.i64Or);
  outer.call(ends);
  const type = module.type([Type.i32, Type.i32, Type.i32, Type.i32], [Type.i32]);
  module.exportFunction('run', module.code(type, outer));
  const functions = new host.Table({ element: 'anyfunc', initial: 1 });
  const { exports } = new host.Instance(new host.Module(module.finish()), {
    machine: { memory: arena.memory!, functions },
  });
  return exported(exports, 'run');
}

const path = MAX_PATHS - 1;
const last = stallCauses.length - 1;

describe('the end of a path', () => {
  it.each([1, 5, 16])('is one of the last path and the last hart of %i', (harts) => {
    const { arrays, ends, words, ring, call } = open(harts);
    const hart = harts - 1;
    const own = words(hart);
    own[wordOffset('lastStall')] = stall.div;
    own[wordOffset('requestOffset')] = 8;
    const low = ends.request({ path, jumps: true, lastStall: last }, pc, 77, 4, false);
    expect(call(hart, place, low, 77)).toBe(place);
    expect(own[privateWord('function')]).toBe(77);
    expect(arrays.counters[arrays.counterIndex(hart, path)]).toBe(1);
    expect(arrays.counters.reduce((sum, times) => sum + times, 0)).toBe(1);
    expect(own[wordOffset('historyHead')]).toBe(1);
    expect(arrays.pathOf(ring(hart)[1] >>> 1)).toBe(path);
    expect(own[wordOffset('lastStall')]).toBe(last);
    expect(own[privateWord('stallBefore')]).toBe(stall.div);
  });

  it('has a bit for each cause of a stall', () => {
    const { ends, words, call } = open(2);
    stallCauses.forEach((_, cause) => {
      words(1)[privateWord('function')] = -1;
      const low = ends.leave({ path: 1, jumps: false, lastStall: cause }, true);
      expect(call(1, ~place, low, pc)).toBe(~place);
      expect(words(1)[wordOffset('lastStall')]).toBe(cause);
      expect(words(1)[wordOffset('pc')]).toBe(pc);
      expect(words(1)[privateWord('function')]).toBe(RESUME);
    });
    expect(words(1)[wordOffset('historyHead')]).toBe(0);
  });

  it.each([
    ['a load below the end of code', { offset: 0x40, write: false, bytes: 4 }, true],
    ['a store below the end of code', { offset: 0x40, write: true, bytes: 4 }, false],
    ['a store at the end of code', { offset: 0x44, write: true, bytes: 4 }, true],
    ['the last word', { offset: tcdm.size - 4, write: true, bytes: 4 }, true],
    ['the last byte', { offset: tcdm.size - 1, write: true, bytes: 1 }, true],
    ['behind the last byte', { offset: tcdm.size, write: false, bytes: 1 }, false],
    ['before the first byte', { offset: -1, write: false, bytes: 1 }, false],
    ['a misaligned halfword', { offset: 0x81, write: false, bytes: 2 }, false],
    ['a misaligned word', { offset: 0x82, write: false, bytes: 4 }, false],
  ])('grants or leaves %s', (_, { offset, write, bytes }, granted) => {
    const { arrays, ends, words, call } = open(8);
    arrays.control[control.codeEnd] = 0x44;
    words(3)[wordOffset('requestOffset')] = offset;
    const low = ends.request({ path, jumps: false, lastStall: -1 }, pc, 9, bytes, write);
    expect(call(3, place, low, 9)).toBe(granted ? place : ~place);
    expect(words(3)[privateWord('function')]).toBe(granted ? 9 : 0);
    expect(words(3)[wordOffset('pc')]).toBe(granted ? 0 : pc);
  });

  it('knows the function of an access that was translated after it', () => {
    const { ends, words, call } = open(16);
    const low = ends.request({ path, jumps: false, lastStall: -1 }, pc, 0, 4, false);
    expect(call(15, place, low, 0)).toBe(~place);
    expect(words(15)[wordOffset('pc')]).toBe(pc);
    ends.completed(pc + 4, 5);
    expect(call(15, place, low, 0)).toBe(~place);
    ends.completed(pc, 6);
    expect(call(15, place, low, 0)).toBe(place);
    expect(words(15)[privateWord('function')]).toBe(6);
  });

  it.each([0, 1, 7, 8, 41, 63])('leaves an empty frame behind one of %i words', (saved) => {
    const { arrays, ends, words, numbers, ring, l2: bytes, call } = open(16);
    const own = words(15);
    const frame = arrays.undoOf(15);
    const undo = new Int32Array(arrays.undo.buffer, frame, 128).fill(-7);
    own[privateWord('frame')] = frame;
    const target = l2.base + 0x206;
    bytes[0x206] = 0x13;
    const low = ends.jump({ path, jumps: true, lastStall: -1 }, saved);
    // A cycle more for the instruction that straddles fetch words
    expect(call(15, ~place, low, target)).toBe(~(place + 16));
    const named = (FRAME_HEAD >> 2) + saved + 1;
    undo.forEach((word, i) => expect(word).toBe(i === named ? 0 : -7));
    expect(own[wordOffset('pc')]).toBe(target);
    expect(own[privateWord('function')]).toBe(0);
    expect(own[wordOffset('lastStall')]).toBe(stall.jump);
    expect(own[wordOffset('historyHead')]).toBe(1);
    expect(ring(15)[0]).toBe(target);
    expect(arrays.pathOf(ring(15)[1] >>> 1)).toBe(path);
    expect(numbers(15)[numberOffset('walked')]).toBe(-0x206);
    expect(numbers(15)[stallOffset('jump')]).toBe(1);
    expect(arrays.counters[arrays.counterIndex(15, path)]).toBe(1);
  });
});
