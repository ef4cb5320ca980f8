/*
 * Tiles of 4 pixels by 4 output channels with byte dot products (pointwise_xcv.h).
 *
 * Per 4 inputs: 8 word loads and 16 dot products, 24 cycles for 64 MAC (2.67 MAC/cycle on one hart; the
 * 4 x 2 block of PULP-NN has 6 loads and 8 dot products, 2.29). No load is used by the instruction behind it.
 * Two pointers serve the eight streams: they step by the pitch, and by `back` from the last stream to the
 * first one's next word. With 16 accumulators that fills the registers, gp and tp too; the runtime
 * installs no interrupt handler that relies on them. Both loops are hardware loops: the inner one over
 * inputs, the outer one over tiles.
 *
 * Per tile besides: 16 x 7 - 4 (requantisation) + 16 (its constants) + 16 (packing and stores) + 24.
 */
#include "requant_xcv_asm.h"

#define X a0
#define W a1
#define X_PITCH a2
#define W_PITCH a3
#define X_BACK a4
#define W_BACK a5
#define OUT a6
#define OUT_PITCH a7
#define P0 t0
#define P1 t1
#define P2 t2
#define P3 t3
#define WA t4
#define WB t5
/* After the inner loop: */
#define E t0
#define H a1 /* W, which the next tile needs as it was at first */
#define M t1
#define S t2
#define U t3
#define SHIFT t4
#define RANGE t5
/* Accumulators by pixel and channel: */
#define A00 s0
#define A01 s1
#define A02 s2
#define A03 s3
#define A10 s4
#define A11 s5
#define A12 s6
#define A13 s7
#define A20 s8
#define A21 s9
#define A22 s10
#define A23 s11
#define A30 t6
#define A31 ra
#define A32 gp
#define A33 tp

/* Stack: registers of the caller, then what does not fit into registers. */
#define COUNT 60
#define WEIGHTS 64
#define TO_NEXT 68
#define SHIFT_AT 72
#define RANGE_AT 76
#define LO4_AT 80
#define TABLE 84
#define FRAME 160

.macro channel c, a0, a1, a2, a3
    lw      H, TABLE + 16 * \c + 0(sp)
    lw      E, TABLE + 16 * \c + 4(sp)
    lw      M, TABLE + 16 * \c + 8(sp)
    lw      S, TABLE + 16 * \c + 12(sp)
    rescale \a0, \a0, U, E, H, M, S, SHIFT, RANGE
    rescale \a1, \a1, U, E, H, M, S, SHIFT, RANGE
    rescale \a2, \a2, U, E, H, M, S, SHIFT, RANGE
    rescale \a3, \a3, E, E, H, M, S, SHIFT, RANGE
.endm

/* Four results of a pixel to a word, lo added to each. */
.macro pixel a0, a1, a2, a3
    cv.packlo.b \a0, \a1, \a0
    cv.packhi.b \a0, \a3, \a2
    cv.add.b \a0, \a0, E
    cv.swr  \a0, OUT, OUT_PITCH
.endm

.macro weight dot, w, a0, a1, a2, a3
    \dot    \a0, P0, \w
    \dot    \a1, P1, \w
    \dot    \a2, P2, \w
    \dot    \a3, P3, \w
.endm

.macro run name, dot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -FRAME
    sw      ra, 0(sp)
    sw      gp, 4(sp)
    sw      tp, 8(sp)
    sw      s0, 12(sp)
    sw      s1, 16(sp)
    sw      s2, 20(sp)
    sw      s3, 24(sp)
    sw      s4, 28(sp)
    sw      s5, 32(sp)
    sw      s6, 36(sp)
    sw      s7, 40(sp)
    sw      s8, 44(sp)
    sw      s9, 48(sp)
    sw      s10, 52(sp)
    sw      s11, 56(sp)
    /* The constants of the 4 channels come to the stack, where sp reaches them. */
    lw      t0, 28(a0)
    .irp    i, 0, 4, 8, 12
    lw      s0, 4 * \i + 0(t0)
    lw      s1, 4 * \i + 4(t0)
    lw      s2, 4 * \i + 8(t0)
    lw      s3, 4 * \i + 12(t0)
    sw      s0, TABLE + 4 * \i + 0(sp)
    sw      s1, TABLE + 4 * \i + 4(sp)
    sw      s2, TABLE + 4 * \i + 8(sp)
    sw      s3, TABLE + 4 * \i + 12(sp)
    .endr
    lw      t0, 32(a0)
    lw      t1, 36(a0)
    lw      t2, 40(a0)
    lw      t3, 24(a0)
    sw      t0, SHIFT_AT(sp)
    sw      t1, RANGE_AT(sp)
    sw      t2, LO4_AT(sp)
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
    cv.count 1, t3
    lw      a1, 4(a0)
    lw      a2, 8(a0)
    lw      a3, 12(a0)
    lw      OUT, 16(a0)
    lw      OUT_PITCH, 20(a0)
    lw      X, 0(a0)
    sw      W, WEIGHTS(sp)
    srli    t4, W_PITCH, 2
    sw      t4, COUNT(sp)
    slli    t4, X_PITCH, 2
    sub     t4, t4, W_PITCH
    sw      t4, TO_NEXT(sp)
    /* From the last stream to the next word of the first: 4 - 3 * pitch. */
    slli    X_BACK, X_PITCH, 1
    add     X_BACK, X_BACK, X_PITCH
    addi    X_BACK, X_BACK, -4
    neg     X_BACK, X_BACK
    slli    W_BACK, W_PITCH, 1
    add     W_BACK, W_BACK, W_PITCH
    addi    W_BACK, W_BACK, -4
    neg     W_BACK, W_BACK
    .balign 4
1:
    lw      t0, COUNT(sp)
    .irp    reg, A00, A01, A02, A03, A10, A11, A12, A13, A20, A21, A22, A23, A30, A31, A32, A33
    li      \reg, 0
    .endr
    cv.count 0, t0
2:
    cv.lwr  P0, X, X_PITCH
    cv.lwr  P1, X, X_PITCH
    cv.lwr  P2, X, X_PITCH
    cv.lwr  P3, X, X_BACK
    cv.lwr  WA, W, W_PITCH
    cv.lwr  WB, W, W_PITCH
    weight  \dot, WA, A00, A10, A20, A30
    cv.lwr  WA, W, W_PITCH
    weight  \dot, WB, A01, A11, A21, A31
    cv.lwr  WB, W, W_BACK
    weight  \dot, WA, A02, A12, A22, A32
    weight  \dot, WB, A03, A13, A23, A33
3:
    lw      SHIFT, SHIFT_AT(sp)
    lw      RANGE, RANGE_AT(sp)
    channel 0, A00, A10, A20, A30
    channel 1, A01, A11, A21, A31
    channel 2, A02, A12, A22, A32
    channel 3, A03, A13, A23, A33
    lw      E, LO4_AT(sp)
    lw      M, TO_NEXT(sp)
    lw      W, WEIGHTS(sp)
    pixel   A00, A01, A02, A03
    pixel   A10, A11, A12, A13
    pixel   A20, A21, A22, A23
    add     X, X, M
    pixel   A30, A31, A32, A33
4:
    lw      ra, 0(sp)
    lw      gp, 4(sp)
    lw      tp, 8(sp)
    lw      s0, 12(sp)
    lw      s1, 16(sp)
    lw      s2, 20(sp)
    lw      s3, 24(sp)
    lw      s4, 28(sp)
    lw      s5, 32(sp)
    lw      s6, 36(sp)
    lw      s7, 40(sp)
    lw      s8, 44(sp)
    lw      s9, 48(sp)
    lw      s10, 52(sp)
    lw      s11, 56(sp)
    addi    sp, sp, FRAME
    ret
    .size   \name, . - \name
.endm

    .section .text.pointwise_xcv, "ax"
    .option push
    .option norvc
    .option norelax
    run     pointwise_xcv_u8, cv.sdotusp.b
    run     pointwise_xcv_i8, cv.sdotsp.b
    .option pop
