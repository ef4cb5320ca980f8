/*
 * CORE-V instructions as assembler macros, in the syntax of LLVM and under the names of the CV32E40P user
 * manual. Assemblers before binutils 2.42 do not know them; `.insn` gives the same words.
 *
 * Hardware loops: the body has at least three instructions of 32 bit (`.option norvc`, start aligned to 4)
 * and neither branches nor jumps; its end is the address behind its last instruction.
 */
#ifndef OCTOBAR_HAL_XCV_ASM_H
#define OCTOBAR_HAL_XCV_ASM_H

#ifdef __ASSEMBLER__
/* clang-format off */

/* Loads that step their base, cv.lw rd, (rs1), 4. With a register as step: cv.lwr rd, rs1, rs2. */
.macro cv.lb rd, base, step
    .insn i 0x0b, 0, \rd, \step\base
.endm
.macro cv.lbu rd, base, step
    .insn i 0x0b, 4, \rd, \step\base
.endm
.macro cv.lw rd, base, step
    .insn i 0x0b, 2, \rd, \step\base
.endm
.macro cv.lwr rd, base, step
    .insn r 0x2b, 3, 0x02, \rd, \base, \step
.endm
/* Stores that step their base by an immediate or by a register. */
.macro cv.sw rs2, base, step
    .insn s 0x2b, 2, \rs2, \step\base
.endm
.macro cv.sb rs2, base, step
    .insn s 0x2b, 0, \rs2, \step\base
.endm
.macro cv.swr rs2, base, step
    .insn r 0x2b, 3, 0x12, \step, \base, \rs2
.endm
.macro cv.sbr rs2, base, step
    .insn r 0x2b, 3, 0x10, \step, \base, \rs2
.endm

/* Dot products of four bytes, added to rd: signed by signed, unsigned by signed. */
.macro cv.sdotsp.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x54, \rd, \rs1, \rs2
.endm
.macro cv.sdotusp.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x50, \rd, \rs1, \rs2
.endm
.macro cv.dotsp.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x48, \rd, \rs1, \rs2
.endm
.macro cv.dotusp.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x44, \rd, \rs1, \rs2
.endm
.macro cv.add.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x00, \rd, \rs1, \rs2
.endm

/* Bytes that change places. */
.macro cv.shuffle2.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x70, \rd, \rs1, \rs2
.endm
.macro cv.packlo.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x7c, \rd, \rs1, \rs2
.endm
.macro cv.packhi.b rd, rs1, rs2
    .insn r 0x7b, 1, 0x7d, \rd, \rs1, \rs2
.endm
.macro cv.pack rd, rs1, rs2
    .insn r 0x7b, 0, 0x78, \rd, \rs1, \rs2
.endm
.macro cv.pack.h rd, rs1, rs2
    .insn r 0x7b, 0, 0x79, \rd, \rs1, \rs2
.endm

/* rd = (rd + half of rs1 * half of rs2) >> shift */
.macro cv.macun rd, rs1, rs2, shift
    .insn r 0x5b, 7, \shift, \rd, \rs1, \rs2
.endm
.macro cv.machhsn rd, rs1, rs2, shift
    .insn r 0x5b, 6, 0x20 + \shift, \rd, \rs1, \rs2
.endm
.macro cv.mac rd, rs1, rs2
    .insn r 0x2b, 3, 0x48, \rd, \rs1, \rs2
.endm

.macro cv.min rd, rs1, rs2
    .insn r 0x2b, 3, 0x2b, \rd, \rs1, \rs2
.endm
.macro cv.max rd, rs1, rs2
    .insn r 0x2b, 3, 0x2d, \rd, \rs1, \rs2
.endm
.macro cv.clipur rd, rs1, rs2
    .insn r 0x2b, 3, 0x3b, \rd, \rs1, \rs2
.endm
/* rs1 within 0 .. 2^(bits-1)-1; `bits` is a constant */
.macro cv.clipu rd, rs1, bits
    .insn r 0x2b, 3, 0x39, \rd, \rs1, x\bits
.endm

/*
 * Registers of loop 0 (inner) and loop 1 (outer). The register forms need no distance to a label ahead, which
 * gas does not compute inside `.insn`: load start and end once with `la`, then only the count changes.
 */
.macro cv.start loop, rs1
    .ifeq \loop
    .insn i 0x2b, 4, x2, \rs1, 0
    .else
    .insn i 0x2b, 4, x3, \rs1, 0
    .endif
.endm
.macro cv.end loop, rs1
    .ifeq \loop
    .insn i 0x2b, 4, x6, \rs1, 0
    .else
    .insn i 0x2b, 4, x7, \rs1, 0
    .endif
.endm
.macro cv.count loop, rs1
    .ifeq \loop
    .insn i 0x2b, 4, x10, \rs1, 0
    .else
    .insn i 0x2b, 4, x11, \rs1, 0
    .endif
.endm
/* rd = (rd + rs1) >> rs2; with r the sum is rounded: 2^(rs2-1) is added. */
.macro cv.addnr rd, rs1, rs2
    .insn r 0x2b, 3, 0x40, \rd, \rs1, \rs2
.endm
.macro cv.addrnr rd, rs1, rs2
    .insn r 0x2b, 3, 0x42, \rd, \rs1, \rs2
.endm
/* rs1 within -rs2-1 .. rs2 */
.macro cv.clipr rd, rs1, rs2
    .insn r 0x2b, 3, 0x3a, \rd, \rs1, \rs2
.endm
/* clang-format on */
#endif

#endif
