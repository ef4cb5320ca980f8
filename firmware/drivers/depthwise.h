/* The depth-wise engine. The same interface has a software engine in firmware/host. */
#ifndef OCTOBAR_DRIVERS_DEPTHWISE_H
#define OCTOBAR_DRIVERS_DEPTHWISE_H

#include "../kernels/depthwise.h"

/* Gives the engine its clock and the wide port; needed before anything else. */
void depthwise_select(void);

/*
 * Queues a layer or a stripe of one, described as for the harts; channels is a multiple of 16.
 * Sleeps until a context is free; does not wait for the end.
 */
void depthwise_submit(const depthwise_t *layer);

/* Sleeps until all queued jobs are done. */
void depthwise_wait(void);

#endif
