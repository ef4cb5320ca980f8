/** The functions of a profile, numbered as they are met. */
import type { CodeRange } from '../../emulator/hart/call-tree.js';
import type { Session } from '../session/session.js';
import type { CodeMap } from './code-map.js';
import type { ProfiledFunction } from './model.js';

export class FunctionTable {
  private readonly rows: ProfiledFunction[] = [];
  private readonly byRange = new Map<number, number>();
  private readonly byName = new Map<string, number>();

  constructor(
    private readonly session: Session,
    private readonly map: CodeMap,
  ) {}

  /** A function that runs under its own symbol. */
  of(range: CodeRange): number {
    const known = this.byRange.get(range.id);
    if (known !== undefined) return known;
    const { name, from, to } = this.map.named(range);
    const row = this.session.lines.at(from);
    const index = this.add({
      name,
      from,
      to,
      ...(row === undefined ? {} : { file: row.file, line: row.line }),
    });
    this.byRange.set(range.id, index);
    if (!this.byName.has(name)) this.byName.set(name, index);
    return index;
  }

  /** A function that the compiler put into others; perhaps it exists on its own, too. */
  inlined(name: string): number {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const symbol = this.session.symbols.find(name).find(({ kind }) => kind === 'function');
    return symbol ? this.of(this.map.rangeOf(symbol.address)) : this.named(name);
  }

  /** What has no code of its own. */
  named(name: string): number {
    const index = this.byName.get(name) ?? this.add({ name, from: 0, to: 0 });
    this.byName.set(name, index);
    return index;
  }

  all(): readonly ProfiledFunction[] {
    return this.rows;
  }

  private add(row: ProfiledFunction): number {
    this.rows.push(row);
    return this.rows.length - 1;
  }
}
