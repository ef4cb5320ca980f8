import { FunctionBody, Op, Type } from '../wasm/index.js';

/*
 * While harts book their accesses it must not matter who was first at a word: of each word of the TCDM there is a tag of 16 bits,
 * who was there since the booking began, and whether it was written.
 */

/** A bit for each hart; it was written; the number of the booking, so that old tags are none. */
export const TAG_HARTS = 0xff;
export const TAG_WRITTEN = 0x100;
export const TAG_EPOCH = 0xfe00;
export const TAG_EPOCH_SHIFT = 9;
export const MOST_EPOCHS = 127;
/** Number of the function in its module. */
export const TOUCH = 0;

/** Notes an access to a word that the tag does not have yet. Parameters: offset in the TCDM, and the bits of the access. */
export function touchBody(tagsAt: number, racedAt: number): FunctionBody {
  const body = new FunctionBody(256);
  const [where, bits] = [0, 1];
  body.begin(2);
  const tag = body.local(Type.i32);
  body.get(where);
  body.i32(1);
  body.op(Op.i32ShrU);
  body.i32(-2);
  body.op(Op.i32And);
  body.tee(where);
  body.memory(Op.i32Load16U, tagsAt);
  body.get(bits);
  body.i32(TAG_EPOCH);
  body.op(Op.i32And);
  body.op(Op.i32Xor);
  body.set(tag);
  // A tag of an earlier booking
  body.get(tag);
  body.i32(0);
  body.get(tag);
  body.i32(TAG_HARTS | TAG_WRITTEN);
  body.op(Op.i32LeU);
  body.op(Op.select);
  body.get(bits);
  body.i32(TAG_HARTS | TAG_WRITTEN);
  body.op(Op.i32And);
  body.op(Op.i32Or);
  body.set(tag);
  body.get(where);
  body.get(tag);
  body.get(bits);
  body.i32(TAG_EPOCH);
  body.op(Op.i32And);
  body.op(Op.i32Or);
  body.memory(Op.i32Store16, tagsAt);
  // Written, and by or before others
  body.get(tag);
  body.get(bits);
  body.i32(TAG_HARTS);
  body.op(Op.i32And);
  body.i32(TAG_WRITTEN);
  body.op(Op.i32Or);
  body.op(Op.i32Xor);
  body.i32(1);
  body.op(Op.i32Sub);
  body.i32(TAG_HARTS);
  body.op(Op.i32LtU);
  body.if();
  body.i32(0);
  body.i32(1);
  body.memory(Op.i32Store, racedAt);
  body.end();
  return body;
}
