/*
 * Stride 2, one channel (depthwise_xcv_stride2.c). Per output 2 words, 4 dot products, 7 for requantisation and a
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

.macro rows sdot, dot, has_lo
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
    cv.count 1, ACC
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
.endm

.macro tiles name, sdot, dot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -32
    .irp    i, 0, 1, 2, 3, 4, 5
    sw      s\i, 4 * \i(sp)
    .endr
    lw      ACC, 20(a0)
    lw      OUT, 8(a0)
    lw      STEP, 12(a0)
    lw      COLUMNS, 16(a0)
    lw      W0, 24(a0)
    lw      W1, 28(a0)
    lw      W2, 32(a0)
    lw      W3, 36(a0)
    lw      t0, 40(a0)
    lw      SHIFT, 44(a0)
    lw      RANGE, 48(a0)
    lw      LO, 52(a0)
    lw      HIGH, 0(t0)
    lw      REST, 4(t0)
    lw      MUL, 8(t0)
    lw      SWAPPED, 12(t0)
    lw      TO_NEXT, 4(a0)
    lw      UPPER, 0(a0)
    add     LOWER, UPPER, TO_NEXT
    /* A row takes columns + 1 words. */
    slli    t0, COLUMNS, 2
    sub     TO_NEXT, TO_NEXT, t0
    addi    TO_NEXT, TO_NEXT, -4
    bnez    LO, 8f
    rows    \sdot, \dot, 0
    j       9f
    .balign 4
8:
    rows    \sdot, \dot, 1
9:
    .irp    i, 0, 1, 2, 3, 4, 5
    lw      s\i, 4 * \i(sp)
    .endr
    addi    sp, sp, 32
    ret
    .size   \name, . - \name
.endm

    .section .text.depthwise_xcv_tiles, "ax"
    .option push
    .option norvc
    .option norelax
    tiles   depthwise_xcv_tiles_u8, cv.sdotusp.b, cv.dotusp.b
    tiles   depthwise_xcv_tiles_i8, cv.sdotsp.b, cv.dotsp.b
    .option pop
