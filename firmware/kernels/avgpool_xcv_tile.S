/*
 * Sums of eight channels over a window: per pixel 2 word loads and 8 dot products with a 1 in one byte, which add
 * that byte to its 32-bit sum. 10 cycles for 8 additions; shifting and masking bytes out takes at least as many.
 */
#include "../hal/xcv_asm.h"

#define AT a1
#define NEXT a2
#define SKIP a3
#define WIDTH a4
#define ONE0 t0
#define ONE1 t1
#define ONE2 t2
#define ONE3 t3
#define PA t4
#define PB t5

.macro tile name, sdot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -16
    sw      s0, 0(sp)
    sw      s1, 4(sp)
    sw      s2, 8(sp)
    sw      s3, 12(sp)
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
    lw      t0, 12(a0)
    lw      NEXT, 4(a0)
    cv.count 1, t0
    lw      WIDTH, 8(a0)
    lw      SKIP, 16(a0)
    lw      AT, 0(a0)
    /* Behind a row the pointer has moved by width * channels. */
    mul     t0, NEXT, WIDTH
    sub     SKIP, SKIP, t0
    addi    NEXT, NEXT, -4
    li      ONE0, 1
    slli    ONE1, ONE0, 8
    slli    ONE2, ONE0, 16
    slli    ONE3, ONE0, 24
    .irp    reg, a5, a6, a7, t6, s0, s1, s2, s3
    li      \reg, 0
    .endr
    .balign 4
1:
    cv.count 0, WIDTH
2:
    cv.lw   PA, (AT), 4
    cv.lwr  PB, AT, NEXT
    \sdot   a5, PA, ONE0
    \sdot   a6, PA, ONE1
    \sdot   a7, PA, ONE2
    \sdot   t6, PA, ONE3
    \sdot   s0, PB, ONE0
    \sdot   s1, PB, ONE1
    \sdot   s2, PB, ONE2
    \sdot   s3, PB, ONE3
3:
    add     AT, AT, SKIP
    nop
4:
    lw      a0, 20(a0)
    sw      a5, 0(a0)
    sw      a6, 4(a0)
    sw      a7, 8(a0)
    sw      t6, 12(a0)
    sw      s0, 16(a0)
    sw      s1, 20(a0)
    sw      s2, 24(a0)
    sw      s3, 28(a0)
    lw      s0, 0(sp)
    lw      s1, 4(sp)
    lw      s2, 8(sp)
    lw      s3, 12(sp)
    addi    sp, sp, 16
    ret
    .size   \name, . - \name
.endm

    .section .text.avgpool_xcv, "ax"
    .option push
    .option norvc
    .option norelax
    tile    avgpool_xcv_u8, cv.sdotusp.b
    tile    avgpool_xcv_i8, cv.sdotsp.b
    .option pop
