/** From ELF images to a loaded machine. */
import { createHash } from 'node:crypto';
import type { MachineApi } from '../../emulator/api.js';
import { OctobarError, hex } from '../../emulator/sim/error.js';
import { parseElf } from '../loader/index.js';
import type { ElfFile } from '../loader/index.js';
import type { ImageInfo } from './stats.js';

/** Bytes of an ELF file, with a name for messages and for the record of the run. */
export type Image = Uint8Array | { readonly name: string; readonly bytes: Uint8Array };

export function readImage(image: Image): { elf: ElfFile; bytes: Uint8Array } {
  const { name, bytes } = image instanceof Uint8Array ? { name: 'image', bytes: image } : image;
  return { elf: parseElf(bytes, name), bytes };
}

/** What the record of a run says about an image. Its digest is made when somebody asks: that takes milliseconds. */
export function imageInfo(name: string, bytes: Uint8Array): ImageInfo {
  const content = bytes.slice();
  let digest: string | undefined;
  return {
    name,
    bytes: bytes.length,
    get sha256() {
      return (digest ??= createHash('sha256').update(content).digest('hex'));
    },
  };
}

/** Weights for array n of the in-memory computing engine. */
const arraySection = /^\.ima\.\d+$/;

/** Whether all images fit this machine and each other. @throws OctobarError `image` */
export function checkLoadable(machine: MachineApi, files: readonly ElfFile[]): void {
  const taken: { address: number; end: number; file: ElfFile }[] = [];
  for (const file of files) {
    for (const segment of file.segments) {
      const size = segment.data.length + segment.zeroes;
      if (size === 0) continue;
      checkRange(machine, file, segment.address, size);
      const end = segment.address + size;
      const other = taken.find((t) => segment.address < t.end && t.address < end);
      if (other) {
        const names = `${other.file.name} and ${file.name}`;
        throw new OctobarError('image', `${names} overlap at ${hex(segment.address)}`, {
          hint: 'link the images to different addresses',
        });
      }
      taken.push({ address: segment.address, end, file });
    }
  }
}

function checkRange(machine: MachineApi, file: ElfFile, address: number, size: number): void {
  const fits = machine
    .map()
    .some((region) => address >= region.base && address + size <= region.base + region.size);
  if (fits && isMemory(machine, address)) return;
  const range = `${hex(address)} to ${hex(address + size - 1)}`;
  throw new OctobarError('image', `${file.name}: the segment ${range} lies in no memory`, {
    hint: 'octobar map shows the memories; --set l2.size and --set tcdm.size make them larger',
  });
}

/** The back door refuses what is no memory. */
export function isMemory(machine: MachineApi, address: number): boolean {
  try {
    return machine.read(address, 1).length === 1;
  } catch (error) {
    if (error instanceof OctobarError) return false;
    throw error;
  }
}

export function loadImage(machine: MachineApi, file: ElfFile): void {
  for (const segment of file.segments) {
    if (segment.data.length > 0) machine.write(segment.address, segment.data);
    if (segment.zeroes > 0) {
      machine.write(segment.address + segment.data.length, new Uint8Array(segment.zeroes));
    }
  }
  preloadArrays(machine, file);
}

/** Hands `.ima.<n>` sections to the engines. @throws OctobarError `image` when none takes one */
export function preloadArrays(machine: MachineApi, file: ElfFile): void {
  for (const section of file.sections) {
    if (!arraySection.test(section.name)) continue;
    if (!machine.preload(section.name, section.data)) {
      throw new OctobarError('image', `${file.name}: no engine takes section ${section.name}`, {
        hint: 'choose a preset with an in-memory computing engine, or raise --set ima.arrays',
      });
    }
  }
}
