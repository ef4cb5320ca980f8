/*
 * Eight outputs of a fully connected layer. Per 4 inputs: 1 word of them, 8 of weights, 8 dot products = 17 cycles
 * for 32 MAC. Each weight is used once, so its load cannot be shared: no tile gets above 2 MAC/cycle and hart.
 */
#include "../hal/xcv_asm.h"

#define X a1
#define W a2
#define PITCH a3
#define BACK a4
#define P t0
#define WA t1
#define WB t2

.macro tile name, sdot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -16
    sw      s0, 0(sp)
    la      t0, 1f
    cv.start 0, t0
    la      t0, 2f
    cv.end  0, t0
    lw      t0, 8(a0)
    lw      PITCH, 16(a0)
    lw      X, 0(a0)
    lw      W, 4(a0)
    srli    t0, t0, 2
    cv.count 0, t0
    /* From the last stream to the next word of the first: 4 - 7 * pitch. */
    slli    BACK, PITCH, 3
    sub     BACK, PITCH, BACK
    addi    BACK, BACK, 4
    .irp    reg, a5, a6, a7, t3, t4, t5, t6, s0
    li      \reg, 0
    .endr
    .balign 4
1:
    cv.lw   P, (X), 4
    cv.lwr  WA, W, PITCH
    cv.lwr  WB, W, PITCH
    \sdot   a5, P, WA
    cv.lwr  WA, W, PITCH
    \sdot   a6, P, WB
    cv.lwr  WB, W, PITCH
    \sdot   a7, P, WA
    cv.lwr  WA, W, PITCH
    \sdot   t3, P, WB
    cv.lwr  WB, W, PITCH
    \sdot   t4, P, WA
    cv.lwr  WA, W, PITCH
    \sdot   t5, P, WB
    cv.lwr  WB, W, BACK
    \sdot   t6, P, WA
    \sdot   s0, P, WB
2:
    lw      a0, 12(a0)
    sw      a5, 0(a0)
    sw      a6, 4(a0)
    sw      a7, 8(a0)
    sw      t3, 12(a0)
    sw      t4, 16(a0)
    sw      t5, 20(a0)
    sw      t6, 24(a0)
    sw      s0, 28(a0)
    lw      s0, 0(sp)
    addi    sp, sp, 16
    ret
    .size   \name, . - \name
.endm

    .section .text.linear_xcv, "ax"
    .option push
    .option norvc
    .option norelax
    tile    linear_xcv_u8, cv.sdotusp.b
    tile    linear_xcv_i8, cv.sdotsp.b
    .option pop
