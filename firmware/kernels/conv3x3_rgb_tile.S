/*
 * Three pixels by all output channels (conv3x3_rgb.h).
 *
 * The windows of three pixels fill 21 registers, seven words each. Per channel: 7 loads of weights and 21 dot
 * products, then 2 loads of constants, 3 x 3 cycles of requantisation, 3 stores of a byte and one load of how
 * far to step back for the next channel: 43 cycles for 81 MAC, 1.88 MAC/cycle on one hart, 15.1 on eight. No
 * load is used by the instruction behind it. That takes all registers but sp, gp and tp too; the runtime
 * installs no interrupt handler that relies on them. The loop over channels is a hardware loop.
 */
#include "../hal/xcv_asm.h"

#define A0 t0
#define A1 t1
#define A2 t2
#define WA t3
#define WB t4
#define W t5
#define OUT t6
#define PITCH tp
#define SHIFT ra
/* Words of the windows, by pixel: */
#define X00 s0
#define X01 s1
#define X02 s2
#define X03 s3
#define X04 s4
#define X05 s5
#define X06 s6
#define X10 s7
#define X11 s8
#define X12 s9
#define X13 s10
#define X14 s11
#define X15 a0
#define X16 a1
#define X20 a2
#define X21 a3
#define X22 a4
#define X23 a5
#define X24 a6
#define X25 a7
#define X26 gp
/* While windows are loaded: */
#define P t0
#define Q t1
#define R t2
#define T t3
#define ROW t4
#define STEP t5

/* Stack: registers of the caller, then what does not fit into registers. */
#define IN 60
#define ROW_AT 64
#define STEP_AT 68
#define TABLE 72
#define OUT_AT 76
#define CHANNELS 80
#define TRIPLES 84
#define BACK 88
#define FRAME 96

/* 27 bytes of three rows, and a zero; P goes on to the next window. */
.macro window x0, x1, x2, x3, x4, x5, x6
    add     Q, P, ROW
    add     R, Q, ROW
    lw      \x2, 0(Q)
    lbu     T, 8(P)
    slli    \x2, \x2, 8
    lw      \x0, 0(P)
    or      \x2, \x2, T
    lhu     T, 7(Q)
    lhu     \x4, 0(R)
    lw      \x6, 5(R)
    cv.pack \x4, \x4, T
    lw      \x1, 4(P)
    srli    \x6, \x6, 8
    lw      \x3, 3(Q)
    add     P, P, STEP
    lw      \x5, 2(R)
.endm

.macro weight dot, w, x0, x1, x2
    \dot    A0, \x0, \w
    \dot    A1, \x1, \w
    \dot    A2, \x2, \w
.endm

.macro run name, dot, sdot
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
    lw      P, 0(a0)
    lw      ROW, 4(a0)
    lw      STEP, 8(a0)
    lw      t3, 12(a0)
    lw      t6, 16(a0)
    lw      PITCH, 20(a0)
    lw      SHIFT, 24(a0)
    lw      s0, 28(a0)
    sw      ROW, ROW_AT(sp)
    sw      STEP, STEP_AT(sp)
    sw      t3, TABLE(sp)
    sw      t6, OUT_AT(sp)
    sw      PITCH, CHANNELS(sp)
    sw      s0, TRIPLES(sp)
    /* From the third pixel back to the next channel of the first: 1 - 2 * pitch. */
    slli    s1, PITCH, 1
    addi    s1, s1, -1
    neg     s1, s1
    sw      s1, BACK(sp)
    la      s1, 2f
    cv.start 0, s1
    la      s1, 3f
    cv.end  0, s1
    .balign 4
1:
    window  X00, X01, X02, X03, X04, X05, X06
    window  X10, X11, X12, X13, X14, X15, X16
    window  X20, X21, X22, X23, X24, X25, X26
    sw      P, IN(sp)
    cv.count 0, PITCH
    lw      W, TABLE(sp)
    lw      OUT, OUT_AT(sp)
    .balign 4
2:
    cv.lw   WA, (W), 4
    cv.lw   WB, (W), 4
    weight  \dot, WA, X00, X10, X20
    cv.lw   WA, (W), 4
    weight  \sdot, WB, X01, X11, X21
    cv.lw   WB, (W), 4
    weight  \sdot, WA, X02, X12, X22
    cv.lw   WA, (W), 4
    weight  \sdot, WB, X03, X13, X23
    cv.lw   WB, (W), 4
    weight  \sdot, WA, X04, X14, X24
    cv.lw   WA, (W), 4
    weight  \sdot, WB, X05, X15, X25
    cv.lw   WB, (W), 4
    weight  \sdot, WA, X06, X16, X26
    cv.lw   WA, (W), 4
    mul     A0, A0, WB
    mul     A1, A1, WB
    mul     A2, A2, WB
    lw      WB, BACK(sp)
    cv.addrnr A0, WA, SHIFT
    cv.addrnr A1, WA, SHIFT
    cv.addrnr A2, WA, SHIFT
    cv.clipu A0, A0, 9
    cv.clipu A1, A1, 9
    cv.clipu A2, A2, 9
    cv.sbr  A0, OUT, PITCH
    cv.sbr  A1, OUT, PITCH
    cv.sbr  A2, OUT, WB
3:
    /* All channels of one pixel are behind OUT; two pixels remain to be skipped. */
    lw      s0, TRIPLES(sp)
    lw      P, IN(sp)
    lw      ROW, ROW_AT(sp)
    lw      STEP, STEP_AT(sp)
    add     OUT, OUT, PITCH
    add     OUT, OUT, PITCH
    sw      OUT, OUT_AT(sp)
    addi    s0, s0, -1
    sw      s0, TRIPLES(sp)
    bnez    s0, 1b
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

    .section .text.conv3x3_rgb, "ax"
    .option push
    .option norvc
    .option norelax
    run     conv3x3_rgb_u8, cv.dotusp.b, cv.sdotusp.b
    run     conv3x3_rgb_i8, cv.dotsp.b, cv.sdotsp.b
    .option pop
