/*
 * The 4 x 2 block of PULP-NN: 4 output channels by 2 pixels (pulpnn.h). Per 4 inputs 6 word loads and 8 dot products,
 * 14 cycles for 32 MAC: at most 2.29 MAC/cycle and hart. Per block besides: 8 x 7 - 4 for requantisation, 16 to load
 * its constants, 8 to pack and store, 11 to begin and end.
 */
#include "requant_xcv_asm.h"

#define X a0
#define W a1
#define X_PITCH a2
#define W_PITCH a3
#define X_BACK a4
#define W_BACK a5
#define OUT0 a6
#define OUT1 a7
#define P0 t0
#define P1 t1
#define WA t2
#define WB t3
/* After the inner loop: */
#define HIGH t0
#define REST t1
#define MUL t2
#define SWAPPED t3
#define TABLE t4
#define U t5
#define SHIFT t6
#define RANGE s8
#define COUNT s9
#define LO4 s10
#define W_NEXT s11

.macro save
    addi    sp, sp, -48
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw      s\i, 4 * \i(sp)
    .endr
.endm
.macro restore
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw      s\i, 4 * \i(sp)
    .endr
    addi    sp, sp, 48
    ret
.endm

.macro begin
    save
    la      t0, 1f
    cv.start 1, t0
    la      t0, 2f
    cv.start 0, t0
    la      t0, 3f
    cv.end  0, t0
    la      t0, 4f
    cv.end  1, t0
    lw      t0, 24(a0)
    lw      W, 4(a0)
    cv.count 1, t0
    lw      X_PITCH, 8(a0)
    lw      W_PITCH, 12(a0)
    lw      OUT0, 16(a0)
    lw      OUT1, 20(a0)
    lw      TABLE, 28(a0)
    lw      SHIFT, 32(a0)
    lw      RANGE, 36(a0)
    lw      LO4, 40(a0)
    lw      X, 0(a0)
    srli    COUNT, W_PITCH, 2
    add     OUT1, OUT1, OUT0
    sub     X_BACK, x0, X_PITCH
    addi    X_BACK, X_BACK, 4
    slli    W_BACK, W_PITCH, 1
    add     W_NEXT, W_BACK, W_PITCH
    sub     W_BACK, x0, W_NEXT
    addi    W_BACK, W_BACK, 4
.endm

.macro constants
    cv.lw   HIGH, (TABLE), 4
    cv.lw   REST, (TABLE), 4
    cv.lw   MUL, (TABLE), 4
    cv.lw   SWAPPED, (TABLE), 4
.endm

.macro channel a0, a1
    constants
    rescale \a0, \a0, U, REST, HIGH, MUL, SWAPPED, SHIFT, RANGE
    rescale \a1, \a1, REST, REST, HIGH, MUL, SWAPPED, SHIFT, RANGE
.endm

.macro pixel out, a0, a1, a2, a3
    cv.packlo.b \a0, \a1, \a0
    cv.packhi.b \a0, \a3, \a2
    cv.add.b \a0, \a0, LO4
    cv.sw   \a0, (\out), 4
.endm

/* Accumulators s0 to s3 of the first pixel, s4 to s7 of the second. */
.macro matmul name, sdot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    begin
    .balign 4
1:
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7
    li      s\i, 0
    .endr
    cv.count 0, COUNT
2:
    cv.lwr  P0, X, X_PITCH
    cv.lwr  P1, X, X_BACK
    cv.lwr  WA, W, W_PITCH
    cv.lwr  WB, W, W_PITCH
    \sdot   s0, P0, WA
    \sdot   s4, P1, WA
    cv.lwr  WA, W, W_PITCH
    \sdot   s1, P0, WB
    \sdot   s5, P1, WB
    cv.lwr  WB, W, W_BACK
    \sdot   s2, P0, WA
    \sdot   s6, P1, WA
    \sdot   s3, P0, WB
    \sdot   s7, P1, WB
3:
    channel s0, s4
    channel s1, s5
    channel s2, s6
    channel s3, s7
    pixel   OUT0, s0, s1, s2, s3
    pixel   OUT1, s4, s5, s6, s7
    sub     X, X, W_PITCH
    add     W, W, W_NEXT
4:
    restore
    .size   \name, . - \name
.endm

/* The pixel that is left over in an odd row: 4 channels by 1 pixel (PULP-NN takes its channels one by one). */
.macro single name, sdot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    begin
    .balign 4
1:
    .irp    i, 0, 1, 2, 3
    li      s\i, 0
    .endr
    cv.count 0, COUNT
2:
    cv.lw   P0, (X), 4
    cv.lwr  WA, W, W_PITCH
    cv.lwr  WB, W, W_PITCH
    \sdot   s0, P0, WA
    cv.lwr  WA, W, W_PITCH
    \sdot   s1, P0, WB
    cv.lwr  WB, W, W_BACK
    \sdot   s2, P0, WA
    \sdot   s3, P0, WB
3:
    .irp    i, 0, 1, 2, 3
    constants
    rescale s\i, s\i, REST, REST, HIGH, MUL, SWAPPED, SHIFT, RANGE
    .endr
    pixel   OUT0, s0, s1, s2, s3
    sub     X, X, W_PITCH
    add     W, W, W_NEXT
4:
    restore
    .size   \name, . - \name
.endm

    .section .text.pulpnn_matmul, "ax"
    .option push
    .option norvc
    .option norelax
    matmul  pulpnn_matmul_u8, cv.sdotusp.b
    matmul  pulpnn_matmul_i8, cv.sdotsp.b
    single  pulpnn_single_u8, cv.sdotusp.b
    single  pulpnn_single_i8, cv.sdotsp.b
    .option pop
