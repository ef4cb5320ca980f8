/* M: products, quotients, remainders, and what the manual defines for 0 and for overflow. */
#include "check.h"

tests:
    RR(mul, 0, 0, 0xffffffff)
    RR(mul, 42, 6, 7)
    RR(mul, 1, 0xffffffff, 0xffffffff)
    RR(mul, 0x80000000, 0x80000000, 0xffffffff)
    RR(mul, 0, 0x80000000, 0x80000000)
    RR(mul, 0xfffe0001, 0xffff, 0xffff)
    RR(mulh, 0, 1, 1)
    RR(mulh, 0xffffffff, 1, 0xffffffff)
    RR(mulh, 0, 0xffffffff, 0xffffffff)
    RR(mulh, 0x40000000, 0x80000000, 0x80000000)
    RR(mulh, 0xc0000000, 0x80000000, 0x7fffffff)
    RR(mulh, 0x3fffffff, 0x7fffffff, 0x7fffffff)
    RR(mulhu, 0, 1, 0xffffffff)
    RR(mulhu, 0xfffffffe, 0xffffffff, 0xffffffff)
    RR(mulhu, 0x40000000, 0x80000000, 0x80000000)
    RR(mulhu, 0x7fffffff, 0x80000000, 0xffffffff)
    /* rs1 signed, rs2 unsigned */
    RR(mulhsu, 0xffffffff, 0xffffffff, 1)
    RR(mulhsu, 0xffffffff, 0xffffffff, 0xffffffff)
    RR(mulhsu, 0, 1, 0xffffffff)
    RR(mulhsu, 0x80000000, 0x80000000, 0xffffffff)
    RR(mulhsu, 0xc0000000, 0x80000000, 0x80000000)
    RR(mulhsu, 0x7ffffffe, 0x7fffffff, 0xffffffff)

    RR(div, 3, 20, 6)
    RR(div, -3, -20, 6)
    RR(div, -3, 20, -6)
    RR(div, 3, -20, -6)
    RR(div, 0, 1, 2)
    RR(div, 0x80000000, 0x80000000, 1)
    RR(div, 0x80000000, 0x80000000, -1)
    RR(div, -1, 0x80000000, 0)
    RR(div, -1, 0, 0)
    RR(div, 1, 0x80000000, 0x80000000)
    RR(div, 0, 0x7fffffff, 0x80000000)
    R1(div, 1, 0xfffffff9)
    RR(divu, 3, 20, 6)
    RR(divu, 0x2aaaaaa7, -20, 6)
    RR(divu, 0, 20, -6)
    RR(divu, 0x80000000, 0x80000000, 1)
    RR(divu, 0, 0x80000000, 0xffffffff)
    RR(divu, 0xffffffff, 5, 0)
    RR(divu, 1, 0xffffffff, 0xffffffff)
    RR(rem, 2, 20, 6)
    RR(rem, -2, -20, 6)
    RR(rem, 2, 20, -6)
    RR(rem, -2, -20, -6)
    RR(rem, 0, 0x80000000, -1)
    RR(rem, 0x80000000, 0x80000000, 0)
    RR(rem, 5, 5, 0)
    RR(rem, 0x7fffffff, 0x7fffffff, 0x80000000)
    R1(rem, 0, 0x80000000)
    RR(remu, 2, 20, 6)
    RR(remu, 2, -20, 6)
    RR(remu, 20, 20, -6)
    RR(remu, 0x80000000, 0x80000000, 0xffffffff)
    RR(remu, 5, 5, 0)
    RR(remu, 0xfffffffe, 0xfffffffe, 0xffffffff)

    /* quotient * divisor + remainder is the dividend, for a walk of divisors */
    li s0, 0x92345679
    li s1, 1
1:  div a0, s0, s1
    rem a1, s0, s1
    mul a2, a0, s1
    add a2, a2, a1
    li gp, __LINE__
    bne a2, s0, fail
    divu a0, s0, s1
    remu a1, s0, s1
    mul a2, a0, s1
    add a2, a2, a1
    bne a2, s0, fail
    bgeu a1, s1, fail
    slli s1, s1, 1
    xori s1, s1, 5
    li t0, 0x10000000
    bltu s1, t0, 1b
    j pass
