/*
 * Residual addition, 4 bytes a turn: 8 byte loads, 4 x (rounding constant, 2 multiply-accumulate, shift, 2 bounds),
 * 2 to pack, 1 store = 35 cycles, so at most 0.91 outputs a cycle on 8 harts. Byte loads need no instruction to
 * extend a byte, and with them the harts would collide no more often than with word loads.
 */
#include "../hal/xcv_asm.h"

/* Bytes 0 to 3 of both operands first, since no load may be used by the instruction behind it. */
.macro sum q, skip, branch
    mv      \q, t0
    cv.mac  \q, \skip, a4
    cv.mac  \q, \branch, a5
    sra     \q, \q, a6
    cv.max  \q, \q, a7
    cv.min  \q, \q, a3
.endm

    .section .text.residual_xcv, "ax"
    .option push
    .option norvc
    .option norelax
    .globl  residual_xcv_words
    .type   residual_xcv_words, @function
    .balign 4
residual_xcv_words:
    addi    sp, sp, -16
    sw      s0, 0(sp)
    sw      s1, 4(sp)
    sw      s2, 8(sp)
    sw      s3, 12(sp)
    la      t1, 1f
    cv.start 0, t1
    la      t1, 2f
    cv.end  0, t1
    lw      t1, 12(a0)
    lw      a1, 4(a0)
    cv.count 0, t1
    lw      a2, 8(a0)
    lw      a4, 16(a0)
    lw      a5, 20(a0)
    lw      a6, 24(a0)
    lw      t0, 28(a0)
    lw      a7, 32(a0)
    lw      a3, 36(a0)
    lw      a0, 0(a0)
    .balign 4
1:
    cv.lb   t1, (a0), 1
    cv.lb   t2, (a1), 1
    cv.lb   t3, (a0), 1
    cv.lb   t4, (a1), 1
    cv.lb   t5, (a0), 1
    cv.lb   t6, (a1), 1
    cv.lb   s0, (a0), 1
    cv.lb   s1, (a1), 1
    sum     s2, t1, t2
    sum     s3, t3, t4
    sum     t1, t5, t6
    sum     t2, s0, s1
    cv.packlo.b s2, s3, s2
    cv.packhi.b s2, t2, t1
    cv.sw   s2, (a2), 4
2:
    lw      s0, 0(sp)
    lw      s1, 4(sp)
    lw      s2, 8(sp)
    lw      s3, 12(sp)
    addi    sp, sp, 16
    ret
    .size   residual_xcv_words, . - residual_xcv_words
    .option pop
