import { csrByAddress } from './csr.js';
import type { Decoded } from './row.js';
import { abiNames } from './registers.js';

const hexAddress = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Assembly text of a decoded instruction at `address`, without aliases, in the operand order of GNU as. */
export function disassemble(decoded: Decoded, address: number): string {
  const { row, compressed } = decoded;
  const operands = compressed ? compressedOperands(decoded, address) : operandsOf(decoded, address);
  const name = (compressed?.name ?? row.name).padEnd(9);
  return `${name} ${operands}`.trimEnd();
}

function operandsOf(d: Decoded, address: number): string {
  const rd = abiNames[d.rd];
  const rs1 = abiNames[d.rs1];
  const rs2 = abiNames[d.rs2];
  const target = hexAddress(address + d.imm);
  switch (d.row.format) {
    case 'r':
      return `${rd},${rs1},${rs2}`;
    case 'shift':
      return `${rd},${rs1},${hexAddress(d.imm)}`;
    case 'i':
      return `${rd},${rs1},${d.imm}`;
    case 'load':
    case 'jalr':
      return `${rd},${d.imm}(${rs1})`;
    case 'store':
      return `${rs2},${d.imm}(${rs1})`;
    case 'branch':
      return `${rs1},${rs2},${target}`;
    case 'upper':
      return `${rd},${hexAddress(d.imm >>> 12)}`;
    case 'jump':
      return `${rd},${target}`;
    case 'csr':
      return `${rd},${csrName(d.imm)},${rs1}`;
    case 'csri':
      return `${rd},${csrName(d.imm)},${d.rs2}`;
    case 'fence':
    case 'none':
      return '';
  }
}

function compressedOperands(d: Decoded, address: number): string {
  const values: Record<string, string> = {
    rd: abiNames[d.rd],
    rs1: abiNames[d.rs1],
    rs2: abiNames[d.rs2],
    sp: 'sp',
    imm: String(d.imm),
    shamt: hexAddress(d.imm),
    upper: hexAddress(d.imm >>> 12),
    target: hexAddress(address + d.imm),
  };
  return d
    .compressed!.operands.replace(/[a-z]+[12]?/g, (key) => values[key] ?? key)
    .replaceAll(', ', ',');
}

function csrName(address: number): string {
  return csrByAddress.get(address)?.name ?? hexAddress(address);
}
