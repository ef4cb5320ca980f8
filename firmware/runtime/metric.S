/* An empty function whose address the tool watches. In assembly, so that no compiler drops a call. */
    .section .text.octobar_metric, "ax"
    .globl  octobar_metric
    .type   octobar_metric, @function
    .balign 4
octobar_metric:
    ret
    .size   octobar_metric, . - octobar_metric
