/**
 * Control and status registers of a hart. Addresses: RISC-V Privileged ISA; the set, the reset
 * values and the flushing ones are those of the CV32E40P user manual ("Control and Status Registers").
 */
export interface CsrRow {
  readonly name: string;
  readonly address: number;
  readonly writable: boolean;
  /** An access flushes the pipeline and costs `timing.csr_flush`. */
  readonly flushes: boolean;
  readonly meaning: string;
  /** Exists only with CORE-V, or only with the older extensions of RI5CY. */
  readonly coreV: boolean;
  readonly pulp: boolean;
}

const row = (
  name: string,
  address: number,
  flags: '' | 'w' | 'f' | 'wf' | 'x' | 'xf' | 'p' | 'pw',
  meaning: string,
): CsrRow => ({
  name,
  address,
  writable: flags.includes('w'),
  flushes: flags.includes('f'),
  meaning,
  coreV: flags.includes('x'),
  pulp: flags.includes('p'),
});

/** Number of event counters, mhpmcounter3 to mhpmcounter31: the privileged ISA wants all of them. */
export const EVENT_COUNTERS = 29;

const numbered = (make: (n: number) => CsrRow): CsrRow[] =>
  Array.from({ length: EVENT_COUNTERS }, (_, index) => make(index + 3));

export const csrRows: readonly CsrRow[] = [
  row('mstatus', 0x300, 'wf', 'machine status: MIE bit 3, MPIE bit 7, MPP always 3'),
  row('misa', 0x301, 'w', 'ISA and extensions; writes are ignored'),
  row('mie', 0x304, 'w', 'interrupt enables of lines 3, 7, 11 and 16 to 31'),
  row('mtvec', 0x305, 'wf', 'trap vector base; bit 0: vectored interrupts'),
  row('mscratch', 0x340, 'w', 'scratch word of the trap handler'),
  row('mepc', 0x341, 'wf', 'pc to return to'),
  row('mcause', 0x342, 'wf', 'cause of the last trap'),
  row('mtval', 0x343, 'w', 'always 0'),
  row('mip', 0x344, 'w', 'pending interrupts; writes are ignored'),
  row(
    'mcountinhibit',
    0x320,
    'wf',
    'bit n stops counter n; cycle and instret are stopped after reset',
  ),
  ...numbered((n) =>
    row(`mhpmevent${n}`, 0x320 + n, 'wf', `events that counter ${n} counts, one bit each`),
  ),
  row('mcycle', 0xb00, 'wf', 'cycles, low word'),
  row('minstret', 0xb02, 'wf', 'instructions retired, low word'),
  ...numbered((n) => row(`mhpmcounter${n}`, 0xb00 + n, 'wf', `event counter ${n}, low word`)),
  row('mcycleh', 0xb80, 'wf', 'cycles, high word'),
  row('minstreth', 0xb82, 'wf', 'instructions retired, high word'),
  ...numbered((n) => row(`mhpmcounter${n}h`, 0xb80 + n, 'wf', `event counter ${n}, high word`)),
  row('cycle', 0xc00, 'f', 'mcycle, read-only'),
  row('instret', 0xc02, 'f', 'minstret, read-only'),
  ...numbered((n) => row(`hpmcounter${n}`, 0xc00 + n, 'f', `mhpmcounter${n}, read-only`)),
  row('cycleh', 0xc80, 'f', 'mcycleh, read-only'),
  row('instreth', 0xc82, 'f', 'minstreth, read-only'),
  ...numbered((n) => row(`hpmcounter${n}h`, 0xc80 + n, 'f', `mhpmcounter${n}h, read-only`)),
  row('lpstart0', 0xcc0, 'x', 'start of hardware loop 0, read-only'),
  row('lpend0', 0xcc1, 'x', 'end of hardware loop 0: address behind its last instruction'),
  row('lpcount0', 0xcc2, 'x', 'turns of hardware loop 0 to go'),
  row('lpstart1', 0xcc4, 'x', 'start of hardware loop 1, read-only'),
  row('lpend1', 0xcc5, 'x', 'end of hardware loop 1: address behind its last instruction'),
  row('lpcount1', 0xcc6, 'x', 'turns of hardware loop 1 to go'),
  row('uhartid', 0xcd0, 'x', 'mhartid, read-only'),
  row('privlv', 0xcd1, 'xf', 'privilege level: always 3, machine'),
  row('mvendorid', 0xf11, '', 'vendor'),
  row('marchid', 0xf12, '', 'architecture'),
  row('mimpid', 0xf13, '', 'implementation'),
  row('mhartid', 0xf14, '', 'cluster id << 5 | core id'),
];

/** Counters of RI5CY: one for each event, in the order of `performanceEvents` of the hart. */
export const PULP_COUNTERS = 17;
export const PCCR = 0x780;

/**
 * What RI5CY has beside the base registers, some of it at addresses that CORE-V gave to others.
 * Sources: pulp-runtime archi/riscv/pcer_v2.h and priv_1_10.h; RI5CY user manual.
 */
export const pulpCsrRows: readonly CsrRow[] = [
  row('uhartid', 0x014, 'p', 'mhartid, read-only'),
  ...Array.from({ length: PULP_COUNTERS }, (_, n) =>
    row(`pccr${n}`, PCCR + n, 'pw', `how often event ${n} of the table below occurred, 32 bits`),
  ),
  row('pccr31', 0x79f, 'pw', 'a write sets all counters; reads 0'),
  row('lpstart0', 0x7c0, 'pw', 'start of hardware loop 0'),
  row('lpend0', 0x7c1, 'pw', 'end of hardware loop 0: its last instruction'),
  row('lpcount0', 0x7c2, 'pw', 'turns of hardware loop 0 to go'),
  row('lpstart1', 0x7c4, 'pw', 'start of hardware loop 1'),
  row('lpend1', 0x7c5, 'pw', 'end of hardware loop 1: its last instruction'),
  row('lpcount1', 0x7c6, 'pw', 'turns of hardware loop 1 to go'),
  row('privlv', 0xc10, 'p', 'privilege level: always 3, machine'),
  row('pcer', 0xcc0, 'pw', 'events that count, one bit each'),
  row('pcmr', 0xcc1, 'pw', 'bit 0: counters run, bit 1: they stop at their highest value'),
];

const byAddress = (rows: readonly CsrRow[]): ReadonlyMap<number, CsrRow> =>
  new Map(rows.map((entry) => [entry.address, entry]));

/** The registers of the base with those of CORE-V, and with those of RI5CY. */
export const csrByAddress = byAddress(csrRows);
export const pulpCsrByAddress = byAddress([
  ...csrRows.filter((entry) => !entry.coreV),
  ...pulpCsrRows,
]);
