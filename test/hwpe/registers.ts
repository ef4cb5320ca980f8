import type { Testbench } from '../../emulator/hwpe/testbench.js';
import type { RegisterMap } from '../../emulator/sim/registers.js';

/** Offset of `NAME` or `NAME[3]` by the published map. */
export function offsetOf(map: RegisterMap, name: string): number {
  const [, base, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(name)!;
  const register = map.registers.find((candidate) => candidate.name === base);
  if (register === undefined) throw new Error(`no register ${name}`);
  return register.offset + Number(index ?? 0) * (register.stride ?? 4);
}

export type Setter = (name: string, value: number) => void;

/** Writes registers by name as a hart. */
export const setter =
  (bench: Testbench, map: RegisterMap, hart = 0): Setter =>
  (name, value) =>
    bench.write(offsetOf(map, name), value, hart);

export const get = (bench: Testbench, map: RegisterMap, name: string, hart = 0): number =>
  bench.read(offsetOf(map, name), hart);
