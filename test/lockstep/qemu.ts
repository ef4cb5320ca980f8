import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as e from './encode.js';
import type { Outcome } from './compare.js';
import { codeFor, type Image, type Target } from './image.js';

/**
 * QEMU's `virt` board without firmware. Its RAM is a file that both sides map: the image is
 * written into it before the start and the results are read from it after the end, so the guest
 * needs no output code; it ends by a store to the test finisher at 0x100000.
 */
export const qemuTarget: Target = {
  codeBase: 0x80000000,
  dataBase: 0x80800000,
  harts: 1,
  exitAddress: 0x100000,
  exitGood: 0x5555,
  exitBad: 0x13333,
};

const ramBase = 0x80000000;

const command = 'qemu-system-riscv32';
/** A hart with I, M, C, Zicsr and Zifencei alone: everything else that QEMU has on by default is off. */
const cpu = 'rv32,a=false,f=false,d=false,h=false,zba=false,zbb=false,zbc=false,zbs=false';
const ramBytes = 32 << 20;

export const qemuHint =
  'install QEMU (Debian: apt-get install qemu-system-misc), or set OCTOBAR_ALLOW_MISSING=1 to have the comparison reported as not run';

/** The first line of `--version`, or undefined when QEMU is not installed. */
export function qemuVersion(): string | undefined {
  const result = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n')[0] : undefined;
}

/** Runs a batch; rejects when QEMU does not end by itself with status 0. */
export async function runOnQemu(
  image: Image,
  target: Target = qemuTarget,
  timeoutSeconds = 60,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'octobar-lockstep-'));
  const path = join(folder, 'ram');
  const file = openSync(path, 'w+');
  try {
    ftruncateSync(file, ramBytes);
    const codeAt = target.codeBase - ramBase;
    const dataAt = target.dataBase - ramBase;
    if (codeAt !== 0) writeSync(file, jumpTo(target.codeBase), 0, 8, 0);
    writeSync(file, codeFor(image, target), 0, image.code.length, codeAt);
    writeSync(file, image.data, 0, image.data.length, dataAt);
    await run(path, timeoutSeconds);
    const outcome = {
      code: new Uint8Array(image.code.length),
      data: new Uint8Array(image.data.length),
    };
    readSync(file, outcome.code, 0, outcome.code.length, codeAt);
    readSync(file, outcome.data, 0, outcome.data.length, dataAt);
    return outcome;
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** QEMU starts at the beginning of its RAM. */
function jumpTo(address: number): Uint8Array {
  const { high, low } = e.split(address);
  const words = Uint32Array.of(e.uType(0x37, 5, high), e.jalr(0, 5, low));
  return new Uint8Array(words.buffer);
}

function run(ram: string, timeoutSeconds: number): Promise<void> {
  const options = [
    '-M',
    'virt,memory-backend=ram',
    '-m',
    `${ramBytes >> 20}M`,
    '-bios',
    'none',
    '-cpu',
    cpu,
    '-object',
    `memory-backend-file,id=ram,size=${ramBytes >> 20}M,mem-path=${ram},share=on`,
    '-nodefaults',
    '-display',
    'none',
    '-monitor',
    'none',
    '-serial',
    'none',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, { stdio: ['ignore', 'ignore', 'pipe'] });
    let messages = '';
    child.stderr.on('data', (chunk: Buffer) => (messages += chunk.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${command} cannot be started (${error.message}); ${qemuHint}`));
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve();
      else reject(new Error(`${command} ended with ${signal ?? status}: ${messages.trim()}`));
    });
  });
}
