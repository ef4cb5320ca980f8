/* requant_xcv.h in assembly: 7 cycles, or 6 where the register of the rest may be spoilt. */
#ifndef OCTOBAR_KERNELS_REQUANT_XCV_ASM_H
#define OCTOBAR_KERNELS_REQUANT_XCV_ASM_H

#include "../hal/xcv_asm.h"

/* result = clip(acc) without lo; `u` is a register of its own, or `rest` for the last use of that. */
.macro rescale result, acc, u, rest, high, mul, swapped, shift, range
    .ifnc \u, \rest
    mv      \u, \rest
    .endif
    cv.macun \u, \acc, \mul, 15
    cv.macun \u, \acc, \swapped, 1
    cv.machhsn \u, \acc, \swapped, 15
    cv.machhsn \u, \acc, \mul, 0
    cv.addnr \u, \high, \shift
    cv.clipur \result, \u, \range
.endm

#endif
