/* Parts of this program. */
#ifndef KERNEL_BENCH_XCV_H
#define KERNEL_BENCH_XCV_H

#include "kernels/pulpnn.h"

/* Runs `part` on all harts; cycles on hart 0, fork and barrier included. */
uint32_t timed(void (*part)(void *), void *layer);

/* Runs the case that a test left in L2, if it did: returns -1 if not, else the exit status. */
int run_case(void);

/* One call per hart, for `timed`. */
void pointwise_xcv_part(void *layer);
void depthwise_xcv_part(void *layer);
void residual_xcv_part(void *layer);
void conv3x3_xcv_part(void *layer);
void conv3x3_rgb_part(void *layer);
void avgpool_xcv_part(void *layer);
void linear_xcv_part(void *layer);

/* The baseline of PULP-NN, which is told what a row is. */
typedef struct pulpnn_pointwise_job {
  pointwise_xcv_t layer;
  uint32_t width;
} pulpnn_pointwise_job_t;
typedef struct pulpnn_add_job {
  residual_t layer;
  uint32_t row_bytes;
} pulpnn_add_job_t;
void pulpnn_pointwise_part(void *job);
void pulpnn_depthwise_part(void *layer);
void pulpnn_add_part(void *job);

#endif
