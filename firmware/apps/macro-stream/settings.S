/* CAP-RAM at its peak: 64 charge-domain cells by 128 columns, one-bit weights, inputs of eight levels. */
    .section .rodata.macro_settings, "a"
    .globl  macro_settings
    .balign 4
macro_settings:
    .word   64, 128, 400, 7, 1, 2
    .word   0x180, 1, 0x188, 1
    .space  48
    .size   macro_settings, . - macro_settings
