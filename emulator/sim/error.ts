/**
 * The one error class of the project and the one table of exit codes.
 *
 * A code names what went wrong; the table says which exit status `octobar` ends
 * with and what the user can do. Nothing else may decide an exit status.
 */
export const errorCodes = {
  usage: { exit: 64, meaning: 'the command line is wrong' },
  image: { exit: 65, meaning: 'the ELF file, model or picture is malformed or does not fit' },
  file: { exit: 66, meaning: 'a file cannot be read or written' },
  toolchain: { exit: 69, meaning: 'an external tool that this command needs is missing' },
  internal: { exit: 70, meaning: 'a defect of octobar itself' },
  config: { exit: 78, meaning: 'the configuration is illegal' },
  mismatch: { exit: 79, meaning: 'a result differs from its independent reference' },
  'cycle-limit': { exit: 124, meaning: 'the run reached --max-cycles' },
  deadlock: { exit: 125, meaning: 'every hart sleeps and no event can come' },
  'illegal-instruction': { exit: 132, meaning: 'illegal instruction and no trap handler' },
  'unhandled-trap': { exit: 133, meaning: 'ecall, ebreak or interrupt and no trap handler' },
  'device-misuse': { exit: 134, meaning: 'firmware broke the rules of a peripheral or engine' },
  misaligned: { exit: 135, meaning: 'misaligned access where the hardware has no way to do it' },
  'hardware-loop': { exit: 136, meaning: 'a hardware loop breaks the rules of the core' },
  'unmapped-access': { exit: 139, meaning: 'access to an address that no device claims' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorContext {
  hart?: number;
  pc?: number;
  /** Guest address that the failing access named. */
  address?: number;
  /** `function+0x1c`, filled in where a symbol table is at hand. */
  symbol?: string;
  cycle?: number;
  /** What to do about it, one sentence. */
  hint?: string;
  /** Multi-line state of the whole machine at the fault, for people. */
  report?: string;
}

export const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

export class OctobarError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  /** The sentence alone, without the place it happened. */
  readonly reason: string;

  constructor(code: ErrorCode, reason: string, context: ErrorContext = {}) {
    super(describe(reason, context));
    this.name = 'OctobarError';
    this.code = code;
    this.reason = reason;
    this.context = context;
  }

  get exitCode(): number {
    return errorCodes[this.code].exit;
  }

  /** The same error with more context; what is already known wins. */
  with(more: ErrorContext): OctobarError {
    return new OctobarError(this.code, this.reason, { ...more, ...this.context });
  }
}

function describe(reason: string, c: ErrorContext): string {
  const where: string[] = [];
  if (c.hart !== undefined) where.push(`hart ${c.hart}`);
  if (c.pc !== undefined) where.push(`pc ${hex(c.pc)}${c.symbol ? ` <${c.symbol}>` : ''}`);
  if (c.address !== undefined) where.push(`address ${hex(c.address)}`);
  if (c.cycle !== undefined) where.push(`cycle ${c.cycle}`);
  const place = where.length > 0 ? ` (${where.join(', ')})` : '';
  return `${reason}${place}${c.hint ? `\n  hint: ${c.hint}` : ''}`;
}
