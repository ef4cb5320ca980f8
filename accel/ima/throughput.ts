import { Testbench } from '../../emulator/hwpe/testbench.js';
import { defaultsOf } from '../../emulator/sim/parameters.js';
import { imaEngine } from './ima.js';
import { imaParameters } from './parameters.js';
import type { ImaConfig } from './parameters.js';
import { imaRegisters } from './registers.js';

export interface ImaThroughput {
  readonly clockHz: number;
  readonly portBits: number;
  readonly pipelined: boolean;
  /** Sustained cycles from one full product to the next. */
  readonly cyclesPerProduct: number;
  /** 2 operations a cell. */
  readonly gops: number;
}

/**
 * Runs a stream of full products (all rows, all columns, nothing requantised) on the engine alone,
 * its port always granted, and measures the steady state: the difference between a long and
 * a short stream.
 */
export function imaThroughput(config: ImaConfig, clockHz: number): ImaThroughput {
  const [short, long] = [8, 40];
  const cycles = streamCycles(config, clockHz, long) - streamCycles(config, clockHz, short);
  const cyclesPerProduct = cycles / (long - short);
  const operations = 2 * config.rows * config.cols;
  return {
    clockHz,
    portBits: config.port_bits,
    pipelined: config.pipelined,
    cyclesPerProduct,
    gops: (operations * clockHz) / cyclesPerProduct / 1e9,
  };
}

/** The sweep of the cluster paper: port width against clock, with and without overlap. */
export function imaPortSweep(
  base: ImaConfig = defaultsOf(imaParameters),
  portBits: readonly number[] = [32, 64, 128, 256, 512],
  clocks: readonly number[] = [250_000_000, 500_000_000],
): ImaThroughput[] {
  return portBits.flatMap((port_bits) =>
    clocks.flatMap((clockHz) =>
      [false, true].map((pipelined) => imaThroughput({ ...base, port_bits, pipelined }, clockHz)),
    ),
  );
}

function streamCycles(config: ImaConfig, clockHz: number, pixels: number): number {
  const bench = new Testbench(imaEngine(config), { clockHz, slot: 1 });
  const set = (name: string, value: number): void => {
    const register = imaRegisters.registers.find((candidate) => candidate.name === name)!;
    bench.write(register.offset, value);
  };
  bench.read(0x04);
  const output = Testbench.base + pixels * config.rows;
  set('J_WIDTH', config.cols);
  set('J_HIGHT', config.rows);
  set('J_SRC_ADDR', Testbench.base);
  set('J_DST_ADDR', output);
  set('JOB_LINE_LENGTH', config.rows);
  set('NUM_JOBS', pixels);
  set('ALPHA_IN_LENGTH', pixels);
  set('ALPHA_IN_STRIDE', config.rows);
  set('ALPHA_OUT_LENGTH', pixels);
  set('ALPHA_OUT_STRIDE', config.cols);
  const start = bench.now;
  set('TRIGGER', 0);
  return bench.runToEvent(1) - start;
}
