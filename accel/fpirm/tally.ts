import { OctobarError } from '../../emulator/sim/error.js';
import type { Counters } from '../../emulator/sim/unit.js';
import { addPrimitives, Dbc, faultsOf, noPrimitives } from './dbc.js';
import type { Fault, Primitives } from './dbc.js';
import type { FpirmConfig } from './parameters.js';
import type { Row } from './rows.js';

interface State {
  primitives: Primitives;
  operations: number;
  domainOperations: number;
  checked: number;
  faults: number;
}

const fresh = (): State => ({
  primitives: noPrimitives(),
  operations: 0,
  domainOperations: 0,
  checked: 0,
  faults: 0,
});

/**
 * Decides for each operation of a cluster (one row of lanes) how it is computed, draws its faults, and
 * counts. An operation is the unit in which faults and checks are numbered.
 */
export class Tally {
  readonly dbc: Dbc;
  private state = fresh();

  constructor(
    private readonly config: FpirmConfig,
    private readonly seed: number,
  ) {
    this.dbc = new Dbc({ wires: config.wires, domains: config.domains });
  }

  /**
   * The next operation: undefined when word arithmetic may do it, else the row that the domains give.
   * @param cost its primitives in closed form
   */
  next(cost: Readonly<Primitives>, domains: () => Row, words: () => Row): Row | undefined {
    const { config, state } = this;
    const operation = state.operations++;
    addPrimitives(state.primitives, cost);
    const faults = this.faults(operation, cost);
    state.faults += faults.length;
    if (faults.length > 0 || config.model === 'domains')
      return this.simulate(cost, faults, domains);
    if (config.check_every === 0 || operation % config.check_every !== 0) return undefined;
    state.checked++;
    const row = this.simulate(cost, [], domains);
    const expected = words();
    if (row.some((word, i) => word !== expected[i]))
      throw new OctobarError(
        'internal',
        `fpirm: operation ${operation} differs between words and domains`,
        { hint: 'run with --set fpirm.model=domains, and report the operands' },
      );
    return row;
  }

  /** True when no operation needs a look of its own: then `skip` counts many at once. */
  get plain(): boolean {
    const { model, fault_rate, check_every } = this.config;
    return model === 'words' && fault_rate === 0 && check_every === 0;
  }

  /** So many operations by word arithmetic, without faults and checks. */
  skip(cost: Readonly<Primitives>, times: number): void {
    this.state.operations += times;
    addPrimitives(this.state.primitives, cost, times);
  }

  counters(): Counters {
    const { primitives: p, operations, domainOperations, checked, faults } = this.state;
    return {
      row_operations: operations,
      row_operations_by_domains: domainOperations,
      row_operations_checked: checked,
      reads: p.reads,
      writes: p.writes,
      shifts: p.shifts,
      transverse_reads: p.transverseReads,
      transverse_writes: p.transverseWrites,
      transverse_read_faults: faults,
    };
  }

  reset(): void {
    this.state = fresh();
  }

  save(): State {
    return structuredClone(this.state);
  }

  restore(state: unknown): void {
    this.state = structuredClone(state as State);
  }

  private faults(operation: number, cost: Readonly<Primitives>): Fault[] {
    const { fault_rate, wires } = this.config;
    if (fault_rate === 0) return [];
    return faultsOf(this.seed, operation, { reads: cost.transverseReads, wires }, fault_rate);
  }

  private simulate(cost: Readonly<Primitives>, faults: readonly Fault[], domains: () => Row): Row {
    const { dbc } = this;
    this.state.domainOperations++;
    const before = { ...dbc.counts };
    dbc.inject(faults);
    const row = domains();
    dbc.inject([]);
    for (const key of Object.keys(cost) as (keyof Primitives)[])
      if (dbc.counts[key] - before[key] !== cost[key])
        throw new OctobarError(
          'internal',
          `fpirm: ${dbc.counts[key] - before[key]} ${key} in an operation of ${cost[key]}`,
          { hint: 'the closed form in accel/fpirm/costs.ts does not describe the operation' },
        );
    return row;
  }
}
