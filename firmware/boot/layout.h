/* Sizes that start-up code and runtime share. Assembler and C include this file. */
#ifndef OCTOBAR_BOOT_LAYOUT_H
#define OCTOBAR_BOOT_LAYOUT_H

/* Hart 0 runs main() and printf(), so its stack is larger by this much. */
#define PI_MAIN_STACK_EXTRA 0x800

/*
 * One stack per hart. The 16 bytes beyond the power of two put the stacks of neighbouring harts
 * in different TCDM banks, or eight harts that enter the same function would form a convoy.
 */
#define PI_STACK_PITCH 0x810

#endif
