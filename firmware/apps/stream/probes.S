/* Empty functions whose addresses the tool watches. In assembly, so that no compiler drops a call. */
    .section .text.probes, "ax"
    .irp    name, stream_begin, stream_end
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    ret
    .size   \name, . - \name
    .endr
