import { hostHints } from '../../emulator/wasm/index.js';

/**
 * What a function of WebAssembly has to do, in calls and turns weighted by size, before V8 makes optimised code of it; its own
 * value is 1,800,000. A large firmware has thousands of functions that are all warm and never hot: they would stay
 * as they are for most of a run. With `big` of the benchmarks it is worth 10 to 15 % over 1,200 passes.
 */
const TIERING_BUDGET = 20_000;

/** Fits the host to large firmware, once there is one: it does not concern functions that were compiled before. */
export function tuneHost(): void {
  hostHints.muchCode = () => {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8');
    setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  };
}
