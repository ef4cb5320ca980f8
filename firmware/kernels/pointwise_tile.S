/*
 * Inner product of 4 pixels with 4 output channels, 16 accumulators in registers.
 *
 * Per input channel: 8 byte loads, 16 mul, 16 add = 40 cycles for 16 MAC, and no load is used by
 * the instruction behind it. gcc 12 spills here and needs 4.2 cycles a MAC, hence assembly. All
 * registers but sp are used, gp and tp too; no interrupt handler may rely on them, and the
 * runtime installs none.
 */
#define X0 a0
#define X1 a1
#define X2 a2
#define X3 a3
#define W0 a4
#define W1 a5
#define W2 a6
#define W3 a7
#define P0 t0
#define P1 t1
#define P2 t2
#define P3 t3
#define W t4
#define T t5

#define FRAME 80
#define END 0
#define ACC 4

/* One output channel: four products; the next weight is loaded in the shadow of the last one. */
.macro channel a0, a1, a2, a3, next:vararg
    mul     T, W, P0
    add     \a0, \a0, T
    mul     T, W, P1
    add     \a1, \a1, T
    mul     T, W, P2
    add     \a2, \a2, T
    mul     T, W, P3
    \next
    add     \a3, \a3, T
.endm

/* One input channel; W already holds its first weight. */
.macro input k, load
    \load   P0, \k(X0)
    \load   P1, \k(X1)
    \load   P2, \k(X2)
    \load   P3, \k(X3)
    channel s0, s4, s8,  t6, lb W, \k(W1)
    channel s1, s5, s9,  ra, lb W, \k(W2)
    channel s2, s6, s10, gp, lb W, \k(W3)
.endm

.macro tile name, load
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -FRAME
    sw      ra, 8(sp)
    sw      gp, 12(sp)
    sw      tp, 16(sp)
    sw      s0, 20(sp)
    sw      s1, 24(sp)
    sw      s2, 28(sp)
    sw      s3, 32(sp)
    sw      s4, 36(sp)
    sw      s5, 40(sp)
    sw      s6, 44(sp)
    sw      s7, 48(sp)
    sw      s8, 52(sp)
    sw      s9, 56(sp)
    sw      s10, 60(sp)
    sw      s11, 64(sp)
    sw      a5, ACC(sp)
    add     t0, a0, a4
    sw      t0, END(sp)
    /* a0 x, a1 x_pitch, a2 w, a3 w_pitch */
    mv      t0, a1
    mv      t1, a3
    mv      W0, a2
    add     W1, W0, t1
    add     W2, W1, t1
    add     W3, W2, t1
    add     X1, X0, t0
    add     X2, X1, t0
    add     X3, X2, t0
    .irp    reg, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t6, ra, gp, tp
    li      \reg, 0
    .endr
1:
    lb      W, 0(W0)
    .irp    k, 0, 1, 2, 3, 4, 5, 6
    input   \k, \load
    channel s3, s7, s11, tp, lb W, \k+1(W0)
    .endr
    input   7, \load
    channel s3, s7, s11, tp, lw W, END(sp)
    addi    X0, X0, 8
    addi    X1, X1, 8
    addi    X2, X2, 8
    addi    X3, X3, 8
    addi    W0, W0, 8
    addi    W1, W1, 8
    addi    W2, W2, 8
    addi    W3, W3, 8
    bne     X0, W, 1b

    lw      a0, ACC(sp)
    sw      s0, 0(a0)
    sw      s1, 4(a0)
    sw      s2, 8(a0)
    sw      s3, 12(a0)
    sw      s4, 16(a0)
    sw      s5, 20(a0)
    sw      s6, 24(a0)
    sw      s7, 28(a0)
    sw      s8, 32(a0)
    sw      s9, 36(a0)
    sw      s10, 40(a0)
    sw      s11, 44(a0)
    sw      t6, 48(a0)
    sw      ra, 52(a0)
    sw      gp, 56(a0)
    sw      tp, 60(a0)
    lw      ra, 8(sp)
    lw      gp, 12(sp)
    lw      tp, 16(sp)
    lw      s0, 20(sp)
    lw      s1, 24(sp)
    lw      s2, 28(sp)
    lw      s3, 32(sp)
    lw      s4, 36(sp)
    lw      s5, 40(sp)
    lw      s6, 44(sp)
    lw      s7, 48(sp)
    lw      s8, 52(sp)
    lw      s9, 56(sp)
    lw      s10, 60(sp)
    lw      s11, 64(sp)
    addi    sp, sp, FRAME
    ret
    .size   \name, . - \name
.endm

    .section .text.pointwise_tile, "ax"
    /* The loop branches back over 1.3 kB; -Wa,-mno-relax keeps nothing else from happening here. */
    .option push
    .option norelax
    tile    pointwise_tile_u8, lbu
    tile    pointwise_tile_i8, lb
    .option pop
