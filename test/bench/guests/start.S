    .section .text.start, "ax"
    .globl _start
_start:
#ifdef LINUX
    mv   a0, sp
    call linux_main
#else
    csrr a0, mhartid
    andi a0, a0, 31
    la   sp, stack_top
    slli t0, a0, 13
    sub  sp, sp, t0
    call bench_main
#endif
1:  j 1b
