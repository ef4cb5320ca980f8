/* C: every form with the ends of its operands. */
#include "check.h"
    .option rvc

    .macro one line, value, start, instruction:vararg
    .option norvc
    li gp, \line
    li a0, \start
    li a1, 0x0ff000f0
    li t6, \value
    .option rvc
    \instruction
    bne a0, t6, fail
    .endm
/* a0 = start, a1 = 0x0ff000f0; a0 after it. */
#define ONE(value, start, ...) one __LINE__, value, start, __VA_ARGS__

tests:
    ONE(0x7fffffff, 0x7fffffe0, c.addi a0, 31)
    ONE(0x7fffffe0, 0x80000000, c.addi a0, -32)
    ONE(0x80000000, 0x7fffffff, c.addi a0, 1)
    ONE(31, -1, c.li a0, 31)
    ONE(-32, 0, c.li a0, -32)
    ONE(0, 5, c.li a0, 0)
    ONE(0x0001f000, 0, c.lui a0, 0x1f)
    ONE(0xfffe0000, 0, c.lui a0, 0xfffe0)
    ONE(0x00001000, -1, c.lui a0, 1)
    ONE(0x0ff000f0, 0, c.mv a0, a1)
    ONE(0x0ff000ef, -1, c.add a0, a1)
    ONE(0x0ff000f1, 1, c.add a0, a1)
    ONE(0xf00fff10, 0, c.sub a0, a1)
    ONE(0xf00fff0f, -1, c.xor a0, a1)
    ONE(0x1ff010f0, 0x10001000, c.or a0, a1)
    ONE(0x02300070, 0x12345678, c.and a0, a1)
    ONE(0x12345668, 0x12345678, c.andi a0, -17)
    ONE(0x18, 0x12345678, c.andi a0, 31)
    ONE(0, 0x12345678, c.andi a0, 0)
    ONE(0x80000000, 1, c.slli a0, 31)
    ONE(0x2468acf0, 0x12345678, c.slli a0, 1)
    ONE(1, 0x80000000, c.srli a0, 31)
    ONE(0x40000000, 0x80000000, c.srli a0, 1)
    ONE(0xffffffff, 0x80000000, c.srai a0, 31)
    ONE(0xc0000000, 0x80000000, c.srai a0, 1)
    ONE(5, 5, c.nop)
    ONE(5, 5, c.nop)

    /* the eight registers of the short forms, x8 to x15 */
    .irp r, s0, s1, a0, a1, a2, a3, a4, a5
    .option norvc
    li gp, __LINE__
    li \r, 0x55
    li t0, 0x5a
    .option rvc
    c.andi \r, 15
    c.slli \r, 4
    c.srli \r, 2
    .option norvc
    li t6, 0x14
    bne \r, t6, fail
    .option rvc
    .endr
    /* all registers of the long forms */
    .irp r, x1, x2, x5, x15, x16, x24, x30
    c.li \r, 21
    c.addi \r, -1
    c.slli \r, 3
    c.mv t6, \r
    c.addi t6, 5
    c.sub a0, a0
    .option norvc
    li gp, __LINE__
    li a1, 165
    bne t6, a1, fail
    .option rvc
    .endr
    .option norvc
    la sp, frame
    .option rvc

    /* the stack pointer: by 16 to either end, and addresses from it */
    .option norvc
    la s0, frame
    li gp, __LINE__
    .option rvc
    c.addi16sp sp, 496
    .option norvc
    addi t0, s0, 496
    bne sp, t0, fail
    .option rvc
    c.addi16sp sp, -512
    .option norvc
    addi t0, s0, -16
    bne sp, t0, fail
    .option rvc
    c.addi4spn a0, sp, 4
    c.addi4spn a5, sp, 1020
    .option norvc
    addi t0, s0, -12
    li gp, __LINE__
    bne a0, t0, fail
    addi t0, s0, 1004
    bne a5, t0, fail
    mv sp, s0

    /* loads and stores, both ends of the offset */
    li a1, 0x600df00d
    li a2, 0x12345678
    .option rvc
    c.sw a1, 0(s0)
    c.sw a2, 124(s0)
    c.lw a3, 0(s0)
    c.lw a4, 124(s0)
    c.swsp a2, 4(sp)
    c.swsp a1, 252(sp)
    c.lwsp t1, 4(sp)
    c.lwsp s8, 252(sp)
    .option norvc
    EXPECT(a3, 0x600df00d)
    EXPECT(a4, 0x12345678)
    EXPECT(t1, 0x12345678)
    EXPECT(s8, 0x600df00d)
    lw t0, 252(s0)
    EXPECT(t0, 0x600df00d)

    /* branches and jumps */
    li gp, __LINE__
    li a0, 0
    li a1, 1
    .option rvc
    c.beqz a0, 1f
    c.j fail_near
1:  c.bnez a1, 2f
    c.j fail_near
2:  c.beqz a1, fail_near
    c.bnez a0, fail_near
    c.j 3f
4:  c.j 5f
fail_near:
    .option norvc
    j fail
    .option rvc
3:  c.j 4b
5:  c.jal 6f
7:  c.j 8f
    .option norvc
6:  la t0, 7b
    bne ra, t0, fail
    .option rvc
    c.jr ra
    .option norvc
8:  la a0, 9f
    li gp, __LINE__
    .option rvc
    c.jr a0
    c.j fail_near
    .option norvc
9:  la a0, 1f
    .option rvc
    c.jalr a0
2:  c.j fail_near
    .option norvc
1:  la t0, 2b
    li gp, __LINE__
    bne ra, t0, fail
    /* the link of a 16-bit call is two bytes further, also when its base is the link */
    la ra, 1f
    .option rvc
    c.jalr ra
2:  c.j fail_near
    .option norvc
1:  la t0, 2b
    li gp, __LINE__
    bne ra, t0, fail

    /* the furthest targets: 2046 forward, 2048 back; 254 forward, 256 back */
    li gp, __LINE__
    .option rvc
    c.j 1f
3:  c.j 4f
    .space 2044 - 2
1:  c.j 3b
    .option norvc
4:  li a0, 0
    .option rvc
    c.beqz a0, 1f
3:  c.j 4f
    .space 252 - 2
1:  c.beqz a0, 3b
    .option norvc
    j fail

    /* hints do nothing: x0 as destination, zero as immediate, a shift by zero */
4:  li a0, 0x12345678
    li gp, __LINE__
    .half 0x0501        /* c.addi a0, 0 */
    .half 0x107d        /* c.addi x0, -1 */
    .half 0x407d        /* c.li x0, 31 */
    .half 0x6005        /* c.lui x0, 1 */
    .half 0x8101        /* c.srli a0, 0 */
    .half 0x8501        /* c.srai a0, 0 */
    .half 0x0502        /* c.slli a0, 0 */
    .half 0x007e        /* c.slli x0, 31 */
    .half 0x802a        /* c.mv x0, a0 */
    .half 0x902a        /* c.add x0, a0 */
    EXPECT(a0, 0x12345678)
    EXPECT(x0, 0)

    /* 32-bit instructions at any even address */
    .option rvc
    c.nop
    .option norvc
    lui a1, 0x12345
    addi a1, a1, 0x678
    li gp, __LINE__
    bne a0, a1, fail
    j pass

    .bss
    .balign 16
    .space 64
frame:
    .space 1024
