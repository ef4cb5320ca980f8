/*
 * Floating-point jobs of the racetrack engine (preset fpirm). Operands are views: an address and signed
 * bytes from element to element along each index, so that transposition, padding, broadcast (0) and the
 * windows of a convolution cost no copy. Integer products go through drivers/ima.h and drivers/mvm.h.
 * The same interface has a software engine in firmware/host.
 */
#ifndef OCTOBAR_DRIVERS_FPIRM_H
#define OCTOBAR_DRIVERS_FPIRM_H

#include <stdint.h>

typedef enum fpirm_operation {
  FPIRM_MATMUL = 1, /* C[m,n] (+)= sum over k of A[m,k] B[k,n], in the order of k, each step rounded */
  FPIRM_ADD = 2,
  FPIRM_MULTIPLY = 3,
  FPIRM_SCALE_ADD = 4, /* C = scalar A + B, rounded after each of the two */
  FPIRM_MAXIMUM = 5,   /* A where A > B, else B */
  FPIRM_SELECT = 6,    /* A where B > 0, else 0 */
} fpirm_operation_t;

enum { FPIRM_FP32 = 0, FPIRM_BF16 = 1 };

/* TCDM address of the first element, and bytes along the indices; k1 and k2 only in products. */
typedef struct fpirm_view {
  const void *at;
  int32_t m1, m2, n, k1, k2;
} fpirm_view_t;

/* Counts of 0 are 1. A has no n and B no m in products. At most 2^17 elements an operand. */
typedef struct fpirm_job {
  fpirm_operation_t operation;
  uint32_t format;
  uint32_t accumulate; /* products: adds to what C holds */
  uint32_t scalar;     /* bit pattern in the format */
  uint32_t m1, m2, n, k1, k2;
  fpirm_view_t a, b, c;
} fpirm_job_t;

/* Gives the engine its clock and the wide port; needed before anything else. */
void fpirm_select(void);

/*
 * Queues a job: sleeps until a context is free, programs and starts it. Jobs run one after the other
 * in the order of submission, so the next may read what this one writes.
 */
void fpirm_submit(const fpirm_job_t *job);

/* Sleeps until all queued jobs are done. */
void fpirm_wait(void);

/* C[rows][columns] (+)= A[rows][depth] B[depth][columns], dense, row by row. */
void fpirm_matmul(uint32_t format, const void *a, const void *b, void *c, uint32_t rows,
                  uint32_t depth, uint32_t columns, uint32_t accumulate);

/* C[i] = A[i] op B[i] over `count` dense elements. */
void fpirm_vector(uint32_t format, fpirm_operation_t operation, const void *a, const void *b,
                  void *c, uint32_t count);

#endif
