/**
 * The commit log of Spike (`--log-commits`), a line for each instruction with what it changed:
 *
 *     core   0: 3 0x1c008080 (0x00850513) x10 0x00000008
 *     core   0: 3 0x1c008084 (0x4110) x12 0x00000007 mem 0x10000040
 *     core   0: 3 0x1c008086 (0x00a62023) mem 0x10000040 0x00000008
 *
 * Core, privilege (always machine mode), pc, encoding, register and value, address of a load, address and
 * value of a store. A post-increment access changes two registers and names both. Lines of one hart are in the
 * order of its program; a line is complete when its hart issues the next instruction, so lines of
 * different harts may stand in another order than they left decode.
 */
import type { Decoder } from '../../../emulator/isa/decoder.js';
import type { Decoded, MemoryMeaning } from '../../../emulator/isa/row.js';
import type { BoundedSink } from './sink.js';

/** What the log reads of the machine. */
export interface CommitSource {
  readonly harts: number;
  register(hart: number, x: number): number;
  codeAt(pc: number): number;
}

interface Form {
  readonly decoded: Decoded | undefined;
  /** ` (0x4110)` */
  readonly encoding: string;
  /** Registers that the instruction writes, x0 left out. */
  readonly writes: readonly number[];
  readonly memory: MemoryMeaning | undefined;
}

const hex = (value: number, digits = 8): string =>
  `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

/** Distinct encodings that are remembered; a program has a few thousand. */
const mostForms = 1 << 16;

export class CommitLog {
  private readonly forms = new Map<number, Form>();
  /** By hart, the line that waits for the values of its registers. */
  private readonly head: string[] = [];
  private readonly tail: string[] = [];
  /** By hart, the cycle in which its last instruction left decode. */
  private readonly begun: number[] = [];
  private readonly form: (Form | undefined)[] = [];

  constructor(
    private readonly source: CommitSource,
    private readonly decoder: Decoder,
    private readonly sink: BoundedSink,
  ) {}

  /** An instruction leaves decode and has changed nothing yet. */
  instruction(hart: number, pc: number, cycle: number): void {
    this.complete(hart);
    this.begun[hart] = cycle;
    if (!this.sink.room()) return;
    const form = this.formOf(this.source.codeAt(pc));
    this.form[hart] = form;
    this.head[hart] = `core${String(hart).padStart(4)}: 3 ${hex(pc)}${form.encoding}`;
    this.tail[hart] =
      form.memory === undefined ? '' : this.access(hart, form.decoded!, form.memory);
  }

  /** The window or the run ends: what was begun before `cycle` is written. */
  finish(cycle: number): void {
    for (let hart = 0; hart < this.source.harts; hart++)
      if (this.begun[hart] < cycle) this.complete(hart);
  }

  private complete(hart: number): void {
    const form = this.form[hart];
    if (form === undefined) return;
    this.form[hart] = undefined;
    let line = this.head[hart];
    for (const x of form.writes)
      line += ` x${String(x).padEnd(2)} ${hex(this.source.register(hart, x))}`;
    this.sink.put(`${line}${this.tail[hart]}\n`);
  }

  private access(hart: number, decoded: Decoded, meaning: MemoryMeaning): string {
    const { rd, rs1, rs2, imm } = decoded;
    const base = this.source.register(hart, rs1);
    const offset =
      meaning.offset === undefined
        ? imm
        : this.source.register(hart, meaning.offset === 'rs2' ? rs2 : rd);
    const address = ` mem ${hex(meaning.postIncrement ? base : base + offset)}`;
    if (!meaning.write) return address;
    const value = this.source.register(hart, rs2);
    const kept = meaning.bytes === 4 ? value : value & ((1 << (8 * meaning.bytes)) - 1);
    return `${address} ${hex(kept, 2 * meaning.bytes)}`;
  }

  private formOf(word: number): Form {
    const bits = (word & 3) === 3 ? word : word & 0xffff;
    const known = this.forms.get(bits);
    if (known !== undefined) return known;
    const decoded = this.decoder.decode(bits);
    const made: Form = {
      decoded,
      encoding: ` (${hex(bits, (word & 3) === 3 ? 8 : 4)})`,
      writes: decoded === undefined ? [] : writtenBy(decoded),
      memory: decoded?.row.memory,
    };
    if (this.forms.size >= mostForms) this.forms.clear();
    this.forms.set(bits, made);
    return made;
  }
}

/** In the order in which the hardware writes them: the result, then a stepped base. */
function writtenBy({ row, rd, rs1 }: Decoded): number[] {
  const { result, memory, csr, timing } = row;
  const isLoad = memory !== undefined && !memory.write;
  const links = timing === 'jump' || timing === 'jalr';
  const written = result !== undefined || isLoad || csr !== undefined || links ? [rd] : [];
  if (memory?.postIncrement === true) written.push(rs1);
  return written.filter((x) => x !== 0);
}
