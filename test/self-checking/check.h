/*
 * Self-checking tests in assembly: each check names its expected value, worked out by hand from the RISC-V
 * manuals. gp holds the line of the check that runs; a check that fails ends the run with that line as exit
 * code, the end of the file with 0. s0 and s1 are free for a file's own use; a0 to a5 and t0 to t6 are not kept.
 */
#define SOC_EXIT 0x1A1040A0

    .option norelax
    .option norvc
    .section .text.start, "ax"
    .globl _start
_start:
    li gp, __LINE__
    la sp, stack_top
    j tests

fail:
    li t0, SOC_EXIT
    li t1, 0x80000000
    or t1, t1, gp
    sw t1, 0(t0)
1:  j 1b

pass:
    li gp, 0
    j fail

    .bss
    .balign 16
    .space 512
stack_top:
    .text

/* x holds value? */
    .macro expect_at line, x, value
    li gp, \line
    li t6, \value
    bne \x, t6, fail
    .endm
#define EXPECT(x, value) expect_at __LINE__, x, value

/* Never reached. */
#define UNREACHABLE li gp, __LINE__; j fail

/* Two sources: with three different registers, with either source as destination, and into x0. */
    .macro two_sources line, op, result, a, b
    li gp, \line
    li t6, \result
    li a1, \a
    li a2, \b
    \op a0, a1, a2
    bne a0, t6, fail
    \op a1, a1, a2
    bne a1, t6, fail
    li a1, \a
    \op a2, a1, a2
    bne a2, t6, fail
    li a2, \b
    \op x0, a1, a2
    bne x0, zero, fail
    .endm
#define RR(op, result, a, b) two_sources __LINE__, op, result, a, b

/* Both operands in one register, which also receives the result. */
    .macro one_register line, op, result, a
    li gp, \line
    li t6, \result
    li a1, \a
    \op a0, a1, a1
    bne a0, t6, fail
    \op a1, a1, a1
    bne a1, t6, fail
    .endm
#define R1(op, result, a) one_register __LINE__, op, result, a

/* A register and an immediate: into another register, into the same, into x0. */
    .macro immediate line, op, result, a, b
    li gp, \line
    li t6, \result
    li a1, \a
    \op a0, a1, \b
    bne a0, t6, fail
    \op x0, a1, \b
    bne x0, zero, fail
    \op a1, a1, \b
    bne a1, t6, fail
    .endm
#define RI(op, result, a, b) immediate __LINE__, op, result, a, b

/* A branch that is taken: forward over a failure, then backward to where it goes on. */
    .macro branch_taken line, op, a, b
    li gp, \line
    li a1, \a
    li a2, \b
    \op a1, a2, 2f
    j fail
1:  j 3f
    j fail
2:  \op a1, a2, 1b
    j fail
3:
    .endm
#define TAKEN(op, a, b) branch_taken __LINE__, op, a, b

    .macro branch_not_taken line, op, a, b
    li gp, \line
    li a1, \a
    li a2, \b
    \op a1, a2, 1f
    j 2f
1:  j fail
2:
    .endm
#define NOT_TAKEN(op, a, b) branch_not_taken __LINE__, op, a, b
