import { Op, type FunctionBody } from '../wasm/index.js';

/** Pushes where the numbers of a hart begin, from those of hart 0: its words have half the bytes. `base`: address of its words. */
export function pushNumbers(code: FunctionBody, base: number, wordsAt: number): void {
  code.get(base);
  code.i32(wordsAt);
  code.op(Op.i32Sub);
  code.i32(1);
  code.op(Op.i32Shl);
}

/**
 * Adds an integer to a double of the hart whose numbers begin at what is on the stack. `at`: a local for it; `address`: of
 * this number of hart 0.
 */
export function addToNumber(
  code: FunctionBody,
  at: number,
  address: number,
  value: () => void,
): void {
  code.tee(at);
  code.get(at);
  code.memory(Op.f64Load, address);
  value();
  code.op(Op.f64ConvertI32S);
  code.op(Op.f64Add);
  code.memory(Op.f64Store, address);
}
