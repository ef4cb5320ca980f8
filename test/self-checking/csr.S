/* Zicsr: swap, set, clear, with registers and immediates; read-only and unknown registers; fields. */
#include "check.h"
    j tests
#include "trap.h"

tests:
    catch_traps
    /* csrrw swaps; through one register, too */
    li a0, 0x12345678
    csrw mscratch, a0
    li a1, 0x9abcdef0
    csrrw a2, mscratch, a1
    EXPECT(a2, 0x12345678)
    csrrw a1, mscratch, a0
    EXPECT(a1, 0x9abcdef0)
    csrrw a0, mscratch, a0
    EXPECT(a0, 0x12345678)
    csrrw x0, mscratch, a1
    csrr a0, mscratch
    EXPECT(a0, 0x9abcdef0)
    csrrw a0, mscratch, x0
    EXPECT(a0, 0x9abcdef0)
    csrr a0, mscratch
    EXPECT(a0, 0)

    /* csrrs sets, csrrc clears, both return what was there; x0 changes nothing */
    li a0, 0x0ff00ff0
    csrrs a1, mscratch, a0
    EXPECT(a1, 0)
    li a0, 0xff000000
    csrrs a1, mscratch, a0
    EXPECT(a1, 0x0ff00ff0)
    csrrs a1, mscratch, x0
    EXPECT(a1, 0xfff00ff0)
    li a0, 0xf0f0f0f0
    csrrc a0, mscratch, a0
    EXPECT(a0, 0xfff00ff0)
    csrrc a0, mscratch, x0
    EXPECT(a0, 0x0f000f00)
    csrr a0, mscratch
    EXPECT(a0, 0x0f000f00)

    /* immediates are five bits, unsigned */
    csrrwi a0, mscratch, 31
    EXPECT(a0, 0x0f000f00)
    csrrsi a0, mscratch, 0
    EXPECT(a0, 31)
    csrrci a0, mscratch, 0x15
    EXPECT(a0, 31)
    csrrsi a0, mscratch, 1
    EXPECT(a0, 0x0a)
    csrrci a0, mscratch, 0
    EXPECT(a0, 0x0b)
    csrrwi x0, mscratch, 0
    csrrsi a0, mscratch, 16
    EXPECT(a0, 0)
    csrrci a0, mscratch, 16
    EXPECT(a0, 16)
    csrr a0, mscratch
    EXPECT(a0, 0)

    /* fields: what is not there reads as it must and takes no writes */
    li a0, -1
    csrw mtvec, a0
    csrr a1, mtvec
    EXPECT(a1, 0xffffff01)
    la a0, vectors
    csrw mtvec, a0
    csrw mepc, a0
    csrrsi x0, mepc, 31
    csrr a1, mepc
    addi a1, a1, -30
    li gp, __LINE__
    bne a0, a1, fail
    li a0, -1
    csrw mcause, a0
    csrr a1, mcause
    EXPECT(a1, 0x8000001f)
    csrw mstatus, x0
    csrr a1, mstatus
    EXPECT(a1, 0x1800)
    li a0, 0xffffff77
    csrw mstatus, a0
    csrr a1, mstatus
    EXPECT(a1, 0x1800)
    li a0, 0x80
    csrs mstatus, a0
    csrr a1, mstatus
    EXPECT(a1, 0x1880)
    csrw mstatus, x0
    li a0, -1
    csrw mie, a0
    csrr a1, mie
    EXPECT(a1, 0xffff0888)
    csrw mie, x0
    csrr a0, mip
    EXPECT(a0, 0)
    li a0, -1
    csrw mip, a0
    csrr a0, mip
    EXPECT(a0, 0)
    /* RV32 with C, I, M and an extension of its own; writes are ignored */
    csrr a0, misa
    EXPECT(a0, 0x40801104)
    csrw misa, x0
    csrr a0, misa
    EXPECT(a0, 0x40801104)
    csrr a0, mhartid
    EXPECT(a0, 0)
    csrr a0, mtval
    EXPECT(a0, 0)

    /* read-only registers: reading is fine in every form, each write traps and changes nothing */
    csrrs a0, mhartid, x0
    csrrc a0, mhartid, x0
    csrrsi a0, mhartid, 0
    csrrci a0, mhartid, 0
    TRAPS(ILLEGAL, csrrw a0, mhartid, x0)
    TRAPS(ILLEGAL, csrrwi a0, mhartid, 0)
    TRAPS(ILLEGAL, csrrs a0, mhartid, a1)
    TRAPS(ILLEGAL, csrrsi a0, mhartid, 1)
    TRAPS(ILLEGAL, csrrc a0, mhartid, a1)
    TRAPS(ILLEGAL, csrrci a0, mhartid, 1)
    TRAPS(ILLEGAL, csrrw x0, cycle, a0)
    TRAPS(ILLEGAL, csrrs x0, instreth, a1)
    TRAPS(ILLEGAL, csrrw a0, mvendorid, a0)
    /* registers that do not exist: user, supervisor, floating point, custom */
    TRAPS(ILLEGAL, csrr a0, 0x001)
    TRAPS(ILLEGAL, csrr a0, 0x100)
    TRAPS(ILLEGAL, csrr a0, 0x180)
    TRAPS(ILLEGAL, csrr a0, 0x302)
    TRAPS(ILLEGAL, csrr a0, 0x3a0)
    TRAPS(ILLEGAL, csrr a0, 0x5ff)
    TRAPS(ILLEGAL, csrw 0x9c0, a0)
    TRAPS(ILLEGAL, csrr a0, 0xc01)
    TRAPS(ILLEGAL, csrr a0, 0xfff)
    /* the destination of a trapping access keeps its value */
    li a3, 0x5a5a5a5a
    TRAPS(ILLEGAL, csrrw a3, mhartid, a1)
    EXPECT(a3, 0x5a5a5a5a)
    j pass
