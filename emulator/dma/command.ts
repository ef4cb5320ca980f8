import type { OuterMemory } from '../interconnect/ports.js';
import { OctobarError, hex } from '../sim/error.js';
import { CommandBit } from './registers.js';

/** One side of a transfer: lines of `line` bytes whose starts lie `stride` apart. */
export interface Side {
  readonly address: number;
  readonly line: number;
  readonly stride: number;
}

/** A complete command, checked. Plain data, so that it can be saved. */
export interface Command {
  readonly id: number;
  readonly hart: number;
  readonly bytes: number;
  readonly toTcdm: boolean;
  readonly incrementing: boolean;
  readonly external: Side;
  readonly tcdm: Side;
  readonly flags: number;
}

export interface TcdmRange {
  readonly base: number;
  readonly size: number;
}

/** How many words a command has that starts with this command word. */
export function wordsOf(command: number): number {
  const external = (command & CommandBit.EXTERNAL_2D) !== 0 ? 2 : 0;
  const tcdm = (command & CommandBit.TCDM_2D) !== 0 ? 2 : 0;
  return 3 + external + tcdm;
}

/** Rejects a command word that no hardware would accept. */
export function checkCommandWord(word: number, hart: number): void {
  if ((word & CommandBit.LENGTH) === 0) {
    throw new OctobarError('device-misuse', `DMA: hart ${hart} starts a command of length 0`, {
      hint: 'bits 16:0 of the command word are the bytes of the whole transfer, 1 to 131071',
    });
  }
  if ((word & CommandBit.UNKNOWN) !== 0) {
    throw new OctobarError(
      'device-misuse',
      `DMA: hart ${hart} writes command word ${hex(word)}, whose bits 31:24 have no meaning`,
      { hint: 'is this an address? Read CMD for an id first, then write command, TCDM, external' },
    );
  }
}

/** Puts the words of a command together and checks every byte it would touch. */
export function decodeCommand(
  words: Uint32Array,
  id: number,
  hart: number,
  tcdm: TcdmRange,
  outer: OuterMemory,
): Command {
  const flags = words[0];
  const bytes = flags & CommandBit.LENGTH;
  let next = 3;
  const side = (address: number, bit: number): Side =>
    (flags & bit) !== 0
      ? { address, line: words[next++], stride: words[next++] }
      : { address, line: bytes, stride: 0 };
  const command: Command = {
    id,
    hart,
    bytes,
    toTcdm: (flags & CommandBit.TO_TCDM) !== 0,
    incrementing: (flags & CommandBit.INCREMENT) !== 0,
    external: side(words[2], CommandBit.EXTERNAL_2D),
    tcdm: side(words[1], CommandBit.TCDM_2D),
    flags,
  };
  check(command, tcdm, outer);
  return command;
}

function check(command: Command, tcdm: TcdmRange, outer: OuterMemory): void {
  const { external, bytes } = command;
  if (external.line === 0 || command.tcdm.line === 0) {
    throw new OctobarError(
      'device-misuse',
      `${describeCommand(command)}: a 2D transfer with lines of 0 bytes`,
      { hint: 'the first of the two 2D words is the number of bytes per line' },
    );
  }
  eachLine(command.tcdm, bytes, (address, length) => {
    if (address < tcdm.base || address + length > tcdm.base + tcdm.size) {
      throw outside(command, 'TCDM', address, length);
    }
  });
  eachLine(external, bytes, (address, length) => {
    const span = command.incrementing ? length : 8;
    if (!outer.contains(address, span)) throw outside(command, 'external memory', address, span);
    if (!command.incrementing && (address & 7) !== 0) {
      throw new OctobarError(
        'device-misuse',
        `${describeCommand(command)}: a fixed external address must be a multiple of 8`,
        { address, hint: 'set bit 18 (increment) for memory, or align the address' },
      );
    }
  });
}

function outside(command: Command, what: string, address: number, bytes: number): OctobarError {
  return new OctobarError(
    'unmapped-access',
    `${describeCommand(command)} touches ${hex(address)}..${hex(address + bytes - 1)}, which is not ${what}`,
    { address, hint: 'after the command word comes the TCDM address, then the external one' },
  );
}

function eachLine(side: Side, bytes: number, use: (address: number, bytes: number) => void): void {
  let address = side.address;
  for (let left = bytes; left > 0; left -= side.line) {
    use(address, Math.min(side.line, left));
    address = (address + side.stride) >>> 0;
  }
}

/** `DMA command of hart 2 (id 3, 64 bytes, 0x1c000000 to TCDM 0x10000100)`. */
export function describeCommand(command: Command): string {
  const external = hex(command.external.address);
  const tcdm = `TCDM ${hex(command.tcdm.address)}`;
  const way = command.toTcdm ? `${external} to ${tcdm}` : `${tcdm} to ${external}`;
  return `DMA command of hart ${command.hart} (id ${command.id}, ${command.bytes} bytes, ${way})`;
}

/** Moves all bytes of a command, line by line on either side; no time passes. */
export function moveBytes(command: Command, inner: OuterMemory, outer: OuterMemory): void {
  const { external, tcdm, toTcdm, incrementing } = command;
  for (let i = 0; i < command.bytes; i++) {
    const near = placeOf(tcdm, i);
    const far = incrementing ? placeOf(external, i) : external.address + (i & 7);
    if (toTcdm) inner.store(near, outer.load(far));
    else outer.store(far, inner.load(near));
  }
}

const placeOf = (side: Side, i: number): number =>
  side.address + Math.floor(i / side.line) * side.stride + (i % side.line);
