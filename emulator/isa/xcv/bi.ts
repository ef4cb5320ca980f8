import { binary, field2Signed, rs1, type BinaryOperator } from '../expression.js';
import type { Row } from '../row.js';
import { CUSTOM_0, FUNCT3, pulpPlain } from './encoding.js';

/** Branches that compare with a five-bit immediate. Source: CV32E40P user manual, "Immediate Branching". */
const BRANCH = 0x63;
const branch = (name: string, funct3: number, operator: BinaryOperator): Row => ({
  name: `cv.${name}`,
  extension: 'xcvbi',
  format: 'branch-immediate',
  match: (funct3 << 12) | CUSTOM_0,
  mask: FUNCT3,
  pulp: pulpPlain(`p.${name}`, 'branch-immediate', ((funct3 - 4) << 12) | BRANCH, FUNCT3),
  timing: 'branch',
  condition: binary(operator, rs1, field2Signed),
});

export const xcvbi: readonly Row[] = [branch('beqimm', 6, 'eq'), branch('bneimm', 7, 'ne')];
