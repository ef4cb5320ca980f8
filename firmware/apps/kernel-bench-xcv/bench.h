/* Parts of this program. */
#ifndef KERNEL_BENCH_XCV_H
#define KERNEL_BENCH_XCV_H

#include <stdint.h>

/* Runs `part` on all harts; cycles on hart 0, fork and barrier included. */
uint32_t timed(void (*part)(void *), void *layer);

/* Runs the case that a test left in L2, if it did: returns -1 if not, else the exit status. */
int run_case(void);

/* One call per hart, for `timed`. */
void pointwise_xcv_part(void *layer);
void depthwise_xcv_part(void *layer);
void residual_xcv_part(void *layer);
void conv3x3_xcv_part(void *layer);
void avgpool_xcv_part(void *layer);
void linear_xcv_part(void *layer);

#endif
