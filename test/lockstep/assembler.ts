/**
 * Labels and relaxation for generated programs. An instruction is fixed bits, or depends on
 * where labels end up. A jump may have a narrow form, which is taken when its target is in
 * reach: all jumps start narrow and grow until nothing changes.
 */
export type Label = { readonly name: string; offset: number };

type Item =
  | { readonly kind: 'bits'; readonly name: string; readonly bits: number; readonly size: number }
  | { readonly kind: 'label'; readonly label: Label }
  | { readonly kind: 'align'; readonly to: number; readonly fill: number }
  | {
      readonly kind: 'late';
      readonly name: string;
      readonly size: number;
      readonly encode: (at: number) => number;
    }
  | {
      readonly kind: 'jump';
      readonly target: Label;
      readonly wide: Form;
      readonly narrow: (Form & { readonly reach: number }) | undefined;
      isNarrow: boolean;
    };

interface Form {
  readonly name: string;
  readonly encode: (offset: number) => number;
}

export interface Placed {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface Assembled {
  readonly code: Uint8Array;
  /** Every instruction in order of address; data and padding have the name ''. */
  readonly listing: readonly Placed[];
}

export class Assembler {
  private readonly items: Item[] = [];

  /** A 32-bit instruction. */
  wide(name: string, bits: number): void {
    this.items.push({ kind: 'bits', name, bits: bits >>> 0, size: 4 });
  }

  /** A 16-bit instruction. */
  narrow(name: string, bits: number): void {
    if (bits < 0 || bits > 0xffff) throw new Error(`${name}: ${bits} is not 16 bits`);
    this.items.push({ kind: 'bits', name, bits, size: 2 });
  }

  /** An instruction whose bits depend on its own place or on labels. */
  late(name: string, size: 2 | 4, encode: (at: number) => number): void {
    this.items.push({ kind: 'late', name, size, encode });
  }

  /** @param reach bytes that the narrow form reaches to either side (256 or 2048) */
  jump(target: Label, wide: Form, narrow?: Form & { readonly reach: number }): void {
    this.items.push({ kind: 'jump', target, wide, narrow, isNarrow: narrow !== undefined });
  }

  label(name = ''): Label {
    return { name, offset: -1 };
  }

  place(label: Label): void {
    this.items.push({ kind: 'label', label });
  }

  /** @param fill halfword in the gap: 1 (c.nop) where code runs into it */
  align(to: number, fill = 0): void {
    this.items.push({ kind: 'align', to, fill });
  }

  /** Number of items so far: what the generator limits its programs by. */
  get length(): number {
    return this.items.length;
  }

  /** Takes back everything behind the first `length` items. */
  truncate(length: number): void {
    this.items.length = length;
  }

  assemble(): Assembled {
    let size = this.layout();
    while (this.grow()) size = this.layout();
    const code = new Uint8Array(size);
    const view = new DataView(code.buffer);
    const listing: Placed[] = [];
    let at = 0;
    for (const item of this.items) {
      const bytes = sizeOf(item, at);
      if (item.kind === 'label' || bytes === 0) continue;
      if (item.kind === 'align') {
        for (let i = 0; i + 1 < bytes; i += 2) view.setUint16(at + i, item.fill, true);
        listing.push({ name: '', offset: at, size: bytes });
      } else {
        const bits = encodeItem(item, at);
        if (bytes === 2) view.setUint16(at, bits, true);
        else view.setUint32(at, bits, true);
        const name = item.kind === 'jump' ? formOf(item).name : item.name;
        listing.push({ name, offset: at, size: bytes });
      }
      at += bytes;
    }
    return { code, listing };
  }

  private layout(): number {
    let at = 0;
    for (const item of this.items) {
      if (item.kind === 'label') item.label.offset = at;
      else at += sizeOf(item, at);
    }
    return at;
  }

  /** Widens the narrow jumps that do not reach; false when all do. */
  private grow(): boolean {
    let at = 0;
    let grown = false;
    for (const item of this.items) {
      const size = sizeOf(item, at);
      if (item.kind === 'jump' && item.isNarrow && item.narrow !== undefined) {
        const offset = item.target.offset - at;
        if (offset < -item.narrow.reach || offset >= item.narrow.reach) {
          item.isNarrow = false;
          grown = true;
        }
      }
      at += size;
    }
    return grown;
  }
}

type Jump = Extract<Item, { kind: 'jump' }>;

const formOf = (jump: Jump): Form =>
  jump.isNarrow && jump.narrow !== undefined ? jump.narrow : jump.wide;

function sizeOf(item: Item, at: number): number {
  switch (item.kind) {
    case 'label':
      return 0;
    case 'align':
      return (item.to - (at % item.to)) % item.to;
    case 'jump':
      return item.isNarrow ? 2 : 4;
    default:
      return item.size;
  }
}

function encodeItem(item: Exclude<Item, { kind: 'label' | 'align' }>, at: number): number {
  if (item.kind === 'bits') return item.bits;
  if (item.kind === 'late') return item.encode(at);
  if (item.target.offset < 0) throw new Error(`label ${item.target.name} was never placed`);
  const offset = item.target.offset - at;
  const reach = formOf(item).name.startsWith('b') ? 4096 : 1 << 20;
  if (!item.isNarrow && (offset < -reach || offset >= reach)) {
    throw new Error(`${item.wide.name} cannot reach ${offset} bytes`);
  }
  return formOf(item).encode(offset);
}
