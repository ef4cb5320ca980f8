import {
  createHwpe,
  hwpeRegisters,
  misuse,
  readWrite,
  wordIndex,
  type AcceleratorFactory,
  type Engine,
  type EngineHost,
  type HwpeConfig,
  type JobRegisters,
} from '../../emulator/hwpe/index.js';
import type { ConfigOf, ParameterTable } from '../../emulator/sim/parameters.js';

export const exampleParameters = {
  port_bits: {
    value: 128,
    unit: 'bit',
    min: 32,
    max: 512,
    powerOfTwo: true,
    meaning: 'payload of the TCDM port per cycle',
    source: 'chosen for the tutorial',
    status: 'assumed',
  },
} as const satisfies ParameterTable;

const job = [
  readWrite('SRC_ADDR', 0x34, 'TCDM address of the first byte'),
  readWrite('LENGTH', 0x38, 'number of bytes, 1 to 65536'),
  readWrite('DST_ADDR', 0x3c, 'TCDM address of the 32-bit sum'),
] as const;

export const exampleRegisters = hwpeRegisters({
  name: 'EXAMPLE',
  meaning: 'tutorial engine: sum of unsigned bytes',
  size: 0x400,
  shared: [],
  job,
});
const E = wordIndex(job);

/** The smallest engine: adds up `LENGTH` bytes at `SRC_ADDR` and stores the sum at `DST_ADDR`. */
export function exampleEngine(
  config: ConfigOf<typeof exampleParameters>,
  hwpe?: HwpeConfig,
): AcceleratorFactory {
  const description = {
    name: 'example',
    registers: exampleRegisters,
    capability: { ENGINE_ID: 255, INPUT_BITS: 8, OUTPUT_BITS: 32, SIGNED: 2, VERSION: 1 },
    portBits: config.port_bits,
    create: (host: EngineHost) => new ByteSum(host),
  };
  return createHwpe(description, hwpe);
}

const idle = { running: false, address: 0, left: 0, destination: 0, sum: 0, added: 0 };

class ByteSum implements Engine {
  private state = { ...idle };
  private readonly result = new Uint8Array(4);

  constructor(private readonly host: EngineHost) {}

  get ready(): boolean {
    return !this.state.running;
  }

  check(registers: JobRegisters): void {
    const length = registers[E.LENGTH];
    if (length >= 1 && length <= 65536) return;
    throw misuse(`example: LENGTH is ${length}`, -1, 'sum 1 to 65536 bytes in one job');
  }

  start(registers: JobRegisters): void {
    const s = this.state;
    s.running = true;
    s.address = registers[E.SRC_ADDR];
    s.left = registers[E.LENGTH];
    s.destination = registers[E.DST_ADDR];
    s.sum = 0;
  }

  /** One beat a cycle: the loads, then the store of the sum. */
  cycle(now: number): number {
    const { streamer } = this.host;
    const s = this.state;
    if (!s.running) return Infinity;
    if (s.left > 0) streamer.read(s.address, Math.min(s.left, streamer.width));
    else {
      for (let i = 0; i < 4; i++) this.result[i] = s.sum >>> (8 * i);
      streamer.write(s.destination, this.result, 0, 4);
    }
    return now + 1;
  }

  settle(now: number): void {
    const { streamer } = this.host;
    const s = this.state;
    if (!streamer.settle()) return;
    if (s.left === 0) {
      s.running = false;
      return this.host.done(now);
    }
    const bytes = Math.min(s.left, streamer.width);
    for (let i = 0; i < bytes; i++) s.sum += streamer.data[i];
    s.address += bytes;
    s.left -= bytes;
    s.added += bytes;
  }

  clear = (): void => void (this.state.running = false);
  counters = () => ({ bytes_added: this.state.added });
  reset = (): void => void (this.state = { ...idle });
  save = (): unknown => ({ ...this.state });
  restore = (state: unknown): void => void (this.state = { ...(state as typeof idle) });
}
