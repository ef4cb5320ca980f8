import { record } from './context.js';
import { type Image, normalised, recordOffset, data, type Target } from './image.js';

/** What a machine left behind after a batch. */
export interface Outcome {
  readonly code: Uint8Array;
  readonly data: Uint8Array;
  /** The machine ended the batch in a way of its own. */
  readonly fault?: { readonly message: string; readonly hart: number; readonly pc: number };
  /** Text of instructions, given the offset of a program and an offset within it. */
  readonly disassembly?: (program: number) => (offset: number) => string;
}

export interface Difference {
  /** Index of the program within its batch. */
  readonly index: number;
  /** `x12`, `memory+0x40`, `trap hash`, `code+0x12` */
  readonly what: string;
  readonly expected: number;
  readonly got: number;
}

/** The first difference of each program; of a batch that a fault cut short, of the program at fault. */
export function compare(
  image: Image,
  reference: { target: Target; outcome: Outcome },
  subject: { target: Target; outcome: Outcome },
): Difference[] {
  const expected = normalised(image, reference.target, reference.outcome.data);
  const got = normalised(image, subject.target, subject.outcome.data);
  const differences: Difference[] = [];
  image.programs.forEach((program, index) => {
    const from = recordOffset(index);
    const memory = firstDifference(expected, got, from, from + record.bytes);
    if (memory >= 0) {
      differences.push(difference(index, placeInRecord(memory - from), expected, got, memory));
      return;
    }
    const start = image.codeOffsets[index];
    const at = firstDifference(
      reference.outcome.code,
      subject.outcome.code,
      start,
      start + program.code.length,
    );
    if (at < 0) return;
    const what = `code+0x${(at - start).toString(16)}`;
    differences.push(difference(index, what, reference.outcome.code, subject.outcome.code, at));
  });
  return differences;
}

/** The program that a place in the code belongs to; for a place in none, the last one that the hart began. */
export function programAt(image: Image, offset: number, outcome: Outcome, harts: number): number {
  const found = image.codeOffsets.findLastIndex(
    (start, i) => offset >= start && offset < start + image.programs[i].code.length,
  );
  if (found >= 0) return found;
  const hart = outcome.fault?.hart ?? 0;
  const view = new DataView(outcome.data.buffer, outcome.data.byteOffset);
  const begun = (i: number) => view.getUint32(recordOffset(i) + record.index, true) === i;
  const last = image.programs.findLastIndex((_, i) => i % harts === hart && begun(i));
  return Math.max(0, last);
}

/** What an unexpected trap left, in words, or undefined when there was none. */
export function crashOf(
  outcome: Outcome,
  target: Target,
): { cause: number; offset: number } | undefined {
  const view = new DataView(outcome.data.buffer, outcome.data.byteOffset);
  const pc = view.getUint32(data.crash + 4, true);
  if (pc === 0) return undefined;
  return { cause: view.getUint32(data.crash, true), offset: (pc - target.codeBase) >>> 0 };
}

/** Place of the word that holds the first different byte, or -1. */
function firstDifference(a: Uint8Array, b: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (a[i] !== b[i]) return i & -4;
  return -1;
}

function difference(
  index: number,
  what: string,
  expected: Uint8Array,
  got: Uint8Array,
  at: number,
): Difference {
  const word = (bytes: Uint8Array) =>
    (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  return { index, what, expected: word(expected), got: word(got) };
}

function placeInRecord(offset: number): string {
  if (offset < record.index) return `x${offset >> 2}`;
  if (offset < record.trapHash) return 'program number';
  if (offset < record.trapSave) return 'trap hash';
  if (offset < record.window) return `saved link ${(offset - record.links) >> 2}`;
  return `memory+0x${(offset - record.window).toString(16)}`;
}
