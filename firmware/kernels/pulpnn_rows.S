/*
 * The depth-wise 3x3 loop of PULP-NN for stride 1 (pulpnn.h): per two outputs 3 word loads of which every other one is
 * misaligned where rows are no multiple of 4 (1.5 cycles more), 6 dot products, 2 x 7 for requantisation, 2 stores.
 * 26.5 cycles for 18 MAC, at most 5.4 MAC/cycle on 8 harts, before the change of the layout.
 * And its addition: byte by byte, 8 cycles.
 */
#include "requant_xcv_asm.h"

#define ARGS a0
#define ROW0 a1
#define ROW1 a2
#define ROW2 a3
#define OUT a4
#define STEP a5
#define SHIFT a6
#define RANGE a7
#define D0 t0
#define D1 t1
#define D2 t2
#define S0 t3
#define S1 t4
#define U t5
#define LO t6
#define A0 s0
#define A1 s1
#define A2 s2
#define B0 s3
#define B1 s4
#define B2 s5
#define HIGH s6
#define REST s7
#define MUL s8
#define SWAPPED s9
#define ROWS s10
#define PAIRS s11
#define ODD ra

/* Without LO where it is 0, by the macro parameter. */
.macro emit sum, has_lo
    rescale U, \sum, U, REST, HIGH, MUL, SWAPPED, SHIFT, RANGE
    .if \has_lo
    add     U, U, LO
    .endif
    cv.sbr  U, OUT, STEP
.endm

/* An output at an end of a row, with the filter at `offset` of the arguments. */
.macro end_of_row sdot, dot, offset, step, has_lo
    cv.lw   D0, (ROW0), \step
    cv.lw   D1, (ROW1), \step
    cv.lw   D2, (ROW2), \step
    lw      S1, \offset(ARGS)
    lw      U, \offset + 4(ARGS)
    \dot    S0, D0, S1
    lw      S1, \offset + 8(ARGS)
    \sdot   S0, D1, U
    \sdot   S0, D2, S1
    emit    S0, \has_lo
.endm

.macro all_rows sdot, dot, has_lo
    la      D0, 2f
    cv.start 0, D0
    la      D0, 3f
    cv.end  0, D0
    .balign 4
1:
    end_of_row \sdot, \dot, 20, 0, \has_lo
    beqz    PAIRS, 3f
    cv.count 0, PAIRS
    .balign 4
2:
    cv.lw   D0, (ROW0), 2
    cv.lw   D1, (ROW1), 2
    cv.lw   D2, (ROW2), 2
    \dot    S0, D0, A0
    \dot    S1, D0, B0
    \sdot   S0, D1, A1
    \sdot   S1, D1, B1
    \sdot   S0, D2, A2
    \sdot   S1, D2, B2
    emit    S0, \has_lo
    emit    S1, \has_lo
3:
    beqz    ODD, 4f
    end_of_row \sdot, \dot, 44, 1, \has_lo
4:
    end_of_row \sdot, \dot, 32, 2, \has_lo
    addi    ROWS, ROWS, -1
    bnez    ROWS, 1b
.endm

.macro rows name, sdot, dot
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    addi    sp, sp, -64
    sw      ra, 0(sp)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sw      s\i, 4 + 4 * \i(sp)
    .endr
    lw      ROW0, 0(a0)
    lw      OUT, 4(a0)
    lw      STEP, 8(a0)
    lw      ODD, 12(a0)
    lw      ROWS, 16(a0)
    lw      A0, 44(a0)
    lw      A1, 48(a0)
    lw      A2, 52(a0)
    lw      B0, 56(a0)
    lw      B1, 60(a0)
    lw      B2, 64(a0)
    lw      t0, 68(a0)
    lw      SHIFT, 72(a0)
    lw      RANGE, 76(a0)
    lw      LO, 80(a0)
    lw      HIGH, 0(t0)
    lw      REST, 4(t0)
    lw      MUL, 8(t0)
    lw      SWAPPED, 12(t0)
    add     ROW1, ROW0, ODD
    add     ROW2, ROW1, ODD
    /* Between both ends of a row. */
    addi    PAIRS, ODD, -2
    srli    PAIRS, PAIRS, 1
    andi    ODD, ODD, 1
    bnez    LO, 8f
    all_rows \sdot, \dot, 0
    j       9f
    .balign 4
8:
    all_rows \sdot, \dot, 1
9:
    lw      ra, 0(sp)
    .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    lw      s\i, 4 + 4 * \i(sp)
    .endr
    addi    sp, sp, 64
    ret
    .size   \name, . - \name
.endm

    .section .text.pulpnn_rows, "ax"
    .option push
    .option norvc
    .option norelax
    rows    pulpnn_rows_u8, cv.sdotusp.b, cv.dotusp.b
    rows    pulpnn_rows_i8, cv.sdotsp.b, cv.dotsp.b

    .globl  pulpnn_sum
    .type   pulpnn_sum, @function
    .balign 4
pulpnn_sum:
    la      t0, 1f
    cv.start 0, t0
    la      t0, 2f
    cv.end  0, t0
    lw      t0, 12(a0)
    lw      a1, 4(a0)
    cv.count 0, t0
    lw      a2, 8(a0)
    lw      a3, 16(a0)
    lw      a4, 20(a0)
    lw      a5, 24(a0)
    lw      a6, 28(a0)
    lw      a7, 32(a0)
    lw      a0, 0(a0)
    .balign 4
1:
    cv.lb   t0, (a0), 1
    cv.lb   t1, (a1), 1
    mul     t2, t0, a3
    cv.mac  t2, t1, a4
    cv.addrnr t2, x0, a5
    cv.max  t2, t2, a6
    cv.min  t2, t2, a7
    cv.sb   t2, (a2), 1
2:
    ret
    .size   pulpnn_sum, . - pulpnn_sum
    .option pop
