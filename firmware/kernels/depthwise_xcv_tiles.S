/*
 * Stride 2, four channels one after the other (depthwise_xcv_stride2.c). Per output 2 words, 4 dot products, 7 for requantisation and a
 * store = 14 cycles; 1 more where lo is not 0. With 18 / 4 to gather a tile that is 18.5 cycles for 9 MAC: at most
 * 3.9 MAC/cycle on 8 harts.
 */
#include "requant_xcv_asm.h"

#define UPPER a0
#define LOWER a1
#define STEP a2
#define COLUMNS a3
#define TO_NEXT a4
#define SHIFT a5
#define RANGE a6
#define U a7
#define V0 t0
#define V1 t1
#define ACC t2
#define LO t3
#define HIGH t4
#define REST t5
#define MUL t6
#define SWAPPED s0
#define W0 s1
#define W1 s2
#define W2 s3
#define W3 s4
#define OUT s5
#define LEFT s6
#define TABLE s7
#define WEIGHTS s8
#define FROM s9
#define ROWS s10
#define ARGS s11

.macro channels sdot, dot, has_lo
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
0:
    lw      t0, 4(ARGS)
    lw      t1, 44(ARGS)
    lw      OUT, 8(ARGS)
    cv.lw   HIGH, (TABLE), 4
    cv.lw   REST, (TABLE), 4
    cv.lw   MUL, (TABLE), 4
    cv.lw   SWAPPED, (TABLE), 4
    cv.lw   W0, (WEIGHTS), 4
    cv.lw   W1, (WEIGHTS), 4
    cv.lw   W2, (WEIGHTS), 4
    cv.lw   W3, (WEIGHTS), 4
    mv      UPPER, FROM
    add     LOWER, FROM, t0
    add     FROM, FROM, t1
    addi    OUT, OUT, 4
    sub     OUT, OUT, LEFT
    addi    LEFT, LEFT, -1
    cv.count 1, ROWS
    .balign 4
1:
    cv.lw   V0, (UPPER), 4
    cv.lw   V1, (LOWER), 4
    cv.count 0, COLUMNS
    \dot    ACC, V0, W0
    \sdot   ACC, V1, W2
2:
    cv.lw   V0, (UPPER), 4
    cv.lw   V1, (LOWER), 4
    \sdot   ACC, V0, W1
    \sdot   ACC, V1, W3
    rescale U, ACC, U, REST, HIGH, MUL, SWAPPED, SHIFT, RANGE
    .if \has_lo
    add     U, U, LO
    .endif
    \dot    ACC, V0, W0
    \sdot   ACC, V1, W2
    cv.sbr  U, OUT, STEP
3:
    add     UPPER, UPPER, TO_NEXT
    add     LOWER, LOWER, TO_NEXT
4:
    bnez    LEFT, 0b
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw      s\i, 4 * \i(sp)
    .endr
    addi    sp, sp, 48
    ret
.endm

.macro tiles name, sdot, dot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -48
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw      s\i, 4 * \i(sp)
    .endr
    mv      ARGS, a0
    lw      FROM, 0(a0)
    lw      TO_NEXT, 4(a0)
    lw      STEP, 12(a0)
    lw      COLUMNS, 16(a0)
    lw      ROWS, 20(a0)
    lw      WEIGHTS, 24(a0)
    lw      TABLE, 28(a0)
    lw      SHIFT, 32(a0)
    lw      RANGE, 36(a0)
    lw      LO, 40(a0)
    /* A row takes columns + 1 words. */
    slli    t0, COLUMNS, 2
    sub     TO_NEXT, TO_NEXT, t0
    addi    TO_NEXT, TO_NEXT, -4
    li      LEFT, 4
    bnez    LO, 8f
    channels \sdot, \dot, 0
    .balign 4
8:
    channels \sdot, \dot, 1
    .size   \name, . - \name
.endm

    .section .text.depthwise_xcv_tiles, "ax"
    .option push
    .option norvc
    .option norelax
    tiles   depthwise_xcv_tiles_u8, cv.sdotusp.b, cv.dotusp.b
    tiles   depthwise_xcv_tiles_i8, cv.sdotsp.b, cv.dotsp.b
    .option pop
