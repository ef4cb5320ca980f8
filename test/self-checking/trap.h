/*
 * A handler for the checks of traps: it leaves cause in s10, place in s11 and mstatus in s9, and goes on at s8; behind an interrupt
 * with interrupts disabled.
 * In vectored mode t5 tells the entry that was taken: the address behind it.
 */
    .balign 256
vectors:
    .rept 32
    jal t5, trap_entry
    .endr
trap_entry:
    csrr s10, mcause
    csrr s11, mepc
    csrr s9, mstatus
    bgez s10, 1f
    /* an interrupt whose cause is still there must not come again behind mret */
    li t4, 0x80
    csrc mstatus, t4
1:  csrw mepc, s8
    mret

    .macro catch_traps
    la t0, vectors
    csrw mtvec, t0
    .endm

/* The instruction must trap with this cause, at its own place, and not do anything. */
    .macro traps_at line, cause, instruction:vararg
    li gp, \line
    la s8, 2f
    li s10, -1
1:  \instruction
    j fail
2:  li t6, \cause
    bne s10, t6, fail
    la t6, 1b
    bne s11, t6, fail
    .endm
#define TRAPS(cause, ...) traps_at __LINE__, cause, __VA_ARGS__
#define ILLEGAL 2
#define BREAKPOINT 3
#define ECALL_FROM_M 11
