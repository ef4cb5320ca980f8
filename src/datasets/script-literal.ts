import { OctobarError } from '../../emulator/sim/error.js';

/** A value of the JSON kind; what a model description holds. */
export type Literal = null | boolean | number | string | Literal[] | { [key: string]: Literal };

const deepest = 64;

/**
 * The value assigned to `exports` in a bundled CommonJS module, read as data.
 *
 * Some packages ship weights and descriptions as minified scripts. They are foreign code, so they
 * are parsed here and never run: object, array, string and number literals, `null`, `!0` and
 * `!1`; anything else is an error.
 *
 * @throws OctobarError `image` with the character position of what cannot be read.
 */
export function parseExportedLiteral(source: string): Literal {
  const start = /\.exports=(?=["{[])/.exec(source);
  if (start === null) {
    throw new OctobarError('image', 'the script exports no literal', {
      hint: 'the package has another layout than the version that octobar knows',
    });
  }
  return new Reader(source, start.index + start[0].length).value(0);
}

class Reader {
  private readonly source: string;
  private at: number;

  constructor(source: string, at: number) {
    this.source = source;
    this.at = at;
  }

  value(depth: number): Literal {
    if (depth > deepest) throw this.error('nested too deeply');
    const c = this.source[this.at];
    if (c === '{') return this.object(depth);
    if (c === '[') return this.array(depth);
    if (c === '"' || c === "'") return this.string();
    for (const [word, meaning] of [
      ['!0', true],
      ['!1', false],
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.source.startsWith(word, this.at)) {
        this.at += word.length;
        return meaning;
      }
    }
    return this.number();
  }

  private object(depth: number): Literal {
    const entries: [string, Literal][] = [];
    this.at += 1;
    while (!this.taken('}')) {
      if (entries.length > 0) this.expect(',');
      const key = this.key();
      this.expect(':');
      entries.push([key, this.value(depth + 1)]);
    }
    // fromEntries defines own properties, so a key such as __proto__ is only data.
    return Object.fromEntries(entries);
  }

  private array(depth: number): Literal {
    const items: Literal[] = [];
    this.at += 1;
    while (!this.taken(']')) {
      if (items.length > 0) this.expect(',');
      items.push(this.value(depth + 1));
    }
    return items;
  }

  private key(): string {
    const c = this.source[this.at];
    return c === '"' || c === "'" ? this.string() : this.match(/[A-Za-z_$][\w$]*/y, 'a key');
  }

  private string(): string {
    const quote = this.source[this.at] ?? '"';
    const from = this.at + 1;
    const end = this.source.indexOf(quote, from);
    if (end < 0) throw this.error('a string without its end');
    const content = this.source.slice(from, end);
    const escape = content.indexOf('\\');
    if (escape >= 0) {
      this.at = from + escape;
      throw this.error('an escape sequence, which model data does not need');
    }
    this.at = end + 1;
    return content;
  }

  private number(): number {
    return Number(this.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy, 'a literal'));
  }

  private match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found === undefined) throw this.error(`expected ${what}`);
    this.at += found.length;
    return found;
  }

  private taken(c: string): boolean {
    if (this.source[this.at] !== c) return false;
    this.at += 1;
    return true;
  }

  private expect(c: string): void {
    if (!this.taken(c)) throw this.error(`expected "${c}"`);
  }

  private error(reason: string): OctobarError {
    return new OctobarError('image', `malformed model script at character ${this.at}: ${reason}`);
  }
}
