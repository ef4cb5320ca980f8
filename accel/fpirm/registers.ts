import { readWrite, wordIndex } from '../../emulator/hwpe/index.js';
import { macroJobBase, mvmRegisters } from '../mvm/registers.js';

const at = (index: number): number => macroJobBase + 4 * index;

/** Operations beyond the integer product of the contract. */
export const operations = {
  MVM: 0,
  MATMUL: 1,
  ADD: 2,
  MULTIPLY: 3,
  SCALE_ADD: 4,
  MAXIMUM: 5,
  SELECT: 6,
} as const;

const job = [
  readWrite(
    'OPERATION',
    at(0),
    '0: integer product as the common registers say. On views of floating-point numbers: 1 C[m,n] (+)= sum over k of A[m,k] B[k,n]; 2 C = A + B; 3 C = A B; 4 C = SCALAR A + B; 5 C = maximum of A and B; 6 C = A where B > 0, else 0',
  ),
  readWrite('FORMAT', at(1), '0: single precision, 4 bytes; 1: bfloat16, 2 bytes'),
  readWrite('ACCUMULATE', at(2), 'OPERATION 1: 1 adds to what C holds, 0 starts from zero'),
  readWrite('SCALAR', at(3), 'bit pattern of the factor of OPERATION 4'),
  readWrite('M1', at(4), 'index m = (m1, m2): outer count', { reset: 1 }),
  readWrite('M2', at(5), 'inner count of m', { reset: 1 }),
  readWrite('N', at(6), 'count of n', { reset: 1 }),
  readWrite('K1', at(7), 'index k = (k1, k2): outer count', { reset: 1 }),
  readWrite('K2', at(8), 'inner count of k', { reset: 1 }),
  readWrite('A_ADDR', at(9), 'TCDM address of A at index zero'),
  readWrite('A_M1', at(10), 'signed bytes of A from m1 to m1 + 1'),
  readWrite('A_M2', at(11), 'signed bytes of A from m2 to m2 + 1'),
  readWrite('A_N', at(12), 'signed bytes of A from n to n + 1; not in OPERATION 1'),
  readWrite('A_K1', at(13), 'signed bytes of A from k1 to k1 + 1, OPERATION 1'),
  readWrite('A_K2', at(14), 'signed bytes of A from k2 to k2 + 1, OPERATION 1'),
  readWrite('B_ADDR', at(15), 'TCDM address of B at index zero'),
  readWrite('B_M1', at(16), 'signed bytes of B from m1 to m1 + 1; not in OPERATION 1'),
  readWrite('B_M2', at(17), 'signed bytes of B from m2 to m2 + 1; not in OPERATION 1'),
  readWrite('B_N', at(18), 'signed bytes of B from n to n + 1'),
  readWrite('B_K1', at(19), 'signed bytes of B from k1 to k1 + 1, OPERATION 1'),
  readWrite('B_K2', at(20), 'signed bytes of B from k2 to k2 + 1, OPERATION 1'),
  readWrite('C_ADDR', at(21), 'TCDM address of C at index zero'),
  readWrite('C_M1', at(22), 'signed bytes of C from m1 to m1 + 1'),
  readWrite('C_M2', at(23), 'signed bytes of C from m2 to m2 + 1'),
  readWrite('C_N', at(24), 'signed bytes of C from n to n + 1'),
] as const;

export const fpirmRegisters = mvmRegisters({
  name: 'FPIRM',
  meaning:
    'racetrack memory that computes, behind the map of the IMA; floating-point jobs from 0x180 on',
  job,
});

export const F = wordIndex(job);
