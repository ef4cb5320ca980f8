import type { Image } from './image.js';
import * as e from './encode.js';

/** Every mnemonic that the generator must have had executed for a run to count as covering RV32IMC. */
export const requiredMnemonics: readonly string[] = [
  'lui',
  'auipc',
  'jal',
  'jalr',
  ...[
    ...e.branchOps,
    ...e.loadOps,
    ...e.storeOps,
    ...e.immediateOps,
    ...e.shiftOps,
    ...e.registerOps,
    ...e.multiplyOps,
    ...e.csrOps,
  ].map(([name]) => name),
  'fence',
  'fence.i',
  'ecall',
  'ebreak',
  'mret',
  'c.addi4spn',
  'c.lw',
  'c.sw',
  'c.nop',
  'c.addi',
  'c.jal',
  'c.li',
  'c.addi16sp',
  'c.lui',
  'c.srli',
  'c.srai',
  'c.andi',
  'c.sub',
  'c.xor',
  'c.or',
  'c.and',
  'c.j',
  'c.beqz',
  'c.bnez',
  'c.slli',
  'c.lwsp',
  'c.jr',
  'c.mv',
  'c.ebreak',
  'c.jalr',
  'c.add',
  'c.swsp',
  'illegal',
  'c.illegal',
  'patched',
];

/** How often each form was executed, counted by the address that leaves decode. */
export class Coverage {
  readonly executed = new Map<string, number>();
  private counts = new Uint32Array(0);
  private base = 0;

  begin(image: Image, codeBase: number): void {
    this.counts = new Uint32Array(image.code.length >> 1);
    this.base = codeBase;
  }

  visit(pc: number): void {
    this.counts[(pc - this.base) >>> 1]++;
  }

  end(image: Image): void {
    image.programs.forEach((program, i) => {
      for (const { name, offset } of program.listing) {
        const count = this.counts[(image.codeOffsets[i] + offset) >>> 1];
        if (name !== '' && count > 0) {
          this.executed.set(name, (this.executed.get(name) ?? 0) + count);
        }
      }
    });
  }

  get instructions(): number {
    return [...this.executed.values()].reduce((sum, n) => sum + n, 0);
  }

  missing(): string[] {
    return requiredMnemonics.filter((name) => !this.executed.has(name));
  }
}

/** Four columns of form and count, most frequent first. */
export function formatCoverage(coverage: Coverage): string {
  const cells = [...coverage.executed]
    .toSorted(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .map(([name, count]) => `${name.padEnd(11)}${String(count).padStart(9)}`);
  const rows = [];
  for (let i = 0; i < cells.length; i += 4) rows.push(cells.slice(i, i + 4).join('   '));
  return rows.join('\n');
}
