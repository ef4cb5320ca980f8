import { csrByAddress, pulpCsrByAddress } from './csr.js';
import type { Decoded } from './row.js';
import { abiNames } from './registers.js';
import { OctobarError } from '../sim/error.js';

const hexAddress = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Assembly text of a decoded instruction at `address`, without aliases, in the operand order of GNU as. */
export function disassemble(decoded: Decoded, address: number): string {
  const { encoding, compressed } = decoded;
  const operands = compressed ? compressedOperands(decoded, address) : operandsOf(decoded, address);
  const name = (compressed?.name ?? encoding.name).padEnd(9);
  return `${name} ${operands}`.trimEnd();
}

function operandsOf(d: Decoded, address: number): string {
  const rd = abiNames[d.rd];
  const rs1 = abiNames[d.rs1];
  const rs2 = abiNames[d.rs2];
  const target = hexAddress(address + d.imm);
  switch (d.encoding.format) {
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
      return `${rd},${csrName(d)},${rs1}`;
    case 'csri':
      return `${rd},${csrName(d)},${d.rs2}`;
    case 'fence':
    case 'none':
      return '';
    default:
      return d.encoding === d.row ? coreVOperands(d, address) : pulpOperands(d, address);
  }
}

/** As LLVM writes CORE-V, less its blanks and with decimal numbers; hardware loops as the manual does. */
function coreVOperands(d: Decoded, address: number): string {
  const rd = abiNames[d.rd];
  const rs1 = abiNames[d.rs1];
  const rs2 = abiNames[d.rs2];
  switch (d.encoding.format) {
    case 'unary':
      return `${rd},${rs1}`;
    case 'load-post':
      return `${rd},(${rs1}),${d.imm}`;
    case 'load-post-register':
      return `${rd},(${rs1}),${rs2}`;
    case 'load-index':
      return `${rd},${rs2}(${rs1})`;
    case 'store-post':
      return `${rs2},(${rs1}),${d.imm}`;
    case 'store-post-register':
      return `${rs2},(${rs1}),${rd}`;
    case 'store-index':
      return `${rs2},${rd}(${rs1})`;
    case 'branch-immediate':
      return `${rs1},${(d.rs2 << 27) >> 27},${hexAddress(address + d.imm)}`;
    case 'bit-field':
      return `${rd},${rs1},${d.imm},${d.rs2}`;
    case 'r-shift':
      return `${rd},${rs1},${rs2},${d.imm}`;
    case 'simd-signed':
    case 'simd-unsigned':
      return `${rd},${rs1},${d.imm}`;
    case 'loop-register':
      return `${d.rd},${rs1}`;
    case 'loop-count':
      return `${d.rd},${d.imm}`;
    case 'loop-offset':
      return `${d.rd},${hexAddress(address + d.imm)}`;
    case 'loop-setup':
      return `${d.rd},${rs1},${hexAddress(address + d.imm)}`;
    case 'loop-setup-immediate':
      return `${d.rd},${d.imm},${hexAddress(address + 4 * d.rs2)}`;
    default:
      throw new OctobarError('internal', `no operands for the format ${d.encoding.format}`);
  }
}

/** As the binutils of PULP write XpulpV2; what they write like CORE-V is left to that. */
function pulpOperands(d: Decoded, address: number): string {
  const rd = abiNames[d.rd];
  const rs1 = abiNames[d.rs1];
  const rs2 = abiNames[d.rs2];
  const loop = `x${d.rd}`;
  switch (d.encoding.format) {
    case 'bit-field':
      return d.encoding.name === 'p.bitrev'
        ? `${rd},${rs1},${d.rs2},${d.imm}`
        : coreVOperands(d, address);
    case 'load-post':
      return `${rd},${d.imm}(${rs1}!)`;
    case 'load-post-register':
      return `${rd},${rs2}(${rs1}!)`;
    case 'store-post':
      return `${rs2},${d.imm}(${rs1}!)`;
    case 'store-post-register':
      return `${rs2},${rd}(${rs1}!)`;
    case 'loop-register':
      return `${loop},${rs1}`;
    case 'loop-count':
      return `${loop},${d.imm}`;
    case 'loop-offset-half':
      return `${loop},${hexAddress(address + d.imm)}`;
    case 'loop-setup-half':
      return `${loop},${rs1},${hexAddress(address + d.imm)}`;
    case 'loop-setup-immediate-half':
      return `${loop},${d.imm},${hexAddress(address + 2 * d.rs2)}`;
    default:
      return coreVOperands(d, address);
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

function csrName({ imm, pulp }: Decoded): string {
  return (pulp ? pulpCsrByAddress : csrByAddress).get(imm)?.name ?? hexAddress(imm);
}
