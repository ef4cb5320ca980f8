/* Exceptions, mret, interrupts of the event unit in direct and vectored mode. */
#include "check.h"
    j tests
#include "trap.h"
#define EVENT_UNIT 0x10204000
#define MIE 8
#define MPIE 0x80

    .macro illegal_word line, word
    traps_at \line, 2, .word \word
    .endm
#define ILLEGAL_WORD(word) illegal_word __LINE__, word
    .macro illegal_half line, half
    traps_at \line, 2, .half \half, 0x0001
    .endm
#define ILLEGAL_HALF(half) illegal_half __LINE__, half

tests:
    catch_traps
    TRAPS(ECALL_FROM_M, ecall)
    TRAPS(BREAKPOINT, ebreak)
    .option rvc
    TRAPS(BREAKPOINT, c.ebreak)
    .option norvc

    /* reserved encodings of 32 bits */
    ILLEGAL_WORD(0xffffffff)
    ILLEGAL_WORD(0x00000007)
    ILLEGAL_WORD(0x00003003)
    ILLEGAL_WORD(0x00006003)
    ILLEGAL_WORD(0x00007003)
    ILLEGAL_WORD(0x00003023)
    ILLEGAL_WORD(0x00002063)
    ILLEGAL_WORD(0x00003063)
    ILLEGAL_WORD(0x00001067)
    ILLEGAL_WORD(0x02001013)
    ILLEGAL_WORD(0x40001013)
    ILLEGAL_WORD(0x02005013)
    ILLEGAL_WORD(0x40001033)
    ILLEGAL_WORD(0x04000033)
    ILLEGAL_WORD(0x0000200f)
    ILLEGAL_WORD(0x0000002f)
    ILLEGAL_WORD(0x00000053)
    ILLEGAL_WORD(0x10200073)
    ILLEGAL_WORD(0x00200073)
    ILLEGAL_WORD(0x00004073)
    /* 16 bits: all zeros, no immediate, x0 where there must be none, shifts by 32 and more, floating point */
    ILLEGAL_HALF(0x0000)
    ILLEGAL_HALF(0x0004)
    ILLEGAL_HALF(0x2000)
    ILLEGAL_HALF(0x6000)
    ILLEGAL_HALF(0x8000)
    ILLEGAL_HALF(0xa000)
    ILLEGAL_HALF(0xe000)
    ILLEGAL_HALF(0x6101)
    ILLEGAL_HALF(0x6501)
    ILLEGAL_HALF(0x9001)
    ILLEGAL_HALF(0x9c01)
    ILLEGAL_HALF(0x9c21)
    ILLEGAL_HALF(0x4002)
    ILLEGAL_HALF(0x8002)
    ILLEGAL_HALF(0x2002)
    ILLEGAL_HALF(0xa002)

    /* a trap moves MIE to MPIE and clears it; mret moves it back and sets MPIE */
    csrwi mstatus, MIE
    TRAPS(ECALL_FROM_M, ecall)
    EXPECT(s9, 0x1880)
    csrr a0, mstatus
    EXPECT(a0, 0x1888)
    csrw mstatus, x0
    TRAPS(ECALL_FROM_M, ecall)
    EXPECT(s9, 0x1800)
    csrr a0, mstatus
    EXPECT(a0, 0x1880)
    /* mret without a trap goes to mepc, with its lowest bit cleared */
    la a0, 1f
    addi a0, a0, 1
    csrw mepc, a0
    li gp, __LINE__
    mret
    j fail
1:  nop

    /* the interrupt of the event unit: software event 0, line 11 */
    li s0, EVENT_UNIT
    li s1, 1
    csrw mstatus, x0
    li a0, 0x800
    csrw mie, a0
    sw s1, 0x0c(s0)
    sw s1, 0x100(s0)
    nop
    nop
    nop
    /* pending, but not taken while MIE is 0 */
    csrr a0, mip
    EXPECT(a0, 0x800)
    /* and not while mie has not its bit */
    csrw mie, x0
    csrwi mstatus, MIE
    nop
    nop
    csrw mstatus, x0
    li a0, 0x800
    csrw mie, a0

    /* now it is: mepc is the instruction that did not execute */
    li gp, __LINE__
    li s10, 0
    la s8, 2f
    csrwi mstatus, MIE
1:  j 1b
2:  csrw mstatus, x0
    EXPECT(s10, 0x8000000b)
    EXPECT(s9, 0x1880)
    la a0, 1b
    li gp, __LINE__
    bne s11, a0, fail
    /* the base in direct mode, entry 11 in vectored mode */
    la a0, vectors + 4
    bne t5, a0, fail
    la a0, vectors + 1
    csrw mtvec, a0
    li s10, 0
    la s8, 2f
    csrwi mstatus, MIE
1:  j 1b
2:  csrw mstatus, x0
    EXPECT(s10, 0x8000000b)
    la a0, vectors + 4 * 11 + 4
    li gp, __LINE__
    bne t5, a0, fail
    /* exceptions go to the base in either mode */
    sw s1, 0x28(s0)
    TRAPS(ECALL_FROM_M, ecall)
    la a0, vectors + 4
    li gp, __LINE__
    bne t5, a0, fail
    csrr a0, mip
    EXPECT(a0, 0)

    /* wfi goes on when an interrupt is pending that mie lets through, whatever MIE says */
    csrw mstatus, x0
    sw s1, 0x100(s0)
    nop
    nop
    li s10, 0
    wfi
    EXPECT(s10, 0)
    csrr a0, mip
    EXPECT(a0, 0x800)
    /* an interrupt is taken behind wfi when MIE is set */
    li gp, __LINE__
    la s8, 2f
    csrwi mstatus, MIE
    wfi
    wfi
    j fail
2:  EXPECT(s10, 0x8000000b)
    csrw mstatus, x0
    sw s1, 0x28(s0)
    j pass
