import { FunctionBody, ModuleBuilder, Op, Type } from '../wasm/index.js';
import { BOOKED_ENTRY, BOOKED_WRITE, kind, KIND_SHIFT } from './booked-layout.js';

/*
 * While harts book their accesses it must not matter who was first at a word: of each word of the TCDM there is a tag of 16 bits,
 * who was there since the booking began, and whether it was written.
 */

/** A bit for each hart; it was written; the number of the booking, so that old tags are none. */
const HARTS = 0xff;
const WRITTEN = 0x100;
const EPOCH = 0xfe00;
export const TAG_EPOCH_SHIFT = 9;
export const MOST_EPOCHS = 127;

/**
 * The module with `scan`, which notes the accesses of a hart in a log: its beginning, its end, and bit and epoch of the tags.
 * `fetches`: there may be some among them.
 */
export function scanModule(
  tagsAt: number,
  tcdmSize: number,
  pages: number,
  fetches: boolean,
): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('machine', 'memory', { min: pages, max: pages });
  const type = module.type([Type.i32, Type.i32, Type.i32], [Type.i32]);
  module.exportFunction('scan', module.code(type, scanBody(tagsAt, tcdmSize, fetches)));
  return module.finish();
}

/** Returns 1 where another hart was at one of the words and one of both wrote it, else 0. */
function scanBody(tagsAt: number, tcdmSize: number, fetches: boolean): FunctionBody {
  const code = new FunctionBody(512);
  const [at, end, own] = [0, 1, 2];
  code.begin(3);
  const [entry, place, tag, epoch, alone, raced, wrote] = Array.from({ length: 7 }, () =>
    code.local(Type.i32),
  );
  const and = (local: number, mask: number): void => {
    code.get(local);
    code.i32(mask);
    code.op(Op.i32And);
  };
  /** Pushes two locals as one. */
  const both = (one: number, other: number): void => {
    code.get(one);
    code.get(other);
    code.op(Op.i32Or);
  };
  and(own, EPOCH);
  code.set(epoch);
  and(own, HARTS);
  code.i32(WRITTEN);
  code.op(Op.i32Or);
  code.set(alone);
  code.block();
  code.loop();
  code.get(at);
  code.get(end);
  code.op(Op.i32GeU);
  code.brIf(1);
  code.get(at);
  code.memory(Op.i32Load, 0);
  code.set(entry);
  code.get(at);
  code.i32(BOOKED_ENTRY);
  code.op(Op.i32Add);
  code.set(at);
  if (fetches) {
    // They reach no word: that behind the last one. A choice costs less than a branch that the host cannot guess.
    code.i32(tcdmSize);
    code.get(entry);
    code.get(entry);
    code.i32(kind.fetch << KIND_SHIFT);
    code.op(Op.i32GeU);
    code.op(Op.select);
    code.set(entry);
  }
  code.get(entry);
  code.i32(Math.log2(BOOKED_WRITE / WRITTEN));
  code.op(Op.i32ShrU);
  code.i32(WRITTEN);
  code.op(Op.i32And);
  code.set(wrote);
  code.get(entry);
  code.i32(1);
  code.op(Op.i32ShrU);
  code.i32((BOOKED_WRITE >>> 1) - 2);
  code.op(Op.i32And);
  code.tee(place);
  code.memory(Op.i32Load16U, tagsAt);
  code.set(tag);
  // Mostly the tag says so already.
  code.get(tag);
  both(own, wrote);
  code.op(Op.i32Xor);
  code.get(wrote);
  and(own, HARTS);
  code.op(Op.i32Or);
  code.i32(EPOCH);
  code.op(Op.i32Or);
  code.op(Op.i32And);
  code.op(Op.i32Eqz);
  code.brIf(0);
  code.get(tag);
  code.get(epoch);
  code.op(Op.i32Xor);
  code.set(tag);
  // A tag of an earlier booking is none.
  code.get(tag);
  code.i32(0);
  code.get(tag);
  code.i32(HARTS | WRITTEN);
  code.op(Op.i32LeU);
  code.op(Op.select);
  and(own, HARTS);
  code.op(Op.i32Or);
  code.get(wrote);
  code.op(Op.i32Or);
  code.set(tag);
  code.get(place);
  both(tag, epoch);
  code.memory(Op.i32Store16, tagsAt);
  // Written, and others were there
  code.get(tag);
  code.get(alone);
  code.op(Op.i32Xor);
  code.i32(1);
  code.op(Op.i32Sub);
  code.i32(HARTS);
  code.op(Op.i32LtU);
  code.get(raced);
  code.op(Op.i32Or);
  code.set(raced);
  code.br(0);
  code.end();
  code.end();
  code.get(raced);
  return code;
}
