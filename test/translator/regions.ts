import type { MachineApi } from '../../emulator/api.js';
import * as e from '../lockstep/encode.js';
import { openMachine, type Engine } from './machines.js';
import { place } from './writer.js';

export interface RegionGuest {
  readonly harts: number;
  /** Different loops, one behind the other. */
  readonly count: number;
  /** Turns of a loop at each visit. */
  readonly turns: number;
  /** Loops between two `fence.i`. */
  readonly perFence: number;
  /** Laps, a power of two, between two changes of an instruction before each fence. */
  readonly lapsPerChange: number;
}

/** The guest runs for ever, each hart in a window of its own. What a translator keeps must not grow with the laps. */
export function openRegions(engine: Engine, guest: RegionGuest): MachineApi {
  const { harts, count, turns, perFence, lapsPerChange } = guest;
  const changing = 1 << 20;
  const words: number[] = [];
  const wide = (bits: number): void => void words.push(bits);
  wide(e.csr(2, 10, 0, 0xf14));
  wide(e.iType(0x13, 1, 10, 10, 11));
  wide(e.uType(0x37, 8, place.tcdm >>> 12));
  wide(e.add(8, 8, 10));
  const long = e.split(turns);
  const top = words.length;
  for (let region = 0; region < count; region++) {
    wide(e.uType(0x37, 5, long.high));
    wide(e.addi(5, 5, long.low));
    const loop = words.length;
    wide(e.lw(6, 8, 4 * (region % 500)));
    wide(e.addi(6, 6, (region % 2000) - 1000));
    wide(e.sw(6, 8, 4 * ((region + 7) % 500)));
    wide(e.addi(5, 5, -1));
    wide(e.bType(1, 5, 0, 4 * (loop - words.length)));
    if (region % perFence !== perFence - 1) continue;
    // Every so many laps, flips a bit in the constant of the instruction behind the fence
    const here = words.length;
    wide(e.iType(0x13, 7, 28, 31, lapsPerChange - 1));
    wide(e.bType(1, 28, 0, 24));
    wide(e.uType(0x17, 7, 0));
    wide(e.uType(0x37, 29, changing >>> 12));
    wide(e.lw(28, 7, 24));
    wide(e.rType(0x33, 4, 0, 28, 28, 29));
    wide(e.sw(28, 7, 24));
    wide(e.fenceI);
    if (words.length !== here + 8) throw new Error('the fence has moved');
    wide(e.addi(30, 0, 2));
  }
  const { high, low } = e.split(place.l2 + 4 * top);
  wide(e.addi(31, 31, 1));
  wide(e.uType(0x37, 7, high));
  wide(e.jalr(0, 7, low));
  const machine = openMachine(engine, { harts });
  machine.write(place.l2, new Uint8Array(Uint32Array.from(words).buffer));
  machine.start(place.l2);
  return machine;
}
