import { OctobarError } from '../../emulator/sim/error.js';
import { misuse } from '../../emulator/hwpe/index.js';
import type { EngineHost, RegisterVisit } from '../../emulator/hwpe/index.js';
import { tilesOf } from './job.js';
import type { ArrayShape } from './job.js';
import { P } from './registers.js';

interface PlotState {
  /** CHECK_STATE of ima_v1: 0 idle, 2 write set up, 3 writing, 6 read set up. */
  mode: number;
  /** Position in the rectangle; `row` = height once it is complete. */
  column: number;
  row: number;
  started: boolean;
}

const fresh = (): PlotState => ({ mode: 0, column: 0, row: 0, started: false });

/** One array of signed 4-bit cells, in the form that its macro computes with. */
export interface CellArray {
  /** Row-major. */
  readonly cells: Int8Array;
  get(x: number, y: number): number;
  set(x: number, y: number, value: number): void;
  load(cells: Int8Array): void;
}

/** How long cells take, and which of them can be written at all. */
export interface CellAccess<A extends CellArray> {
  create(array: number): A;
  /** The SUBMIT_PLOT that completes a row is held so long. */
  readonly rowCycles: number;
  /** Read-back of 8 cells by PR_VAL, on top of the register access. */
  readonly readCycles: number;
  /** False for cells whose contents are in a mask; absent: all can be written. */
  writable?(array: number): boolean;
}

/** The arrays and what programs, reads and preloads them. */
export class Cells<A extends CellArray = CellArray> {
  rowsProgrammed = 0;
  cellsProgrammed = 0;
  wordsReadBack = 0;
  private readonly arrays: (A | undefined)[];
  private plot = fresh();

  constructor(
    private readonly shape: ArrayShape,
    private readonly access: CellAccess<A>,
    private readonly host: EngineHost,
  ) {
    this.arrays = Array.from({ length: shape.arrays }, () => undefined);
  }

  get mode(): number {
    return this.plot.mode;
  }

  /** An array that nobody programmed holds zeros and no memory. */
  array(index: number): A {
    return (this.arrays[index] ??= this.access.create(index));
  }

  /** P_START_X .. P_HIGHT: the rectangle starts over. */
  beginPlot(): void {
    this.plot = { ...fresh(), mode: 2 };
  }

  beginRead(): void {
    this.plot.mode = 6;
  }

  abort(): void {
    this.plot = fresh();
  }

  /** SUBMIT_PLOT: 8 weights of the row at hand. */
  submit(word: number, { hart }: RegisterVisit): void {
    const { shared } = this.host;
    const array = shared[P.PLOT_ARRAY];
    const width = shared[P.P_WIDTH];
    const height = shared[P.P_HIGHT];
    const plot = this.plot;
    if (!plot.started) this.checkRectangle(hart);
    if (plot.row === height)
      throw misuse(
        `${this.shape.name}: SUBMIT_PLOT after the last row of the rectangle`,
        hart,
        'write P_START_X, P_START_Y, P_WIDTH and P_HIGHT for the next rectangle first',
      );
    this.checkUnused(array, hart);
    if (this.access.writable?.(array) === false)
      throw misuse(
        `${this.shape.name}: SUBMIT_PLOT to array ${array}, which is read-only memory`,
        hart,
        'its contents come with the chip, as an ELF section .ima.<n>; write arrays that are no ROM',
      );
    plot.started = true;
    plot.mode = 3;
    const x = shared[P.P_START_X] + plot.column;
    const y = shared[P.P_START_Y] + plot.row;
    const count = Math.min(8, width - plot.column);
    const crossbar = this.array(array);
    for (let i = 0; i < count; i++) crossbar.set(x + i, y, nibble(word, i));
    this.cellsProgrammed += count;
    plot.column += 8;
    if (plot.column < width) return;
    plot.column = 0;
    plot.row++;
    this.rowsProgrammed++;
    if (hart >= 0) this.host.control.delay(this.access.rowCycles);
    if (plot.row < height) return;
    plot.mode = 0;
    this.host.release(hart);
  }

  /** PR_VAL: 8 cells, lowest nibble first. */
  readBack({ hart }: RegisterVisit): number {
    const { shared } = this.host;
    const x = shared[P.PR_ADDR_X];
    const y = shared[P.PR_ADDR_Y];
    const { rows, cols } = this.shape;
    if (x < 0 || x >= cols || y < 0 || y >= rows)
      throw misuse(
        `${this.shape.name}: read-back of row ${y}, column ${x}`,
        hart,
        `the array has ${rows} x ${cols} cells`,
      );
    this.checkArray(hart);
    const crossbar = this.array(shared[P.PLOT_ARRAY]);
    let word = 0;
    for (let i = 0; i < 8 && x + i < cols; i++) word |= (crossbar.get(x + i, y) & 15) << (4 * i);
    if (hart < 0) return word;
    this.wordsReadBack++;
    this.plot.mode = 0;
    this.host.control.delay(this.access.readCycles);
    return word;
  }

  /** Section `.ima.<n>`: array n, row-major, two cells a byte, low nibble first. No time passes. */
  preload(section: string, bytes: Uint8Array): boolean {
    const match = /^\.ima\.(\d+)$/.exec(section);
    if (match === null) return false;
    const index = Number(match[1]);
    const { arrays, rows, cols } = this.shape;
    if (index >= arrays)
      throw new OctobarError(
        'image',
        `section ${section} is for array ${index}, there are ${arrays}`,
        {
          hint: `configure them with --set ${this.shape.name}.arrays=${index + 1}`,
        },
      );
    if (bytes.length * 2 > rows * cols)
      throw new OctobarError(
        'image',
        `section ${section} has ${bytes.length} bytes, an array of ${rows} x ${cols} cells takes ${(rows * cols) / 2}`,
        {
          hint: `two cells a byte, row-major; check ${this.shape.name}.rows and ${this.shape.name}.cols`,
        },
      );
    const crossbar = this.array(index);
    for (const [i, byte] of bytes.entries())
      for (let k = 0; k < 2; k++) {
        const cell = 2 * i + k;
        crossbar.set(cell % cols, Math.floor(cell / cols), nibble(byte, k));
      }
    return true;
  }

  /** Cells are not volatile: a reset leaves them, as it leaves what the loader put into memory. */
  reset(): void {
    this.abort();
    this.rowsProgrammed = this.cellsProgrammed = this.wordsReadBack = 0;
  }

  save(): unknown {
    const { plot, rowsProgrammed, cellsProgrammed, wordsReadBack } = this;
    const arrays = this.arrays.map((array) => array?.cells.slice() ?? null);
    return { arrays, plot: { ...plot }, rowsProgrammed, cellsProgrammed, wordsReadBack };
  }

  restore(saved: unknown): void {
    const { arrays, plot, ...counts } = saved as ReturnType<Cells['save']> & {
      arrays: (Int8Array | null)[];
      plot: PlotState;
    };
    this.plot = { ...plot };
    Object.assign(this, counts);
    for (const [i, cells] of arrays.entries()) {
      if (cells === null) this.arrays[i] = undefined;
      else this.array(i).load(cells);
    }
  }

  private checkRectangle(hart: number): void {
    const { shared } = this.host;
    const [x, y] = [shared[P.P_START_X], shared[P.P_START_Y]];
    const [width, height] = [shared[P.P_WIDTH], shared[P.P_HIGHT]];
    const { rows, cols } = this.shape;
    if (width < 1 || height < 1 || x < 0 || y < 0 || x + width > cols || y + height > rows)
      throw misuse(
        `${this.shape.name}: a rectangle of ${height} rows from ${y} and ${width} columns from ${x} does not fit an array of ${rows} x ${cols}`,
        hart,
        'write P_START_X, P_START_Y, P_WIDTH and P_HIGHT before SUBMIT_PLOT',
      );
    this.checkArray(hart);
  }

  private checkArray(hart: number): void {
    const array = this.host.shared[P.PLOT_ARRAY];
    if (array >= 0 && array < this.shape.arrays) return;
    throw misuse(
      `${this.shape.name}: PLOT_ARRAY is ${array}, there are ${this.shape.arrays} arrays`,
      hart,
      `configure more with --set ${this.shape.name}.arrays=n`,
    );
  }

  private checkUnused(array: number, hart: number): void {
    if (!this.host.someJob((job) => tilesOf(job).some((tile) => tile.array === array))) return;
    throw misuse(
      `${this.shape.name}: SUBMIT_PLOT while a job uses array ${array}`,
      hart,
      'wait for the event of the last job on this array before programming it',
    );
  }
}

/** Nibble i of a word as -8..7. */
const nibble = (word: number, i: number): number => (word << (28 - 4 * i)) >> 28;
