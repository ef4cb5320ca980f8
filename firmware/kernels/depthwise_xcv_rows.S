/*
 * The two steps of depthwise_xcv.c.
 *
 * Step 1, per column of 4 rows and 4 channels (8 outputs): 4 loads, 10 permutations, 4 stores = 18 cycles.
 * Step 2, per column and channel (2 outputs): 1 load, 2 x (3 dot products, 7 for requantisation, store) = 23;
 * 2 more where lo is not 0. So 2.25 + 11.5 cycles per output of 9 MAC: at most 5.24 MAC/cycle on 8 harts.
 */
#include "requant_xcv_asm.h"

    .section .text.depthwise_xcv, "ax"
    .option push
    .option norvc
    .option norelax

    .globl  depthwise_xcv_gather
    .type   depthwise_xcv_gather, @function
    .balign 4
depthwise_xcv_gather:
    addi    sp, sp, -32
    sw      s0, 0(sp)
    sw      s1, 4(sp)
    sw      s2, 8(sp)
    sw      s3, 12(sp)
    sw      s4, 16(sp)
    sw      s5, 20(sp)
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
    lw      s5, 40(a0)
    lw      s4, 36(a0)
    lw      s3, 44(a0)
    cv.count 1, s5
    lw      a1, 4(a0)
    lw      a2, 8(a0)
    lw      a3, 12(a0)
    lw      a4, 16(a0)
    lw      a5, 20(a0)
    lw      a6, 24(a0)
    lw      t1, 28(a0)
    lw      t2, 32(a0)
    lw      a0, 0(a0)
    slli    a7, t2, 1
    add     a7, a7, t2
    addi    a7, a7, -4
    neg     a7, a7
    /* Bytes 0 and 2 of rd, then of rs1; bytes 1 and 3. */
    li      t0, 0x06040200
    li      s0, 0x07050301
    .balign 4
1:
    cv.count 0, s4
2:
    cv.lwr  t3, a0, a4
    cv.lwr  t4, a1, a5
    cv.lwr  t5, a2, a5
    cv.lwr  t6, a3, a6
    cv.pack s1, t4, t3
    cv.pack.h t3, t4, t3
    cv.pack s2, t6, t5
    cv.pack.h t5, t6, t5
    mv      t4, s1
    cv.shuffle2.b s1, s2, t0
    cv.shuffle2.b t4, s2, s0
    mv      t6, t3
    cv.swr  s1, t1, t2
    cv.swr  t4, t1, t2
    cv.shuffle2.b t3, t5, t0
    cv.shuffle2.b t6, t5, s0
    cv.swr  t3, t1, t2
    cv.swr  t6, t1, a7
3:
    /* Behind the last column comes one of zeros; then a word that nobody needs. */
    cv.swr  x0, t1, t2
    cv.swr  x0, t1, t2
    cv.swr  x0, t1, t2
    cv.sw   x0, (t1), 8
    add     a0, a0, s3
    add     a1, a1, s3
    add     a2, a2, s3
    add     a3, a3, s3
4:
    lw      s0, 0(sp)
    lw      s1, 4(sp)
    lw      s2, 8(sp)
    lw      s3, 12(sp)
    lw      s4, 16(sp)
    lw      s5, 20(sp)
    addi    sp, sp, 32
    ret
    .size   depthwise_xcv_gather, . - depthwise_xcv_gather

#define FROM a0
#define UPPER a1
#define LOWER a2
#define STEP a3
#define LO a4
#define SHIFT a5
#define RANGE a6
#define U a7
#define V0 t0
#define V1 t1
/* Sums that lack the right column, and sums that lack the middle and the right one. */
#define UPPER_MIDDLE t2
#define UPPER_LEFT t3
#define LOWER_MIDDLE t4
#define LOWER_LEFT t5
#define HIGH t6
#define REST s0
#define MUL s1
#define SWAPPED s2
#define UPPER_W0 s3
#define UPPER_W1 s4
#define UPPER_W2 s5
#define LOWER_W0 s6
#define LOWER_W1 s7
#define LOWER_W2 s8
#define PAIRS s9
#define TO_NEXT s10
#define TURNS s11
#define ROW_STEP ra
#define LEFT gp
#define ARGS tp
/* Behind the saved registers: where the next channel begins. */
#define FROM_AT 60
#define OUT_AT 64
#define TABLE_AT 68
#define WEIGHTS_AT 72
#define FRAME 80

/* One output: its sum is complete but for the right column. Its register then begins the output after next. */
.macro output sdot, dot, v, w0, w1, w2, middle, left, to, has_lo
    \sdot   \middle, \v, \w2
    \sdot   \left, \v, \w1
    rescale U, \middle, U, REST, HIGH, MUL, SWAPPED, SHIFT, RANGE
    .if \has_lo
    add     U, U, LO
    .endif
    \dot    \middle, \v, \w0
    cv.sbr  U, \to, STEP
.endm

.macro rows name, sdot, dot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -FRAME
    sw      ra, 0(sp)
    sw      gp, 4(sp)
    sw      tp, 8(sp)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw      s\i, 12 + 4 * \i(sp)
    .endr
    mv      ARGS, a0
    lw      t0, 0(a0)
    lw      t1, 4(a0)
    lw      t2, 32(a0)
    lw      t3, 28(a0)
    sw      t0, FROM_AT(sp)
    sw      t1, OUT_AT(sp)
    sw      t2, TABLE_AT(sp)
    sw      t3, WEIGHTS_AT(sp)
    lw      STEP, 8(a0)
    lw      ROW_STEP, 12(a0)
    lw      TURNS, 16(a0)
    lw      PAIRS, 20(a0)
    lw      TO_NEXT, 24(a0)
    lw      SHIFT, 36(a0)
    lw      RANGE, 40(a0)
    lw      LO, 44(a0)
    li      LEFT, 4
    /* A pair reads columns + 1 words, and one more for an even number of columns. */
    andi    t1, TURNS, 1
    addi    t0, TURNS, 2
    sub     t0, t0, t1
    slli    t0, t0, 2
    sub     TO_NEXT, TO_NEXT, t0
    srli    TURNS, TURNS, 1
    bnez    t1, 7f
    bnez    LO, 6f
    channels \sdot, \dot, 0, 0
    .balign 4
6:
    channels \sdot, \dot, 1, 0
    .balign 4
7:
    bnez    LO, 8f
    channels \sdot, \dot, 0, 1
    .balign 4
8:
    channels \sdot, \dot, 1, 1
    .size   \name, . - \name
.endm

/* Four channels, and back to the caller. Both loops are hardware loops: over pairs of rows, over pairs of columns. */
.macro channels sdot, dot, has_lo, odd
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
0:
    lw      t0, TABLE_AT(sp)
    lw      t1, WEIGHTS_AT(sp)
    lw      FROM, FROM_AT(sp)
    lw      UPPER, OUT_AT(sp)
    lw      t2, 48(ARGS)
    lw      HIGH, 0(t0)
    lw      REST, 4(t0)
    lw      MUL, 8(t0)
    lw      SWAPPED, 12(t0)
    lw      UPPER_W0, 0(t1)
    lw      UPPER_W1, 4(t1)
    lw      UPPER_W2, 8(t1)
    addi    t0, t0, 16
    addi    t1, t1, 20
    add     t2, t2, FROM
    addi    t3, UPPER, 1
    sw      t0, TABLE_AT(sp)
    sw      t1, WEIGHTS_AT(sp)
    sw      t2, FROM_AT(sp)
    sw      t3, OUT_AT(sp)
    slli    LOWER_W0, UPPER_W0, 8
    slli    LOWER_W1, UPPER_W1, 8
    slli    LOWER_W2, UPPER_W2, 8
    cv.count 1, PAIRS
    .balign 4
1:
    cv.lw   V0, (FROM), 4
    add     LOWER, UPPER, ROW_STEP
    cv.count 0, TURNS
    \dot    UPPER_MIDDLE, V0, UPPER_W1
    \dot    UPPER_LEFT, V0, UPPER_W0
    \dot    LOWER_MIDDLE, V0, LOWER_W1
    \dot    LOWER_LEFT, V0, LOWER_W0
    cv.lw   V0, (FROM), 4
2:
    cv.lw   V1, (FROM), 4
    output  \sdot, \dot, V0, UPPER_W0, UPPER_W1, UPPER_W2, UPPER_MIDDLE, UPPER_LEFT, UPPER, \has_lo
    output  \sdot, \dot, V0, LOWER_W0, LOWER_W1, LOWER_W2, LOWER_MIDDLE, LOWER_LEFT, LOWER, \has_lo
    cv.lw   V0, (FROM), 4
    output  \sdot, \dot, V1, UPPER_W0, UPPER_W1, UPPER_W2, UPPER_LEFT, UPPER_MIDDLE, UPPER, \has_lo
    output  \sdot, \dot, V1, LOWER_W0, LOWER_W1, LOWER_W2, LOWER_LEFT, LOWER_MIDDLE, LOWER, \has_lo
3:
    .if \odd
    output  \sdot, \dot, V0, UPPER_W0, UPPER_W1, UPPER_W2, UPPER_MIDDLE, UPPER_LEFT, UPPER, \has_lo
    output  \sdot, \dot, V0, LOWER_W0, LOWER_W1, LOWER_W2, LOWER_MIDDLE, LOWER_LEFT, LOWER, \has_lo
    .endif
    add     FROM, FROM, TO_NEXT
    add     UPPER, UPPER, ROW_STEP
4:
    addi    LEFT, LEFT, -1
    bnez    LEFT, 0b
    lw      ra, 0(sp)
    lw      gp, 4(sp)
    lw      tp, 8(sp)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw      s\i, 12 + 4 * \i(sp)
    .endr
    addi    sp, sp, FRAME
    ret
.endm

    rows    depthwise_xcv_rows_u8, cv.sdotusp.b, cv.dotusp.b
    rows    depthwise_xcv_rows_i8, cv.sdotsp.b, cv.dotsp.b
    .option pop
