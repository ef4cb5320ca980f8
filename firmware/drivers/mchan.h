/* The cluster DMA (MCHAN) through the fast port of the running hart. */
#ifndef OCTOBAR_DRIVERS_MCHAN_H
#define OCTOBAR_DRIVERS_MCHAN_H

#include <stdint.h>

enum { MCHAN_LOC2EXT = 0, MCHAN_EXT2LOC = 1 };

/* Takes a transfer id; waits while all 16 are in use. */
uint32_t mchan_alloc(void);

/*
 * Queues commands that move `bytes` contiguous bytes under the id taken last; any length.
 * The hart is held while the queue is full.
 */
void mchan_push(uint32_t ext, uint32_t loc, uint32_t bytes, int direction);

/* The same with lines of `line` bytes, `stride` apart outside the cluster and contiguous in the TCDM. */
void mchan_push_2d(uint32_t ext, uint32_t loc, uint32_t bytes, uint32_t line, uint32_t stride,
                   int direction);

/* Sleeps until all commands of the id are done, then frees it. */
void mchan_wait(uint32_t id);

#endif
