import type { Register, RegisterAccess, RegisterMap } from '../sim/registers.js';

/** A register whose name is known to the type checker, so that engines index by name. */
export type Named<N extends string> = Register & { readonly name: N };

type Options = Omit<Register, 'name' | 'offset' | 'access' | 'meaning'>;

const row =
  (access: RegisterAccess) =>
  <const N extends string>(
    name: N,
    offset: number,
    meaning: string,
    options: Options = {},
  ): Named<N> => ({ name, offset, access, meaning, ...options });

export const readWrite = row('rw');
export const readOnly = row('ro');
export const writeOnly = row('wo');

/** The first words of every engine, as in hwpe-ctrl; CHECK_STATE as in `ima_v1`. */
export const mandatoryRegisters = [
  writeOnly(
    'TRIGGER',
    0x00,
    'write 0: commit the acquired context, if any, and start all committed jobs in order; write non-zero: commit only',
  ),
  readOnly(
    'ACQUIRE',
    0x04,
    'read: locks programming and returns the job id (8 bits, counting up); -1 when both contexts hold unfinished jobs; -2 while a context is being programmed',
  ),
  readWrite(
    'FINISHED',
    0x08,
    'jobs done since the last access, saturates at 2; any access clears it',
  ),
  readOnly('STATUS', 0x0c, 'one byte per context: 1 = committed or running'),
  readOnly('RUNNING_JOB', 0x10, 'id of the running job: count of finished jobs, 8 bits'),
  writeOnly(
    'SOFT_CLEAR',
    0x14,
    'any write drops all jobs and the lock and restarts the job ids; writing 0 also resets the registers. No event is raised',
  ),
  readOnly(
    'CHECK_STATE',
    0x18,
    '0 idle, 1 acquired, 2 write of cells set up, 3 writing cells, 4 job set up, 5 running, 6 read of cells set up, 7 reading cells',
  ),
] as const;

/** Where the read-only description of an engine lies. */
export const capabilityBase = 0x3c0;

const capabilityRows = [
  [
    'ENGINE_ID',
    'which engine: 1 IMA, 2 depth-wise engine, 3 CAP-RAM, 4 OSA-HCIM, 5 YOLoC, 6 FPIRM, 255 tutorial example',
  ],
  ['ROWS', 'inputs of one array; 0 when the engine has no arrays'],
  ['COLS', 'columns of one array; 0 when the engine has no arrays'],
  ['ARRAYS', 'number of arrays'],
  ['WEIGHT_BITS', 'widest weight that the engine composes'],
  ['CELL_BITS', 'bits of one cell'],
  ['INPUT_BITS', 'bits of one input'],
  ['OUTPUT_BITS', 'bits of one output'],
  ['SIGNED', 'bit 0: takes signed inputs, bit 1: takes unsigned inputs, bit 2: signed weights'],
  ['CAPACITY_BITS', 'weight storage in bits'],
  ['CONTEXTS', 'jobs that fit in the queue'],
  ['PORT_BITS', 'payload of the TCDM port per cycle'],
  ['VERSION', 'version of the register map'],
] as const;

type CapabilityName = (typeof capabilityRows)[number][0];

/** Values of the capability block of one engine. */
export type Capability = Readonly<Record<CapabilityName, number>>;

export const capabilityNames: readonly CapabilityName[] = capabilityRows.map(([name]) => name);

export const capabilityRegisters: readonly Register[] = capabilityRows.map(([name, meaning], i) =>
  readOnly(`CAP_${name}`, capabilityBase + 4 * i, meaning),
);

/** A register map that also says which registers exist once per context. */
export interface HwpeRegisterMap extends RegisterMap {
  /** One copy, whatever is being programmed. */
  readonly shared: readonly Register[];
  /** One copy per context. */
  readonly job: readonly Register[];
}

/** Puts mandatory, shared, job and capability registers together, ordered by offset. */
export function hwpeRegisters(parts: {
  readonly name: string;
  readonly meaning: string;
  readonly size: number;
  readonly shared: readonly Register[];
  readonly job: readonly Register[];
}): HwpeRegisterMap {
  const registers = [
    ...mandatoryRegisters,
    ...parts.shared,
    ...parts.job,
    ...capabilityRegisters,
  ].toSorted((a, b) => a.offset - b.offset);
  return { ...parts, registers };
}

/** Word index (offset / 4) of each register of a list, by name; of an array, of its element 0. */
export function wordIndex<const R extends readonly Register[]>(
  registers: R,
): Readonly<Record<R[number]['name'], number>> {
  const entries = registers.map((register) => [register.name, register.offset >> 2]);
  return Object.fromEntries(entries) as Record<R[number]['name'], number>;
}
