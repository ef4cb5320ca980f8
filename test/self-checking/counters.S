/* mcycle, minstret, mhpmcounter3: reading, writing, carrying, stopping. */
#include "check.h"

tests:
    /* stopped after reset */
    csrr a0, mcountinhibit
    andi a0, a0, 5
    EXPECT(a0, 5)
    csrr a0, mcycle
    csrr a1, mcycle
    li gp, __LINE__
    bne a0, a1, fail
    csrw mcountinhibit, x0

    /* a counter that is written holds the value for the next instruction; what follows counts */
    csrw minstret, x0
    csrr a0, minstret
    EXPECT(a0, 0)
    csrwi minstret, 10
    nop
    nop
    csrr a0, minstret
    EXPECT(a0, 12)
    /* taken branches, jumps, multiplications and system instructions count once each */
    csrw minstret, x0
    beq x0, x0, 1f
    nop
1:  jal x0, 2f
    nop
2:  mulh a1, a1, a1
    div a1, a1, a2
    fence
    fence.i
    csrr a1, mcycle
    csrr a0, minstret
    EXPECT(a0, 7)

    /* mcycle counts cycles: an ALU instruction takes 1, a read of the counter 4 */
    csrr a0, mcycle
    csrr a1, mcycle
    sub a1, a1, a0
    EXPECT(a1, 4)
    csrr a0, mcycle
    nop
    nop
    nop
    csrr a1, mcycle
    sub a1, a1, a0
    EXPECT(a1, 7)

    /* the carry into the upper half */
    li a0, 0xfffffffc
    csrwi mcycleh, 5
    csrw mcycle, a0
    nop
    nop
    nop
    nop
    nop
    csrr a1, mcycleh
    EXPECT(a1, 6)
    csrwi minstreth, 1
    li a0, -1
    csrw minstret, a0
    csrr a1, minstreth
    csrr a2, minstreth
    EXPECT(a1, 1)
    EXPECT(a2, 2)
    /* the user's views show the same */
    csrr a0, cycleh
    EXPECT(a0, 6)
    csrr a0, instreth
    EXPECT(a0, 2)
    csrr a0, minstret
    csrr a1, instret
    sub a1, a1, a0
    EXPECT(a1, 1)
    csrr a0, mcycle
    csrr a1, cycle
    sub a1, a1, a0
    EXPECT(a1, 4)

    /* an event counter: loads, event 5 */
    li a0, 1 << 5
    csrw mhpmevent3, a0
    csrr a1, mhpmevent3
    EXPECT(a1, 32)
    csrw mhpmcounter3, x0
    lw a1, -4(sp)
    nop
    lw a1, -8(sp)
    lbu a1, -8(sp)
    nop
    csrr a0, mhpmcounter3
    EXPECT(a0, 3)
    csrr a0, mhpmcounter3h
    EXPECT(a0, 0)
    csrr a0, hpmcounter3
    EXPECT(a0, 3)
    csrw mhpmevent3, x0

    /* bits of mcountinhibit stop their counters, one by one */
    csrsi mcountinhibit, 4
    csrr a0, minstret
    nop
    csrr a1, minstret
    sub a1, a1, a0
    EXPECT(a1, 0)
    csrr a0, mcycle
    csrr a1, mcycle
    sub a1, a1, a0
    EXPECT(a1, 4)
    csrwi mcountinhibit, 1
    csrr a0, mcycle
    nop
    csrr a1, mcycle
    sub a1, a1, a0
    EXPECT(a1, 0)
    /* a stopped counter can be written */
    csrwi mcycle, 21
    nop
    csrr a0, mcycle
    EXPECT(a0, 21)
    csrw mcountinhibit, x0
    j pass
