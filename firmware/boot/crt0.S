/*
 * All harts of the cluster start here in the same cycle; mhartid tells them apart.
 * mtvec is left alone: without a handler a fault stops the emulator with its full report.
 */
#include "layout.h"

    .section .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    csrr    a0, mhartid
    andi    a0, a0, 31

    /* sp = __stacks_start + PI_MAIN_STACK_EXTRA + (hart + 1) * PI_STACK_PITCH */
    la      sp, __stacks_start
    li      t0, PI_MAIN_STACK_EXTRA + PI_STACK_PITCH
    add     sp, sp, t0
    li      t0, PI_STACK_PITCH
    mul     t0, t0, a0
    add     sp, sp, t0
    li      s0, 0
    bnez    a0, 3f

    la      t0, __data_start
    la      t1, __data_end
    la      t2, __data_load
    bgeu    t0, t1, 2f
1:  lw      t3, 0(t2)
    addi    t2, t2, 4
    sw      t3, 0(t0)
    addi    t0, t0, 4
    bltu    t0, t1, 1b
2:  la      t0, __bss_start
    la      t1, __bss_end
    bgeu    t0, t1, 5f
4:  sw      zero, 0(t0)
    addi    t0, t0, 4
    bltu    t0, t1, 4b
5:  call    pi_start
6:  j       6b

3:  call    pi_worker
    j       6b
    .size _start, . - _start

    /*
     * End of the TCDM that the heap may use. A constant in L2 of its own, so that whoever loads the
     * image can change it for a machine with a smaller or larger TCDM.
     */
    .section .rodata.octobar_l1_end, "a"
    .globl  octobar_l1_end
    .type   octobar_l1_end, @object
    .balign 4
octobar_l1_end:
    .word   __l1_end
    .size   octobar_l1_end, 4
