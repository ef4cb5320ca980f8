/**
 * Parameter tables: every number an architect would turn, and every cycle cost,
 * has one row in the table of the part that owns it. The configuration schema,
 * `--set`, the help text and the docs derive from these rows.
 */
export type Status = 'published' | 'derived' | 'fitted' | 'assumed';

interface Row<T> {
  readonly value: T;
  readonly meaning: string;
  /** Where the value comes from: a paper, an RTL file, a measurement, or who assumed it and why. */
  readonly source: string;
  readonly status: Status;
}

export interface NumberParameter extends Row<number> {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Only whole numbers unless stated. */
  readonly fractional?: true;
  readonly powerOfTwo?: true;
}

export interface ChoiceParameter extends Row<string> {
  readonly choices: readonly string[];
}

/** Numbers as a text, separated by blanks or commas; the part that owns it says what they mean. */
export interface ListParameter extends Row<string> {
  /** At most so many. */
  readonly numbers: number;
}

export type FlagParameter = Row<boolean>;

export type Parameter = NumberParameter | ChoiceParameter | ListParameter | FlagParameter;
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** The plain object that a part receives: its keys, with values of the right type. */
export type ConfigOf<T extends ParameterTable> = {
  -readonly [K in keyof T]: T[K]['value'] extends number
    ? number
    : T[K]['value'] extends boolean
      ? boolean
      : string;
};

/** The defaults of a table as a fresh, mutable configuration. */
export function defaultsOf<T extends ParameterTable>(table: T): ConfigOf<T> {
  const entries = Object.entries(table).map(([key, row]) => [key, row.value]);
  return Object.fromEntries(entries) as ConfigOf<T>;
}
