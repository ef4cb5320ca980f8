import { FunctionBody, ModuleBuilder, exported } from '../../emulator/wasm/index.js';
import type { WasmFunction, WasmHost, WasmModule } from '../../emulator/wasm/index.js';
import type { Arena } from './arena.js';
import { emitConvert } from './convert.js';
import { emitAccumulate, emitMultiply, emitMultiplyWide, emitWiden } from './multiply.js';
import { emitPixel } from './pixel.js';

/** The vector functions over one arena; addresses are byte offsets into it. */
export interface Kernels {
  /** (from, to, count, signed): bytes to 16-bit words, in steps of 16. */
  readonly widen: WasmFunction;
  /** (weights, inputs, pairs, sums, blocks, bytes of a block): exact column sums. */
  readonly multiply: WasmFunction;
  /** The same with weights of 16 bits. */
  readonly multiplyWide: WasmFunction;
  /** (columns, outputs, count, whether two columns make an output): adds columns to outputs. */
  readonly accumulate: WasmFunction;
  /** (sums, count, slope, highest code): columns through the converter; returns how many clipped. */
  readonly convert: WasmFunction;
  /** (sums, count, slope, highest code, gain, counter): the same with read noise. */
  readonly convertNoisy: WasmFunction;
  /** (left, middle and right column, tables, shift, lo, hi, result): one pixel of 16 channels. */
  readonly pixel: WasmFunction;
}

/** Compiled once a process: the code is the same for every engine. */
let compiled: WasmModule | undefined;

export function createKernels(host: WasmHost, { memory }: Arena): Kernels {
  compiled ??= new host.Module(kernelModule());
  const { exports } = new host.Instance(compiled, { env: { memory } });
  return {
    widen: exported(exports, 'widen'),
    multiply: exported(exports, 'multiply'),
    multiplyWide: exported(exports, 'multiplyWide'),
    accumulate: exported(exports, 'accumulate'),
    convert: exported(exports, 'convert'),
    convertNoisy: exported(exports, 'convertNoisy'),
    pixel: exported(exports, 'pixel'),
  };
}

function kernelModule(): Uint8Array {
  const builder = new ModuleBuilder();
  const body = new FunctionBody(1 << 12);
  builder.importMemory('env', 'memory', { min: 1 });
  const add = (name: string, type: number): void =>
    builder.exportFunction(name, builder.code(type, body));
  add('widen', emitWiden(builder, body));
  add('multiply', emitMultiply(builder, body));
  add('multiplyWide', emitMultiplyWide(builder, body));
  add('accumulate', emitAccumulate(builder, body));
  add('convert', emitConvert(builder, body, false));
  add('convertNoisy', emitConvert(builder, body, true));
  add('pixel', emitPixel(builder, body));
  return builder.finish();
}
