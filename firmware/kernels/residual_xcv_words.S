/*
 * Residual addition, 4 bytes a turn: 8 byte loads, 4 x (2 products, rounded shift, 1 or 2 for the bounds), 2 to pack,
 * 1 store = 27 cycles where the bounds are those of a signed number, lo = -hi - 1, and 31 elsewhere: at most 1.19 or
 * 1.03 outputs a cycle on 8 harts. Byte loads need no instruction to extend a byte, and with them the harts
 * collide no more often than with word loads.
 */
#include "../hal/xcv_asm.h"

/* All loads first, since none may be used by the instruction behind it. */
.macro sum q, skip, branch, clip
    mul     \q, \skip, a4
    cv.mac  \q, \branch, a5
    cv.addrnr \q, x0, a6
    .if \clip
    cv.clipr \q, \q, a3
    .else
    cv.max  \q, \q, a7
    cv.min  \q, \q, a3
    .endif
.endm

.macro words clip
    la      t1, 1f
    cv.start 0, t1
    la      t1, 2f
    cv.end  0, t1
    cv.count 0, t0
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
    sum     s2, t1, t2, \clip
    sum     s3, t3, t4, \clip
    sum     t1, t5, t6, \clip
    sum     t2, s0, s1, \clip
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
    lw      t0, 12(a0)
    lw      a1, 4(a0)
    lw      a2, 8(a0)
    lw      a4, 16(a0)
    lw      a5, 20(a0)
    lw      a6, 24(a0)
    lw      a7, 28(a0)
    lw      a3, 32(a0)
    lw      a0, 0(a0)
    not     t1, a3
    bne     t1, a7, 3f
    words   1
    .balign 4
3:
    words   0
    .size   residual_xcv_words, . - residual_xcv_words
    .option pop
