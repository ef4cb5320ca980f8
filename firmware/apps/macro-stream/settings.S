/* Small enough for every macro, in the modes that it comes out of reset with; studies write others. */
    .section .rodata.macro_settings, "a"
    .globl  macro_settings
    .balign 4
macro_settings:
    .word   64, 16, 50, 7, 0, 0
    .space  64
    .size   macro_settings, . - macro_settings
