/* RV32I arithmetic, logic, shifts, compares and upper immediates. */
#include "check.h"

tests:
    /* add and sub wrap modulo 2^32 */
    RR(add, 0, 0, 0)
    RR(add, 3, 1, 2)
    RR(add, 0x80000000, 0x7fffffff, 1)
    RR(add, 0x7fffffff, 0x80000000, 0xffffffff)
    RR(add, 0, 0x80000000, 0x80000000)
    RR(add, 0xfffffffe, 0xffffffff, 0xffffffff)
    R1(add, 0xfffffffe, 0x7fffffff)
    RR(sub, 0, 0, 0)
    RR(sub, 0xffffffff, 1, 2)
    RR(sub, 0x7fffffff, 0x80000000, 1)
    RR(sub, 0x80000000, 0, 0x80000000)
    RR(sub, 0x80000000, 0x7fffffff, 0xffffffff)
    R1(sub, 0, 0x80000000)

    RI(addi, 0x7ff, 0, 0x7ff)
    RI(addi, 0xfffff800, 0, -2048)
    RI(addi, 0x80000000, 0x7fffffff, 1)
    RI(addi, 0x7fffffff, 0x80000000, -1)
    RI(addi, 0x7ffff800, 0x80000000, -2048)
    RI(addi, 0xffffffff, 0xffffffff, 0)

    RR(and, 0x0f000f00, 0xff00ff00, 0x0f0f0f0f)
    RR(and, 0, 0xaaaaaaaa, 0x55555555)
    RR(or, 0xff0fff0f, 0xff00ff00, 0x0f0f0f0f)
    RR(or, 0xffffffff, 0xaaaaaaaa, 0x55555555)
    RR(xor, 0xf00ff00f, 0xff00ff00, 0x0f0f0f0f)
    R1(and, 0x12345678, 0x12345678)
    R1(or, 0x12345678, 0x12345678)
    R1(xor, 0, 0x12345678)
    /* immediates are sign-extended */
    RI(andi, 0xff00ff00, 0xff00ff00, -1)
    RI(andi, 0x00000700, 0xff00ff00, 0x7ff)
    RI(andi, 0xff00f800, 0xff00ff00, -2048)
    RI(ori, 0xffffffff, 0xff00ff00, -1)
    RI(ori, 0xff00ffff, 0xff00ff00, 0x7ff)
    RI(xori, 0x00ff00ff, 0xff00ff00, -1)
    RI(xori, 0xff00f8ff, 0xff00ff00, 0x7ff)

    /* shifts take the low five bits of the amount */
    RR(sll, 0x80000000, 1, 31)
    RR(sll, 1, 1, 32)
    RR(sll, 0x80000000, 1, 0xffffffff)
    RR(sll, 0x23456780, 0x12345678, 0x44)
    RR(srl, 1, 0x80000000, 31)
    RR(srl, 0x80000000, 0x80000000, 0x20)
    RR(srl, 0x01234567, 0x12345678, 4)
    RR(sra, 0xffffffff, 0x80000000, 31)
    RR(sra, 0, 0x7fffffff, 31)
    RR(sra, 0xf8000000, 0x80000000, 0xe4)
    RR(sra, 0x80000000, 0x80000000, 0)
    RI(slli, 0x12345678, 0x12345678, 0)
    RI(slli, 0x80000000, 0xffffffff, 31)
    RI(slli, 0x2468acf0, 0x12345678, 1)
    RI(srli, 0x12345678, 0x12345678, 0)
    RI(srli, 1, 0xffffffff, 31)
    RI(srli, 0x7fffffff, 0xffffffff, 1)
    RI(srai, 0xffffffff, 0xffffffff, 31)
    RI(srai, 0xc0000000, 0x80000000, 1)
    RI(srai, 0x3fffffff, 0x7fffffff, 1)

    /* signed and unsigned order */
    RR(slt, 0, 0, 0)
    RR(slt, 1, 0xffffffff, 0)
    RR(slt, 0, 0, 0xffffffff)
    RR(slt, 1, 0x80000000, 0x7fffffff)
    RR(slt, 0, 0x7fffffff, 0x80000000)
    R1(slt, 0, 0x80000000)
    RR(sltu, 0, 0xffffffff, 0)
    RR(sltu, 1, 0, 0xffffffff)
    RR(sltu, 0, 0x80000000, 0x7fffffff)
    RR(sltu, 1, 0x7fffffff, 0x80000000)
    R1(sltu, 0, 0xffffffff)
    RI(slti, 1, 0xffffffff, 0)
    RI(slti, 0, 0, -1)
    RI(slti, 1, 0x80000000, -2048)
    RI(slti, 0, 0x7fffffff, 0x7ff)
    RI(slti, 0, 5, 5)
    /* the immediate of sltiu is sign-extended, then unsigned */
    RI(sltiu, 1, 0, 1)
    RI(sltiu, 0, 1, 1)
    RI(sltiu, 1, 0x7fffffff, -1)
    RI(sltiu, 0, 0xffffffff, -1)
    RI(sltiu, 1, 0xfffff7ff, -2048)
    RI(sltiu, 0, 0xfffff800, -2048)

    /* lui and auipc */
    lui a0, 0
    EXPECT(a0, 0)
    lui a0, 0xfffff
    EXPECT(a0, 0xfffff000)
    lui a0, 0x80000
    EXPECT(a0, 0x80000000)
    lui x0, 0x12345
    EXPECT(x0, 0)
    auipc a0, 0
    auipc a1, 1
    sub a2, a1, a0
    EXPECT(a2, 0x1004)
    auipc a0, 0x80000
    auipc a1, 0
    sub a2, a0, a1
    EXPECT(a2, 0x7ffffffc)
    auipc x0, 0x12345
    EXPECT(x0, 0)

    /* results pass from one instruction to the next, whichever operand they are */
    li a0, 1
    add a0, a0, a0
    add a0, a0, a0
    sub a1, a0, x0
    sub a2, x0, a1
    xor a3, a2, a1
    EXPECT(a0, 4)
    EXPECT(a2, 0xfffffffc)
    EXPECT(a3, 0xfffffff8)
    /* every register holds its own value */
    .irp r, x1, x2, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30
    li \r, 0x5a000000
    .endr
    li gp, __LINE__
    addi x1, x1, 1
    addi x2, x2, 2
    addi x4, x4, 4
    addi x5, x5, 5
    addi x6, x6, 6
    addi x7, x7, 7
    addi x8, x8, 8
    addi x15, x15, 15
    addi x16, x16, 16
    addi x23, x23, 23
    addi x24, x24, 24
    addi x30, x30, 30
    EXPECT(x1, 0x5a000001)
    EXPECT(x2, 0x5a000002)
    EXPECT(x4, 0x5a000004)
    EXPECT(x5, 0x5a000005)
    EXPECT(x6, 0x5a000006)
    EXPECT(x7, 0x5a000007)
    EXPECT(x8, 0x5a000008)
    EXPECT(x9, 0x5a000000)
    EXPECT(x15, 0x5a00000f)
    EXPECT(x16, 0x5a000010)
    EXPECT(x22, 0x5a000000)
    EXPECT(x23, 0x5a000017)
    EXPECT(x24, 0x5a000018)
    EXPECT(x30, 0x5a00001e)
    j pass
