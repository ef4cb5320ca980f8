import { compare, crashOf, type Difference, type Outcome, programAt } from './compare.js';
import { Coverage } from './coverage.js';
import { batchOf, type Image, makeImage } from './image.js';
import { machineSettings, runOnMachine, type MachineSetting } from './machine.js';
import { makeProgram } from './program.js';
import { qemuTarget, runOnQemu } from './qemu.js';

export interface LockstepOptions {
  readonly programs: number;
  readonly seed: number;
  /** Number of the first program; the same number with the same seed is the same program. */
  readonly first?: number;
  /** Programs in one start of QEMU. */
  readonly batch?: number;
  readonly coverage?: Coverage;
  readonly onBatch?: (next: number, compared: number) => void;
}

export interface LockstepResult {
  readonly compared: number;
  /** Programs that ended differently, with an explanation of the first. */
  readonly differing: number;
  readonly report: string;
}

/** As many as fit all settings of our machine. */
export const defaultBatch = 250;

/**
 * Runs random programs on QEMU and on our machine and compares all registers, the memory and the
 * code of each at its end. Batches take turns in the settings of our machine: one hart, eight
 * harts that contend for the banks, data in TCDM or in L2. Ends at the first batch that differs.
 */
export async function runLockstep(options: LockstepOptions): Promise<LockstepResult> {
  const { seed, batch = defaultBatch, coverage } = options;
  const first = options.first ?? 0;
  const end = first + options.programs;
  const imageAt = (start: number) => batchOf(seed, start, Math.min(batch, end - start));
  let compared = 0;
  let image = imageAt(first);
  let reference = startOnQemu(image);
  for (let start = first; start < end; start += image.programs.length) {
    const setting = settingOf(start, batch);
    const subject = runOnMachine(image, setting, coverage);
    const expected = await reference;
    const bad = examine(image, setting, expected, subject);
    if (bad.length > 0) {
      const report = await explain(seed, start, bad[0], setting);
      return {
        compared: compared + image.programs.length - bad.length,
        differing: bad.length,
        report,
      };
    }
    compared += image.programs.length;
    const next = start + image.programs.length;
    options.onBatch?.(next, compared);
    if (next >= end) break;
    image = imageAt(next);
    // Runs beside our machine, on the other core
    reference = startOnQemu(image);
  }
  return { compared, differing: 0, report: '' };
}

/** Which setting program `number` of a run is compared in. */
export const settingOf = (number: number, batch: number): MachineSetting =>
  machineSettings[Math.floor(number / batch) % machineSettings.length];

/** A rejection is looked at when it is awaited, not before. */
function startOnQemu(image: Image): Promise<Outcome> {
  const outcome = runOnQemu(image);
  outcome.catch(() => undefined);
  return outcome;
}

interface Bad extends Difference {
  readonly note: string;
}

function examine(image: Image, setting: MachineSetting, expected: Outcome, got: Outcome): Bad[] {
  const { target } = setting;
  const fault = faultOf(image, setting, got);
  if (fault) return [fault];
  return compare(image, { target: qemuTarget, outcome: expected }, { target, outcome: got }).map(
    (difference) => ({ ...difference, note: '' }),
  );
}

function faultOf(image: Image, { target }: MachineSetting, got: Outcome): Bad | undefined {
  const crash = crashOf(got, target);
  if (!crash && !got.fault) return undefined;
  const offset = crash ? crash.offset : got.fault ? (got.fault.pc - target.codeBase) >>> 0 : 0;
  const trap = crash ? ` (mcause ${crash.cause})` : '';
  return {
    index: programAt(image, offset, got, target.harts),
    what: 'end of the run',
    expected: 0,
    got: 0,
    note: `${got.fault?.message ?? 'a crash'}${trap} at code+0x${offset.toString(16)}`,
  };
}

/** Everything to reproduce a difference, and the piece of the program at which it begins. */
export async function explain(
  seed: number,
  start: number,
  bad: Bad,
  setting: MachineSetting,
): Promise<string> {
  const number = start + bad.index;
  const lines = [
    `program ${number} of seed ${seed} differs (${setting.name})`,
    bad.note === ''
      ? `  ${bad.what}: QEMU ${hex(bad.expected)}, ours ${hex(bad.got)}`
      : `  ${bad.what}: ${bad.note}`,
    `  reproduce: npx tsx test/lockstep/replay.ts --seed ${seed} --program ${number}`,
  ];
  const guilty = await guiltyPiece(seed, number, setting);
  return [...lines, ...guilty].join('\n');
}

/** Runs the beginnings of a program, each a piece longer, until one differs. */
export async function guiltyPiece(
  seed: number,
  number: number,
  setting: MachineSetting,
): Promise<string[]> {
  const pieces = makeProgram(seed, number).pieces;
  for (let limit = 0; limit <= pieces; limit++) {
    const image = makeImage([() => makeProgram(seed, number, limit)]);
    const alone = { ...setting, target: { ...setting.target, harts: 1 } };
    const got = runOnMachine(image, alone);
    const bad = examine(image, alone, await runOnQemu(image), got);
    if (bad.length > 0) return describePiece(image, seed, number, limit, bad[0], got);
  }
  return ['  alone on one hart the program does not differ: look at what the harts share'];
}

function describePiece(
  image: Image,
  seed: number,
  number: number,
  limit: number,
  bad: Bad,
  got: Outcome,
): string[] {
  const before = limit === 0 ? undefined : makeProgram(seed, number, limit - 1);
  const program = image.programs[0];
  // Code up to the epilogue (34 instructions) is common to both
  const from = before ? before.listing[before.listing.length - epilogueLength].offset : 0;
  const to = program.listing[program.listing.length - epilogueLength].offset;
  const text = got.disassembly?.(image.codeOffsets[0]) ?? (() => '');
  const code = program.listing
    .filter((p) => p.offset >= from && p.offset < to)
    .map((p) => `    +0x${p.offset.toString(16).padEnd(5)} ${p.name.padEnd(11)} ${text(p.offset)}`);
  const what =
    bad.note === '' ? `${bad.what} QEMU ${hex(bad.expected)} ours ${hex(bad.got)}` : bad.note;
  return [`  begins with piece ${limit} of ${program.pieces} (${what}):`, ...code];
}

const epilogueLength = 34;
const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
