/*
 * A software engine behind the interface of drivers/fpirm.h, in the single precision of this machine;
 * subnormal numbers count as zero, as on the engine. It computes a job when it is submitted.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../drivers/fpirm.h"

static int selected;

static void refuse(const char *why) {
  fprintf(stderr, "fpirm_soft: %s\n", why);
  exit(1);
}

void fpirm_select(void) { selected = 1; }

typedef struct place {
  uint32_t m1, m2, n, k1, k2;
} place_t;

static const char *element(const fpirm_view_t *v, place_t p) {
  return (const char *)v->at + (ptrdiff_t)p.m1 * v->m1 + (ptrdiff_t)p.m2 * v->m2 + (ptrdiff_t)p.n * v->n +
         (ptrdiff_t)p.k1 * v->k1 + (ptrdiff_t)p.k2 * v->k2;
}

static float flush(float x) { return fpclassify(x) == FP_SUBNORMAL ? copysignf(0, x) : x; }

static float get(const fpirm_view_t *v, place_t p) {
  float x;
  memcpy(&x, element(v, p), sizeof x);
  return flush(x);
}

static float scalar_of(const fpirm_job_t *job) {
  float x;
  memcpy(&x, &job->scalar, sizeof x);
  return flush(x);
}

/* The volatile variable keeps the compiler from joining product and sum into one rounding. */
static float multiply(float a, float b) {
  volatile float product = a * b;
  return flush(product);
}

static float add(float a, float b) {
  volatile float sum = a + b;
  return flush(sum);
}

static uint32_t count(uint32_t value) { return value == 0 ? 1 : value; }

static float product(const fpirm_job_t *job, place_t p) {
  const fpirm_view_t a = {job->a.at, job->a.m1, job->a.m2, 0, job->a.k1, job->a.k2};
  const fpirm_view_t b = {job->b.at, 0, 0, job->b.n, job->b.k1, job->b.k2};
  float sum = job->accumulate ? get(&job->c, p) : 0;
  for (p.k1 = 0; p.k1 < count(job->k1); p.k1++)
    for (p.k2 = 0; p.k2 < count(job->k2); p.k2++) sum = add(sum, multiply(get(&a, p), get(&b, p)));
  return sum;
}

static float result(const fpirm_job_t *job, place_t p) {
  if (job->operation == FPIRM_MATMUL) return product(job, p);
  const float a = get(&job->a, p), b = get(&job->b, p);
  switch (job->operation) {
    case FPIRM_ADD: return add(a, b);
    case FPIRM_MULTIPLY: return multiply(a, b);
    case FPIRM_SCALE_ADD: return add(multiply(scalar_of(job), a), b);
    case FPIRM_MAXIMUM: return a > b ? a : b;
    case FPIRM_SELECT: return b > 0 ? a : 0;
    default: refuse("there is no such operation");
  }
  return 0;
}

void fpirm_submit(const fpirm_job_t *job) {
  if (!selected) refuse("used before it was selected");
  if (job->format != FPIRM_FP32) refuse("only single precision");
  const uint32_t m1 = count(job->m1), m2 = count(job->m2), n = count(job->n);
  /* All operands are read before the first result is written, as on the engine. */
  float *results = malloc(sizeof(float) * m1 * m2 * n), *at = results;
  if (results == NULL) refuse("out of memory");
  place_t p = {0};
  for (p.m1 = 0; p.m1 < m1; p.m1++)
    for (p.m2 = 0; p.m2 < m2; p.m2++)
      for (p.n = 0; p.n < n; p.n++) *at++ = result(job, p);
  at = results;
  for (p.m1 = 0; p.m1 < m1; p.m1++)
    for (p.m2 = 0; p.m2 < m2; p.m2++)
      for (p.n = 0; p.n < n; p.n++) memcpy((void *)element(&job->c, p), at++, sizeof(float));
  free(results);
}

void fpirm_wait(void) {}

void fpirm_matmul(uint32_t format, const void *a, const void *b, void *c, uint32_t rows,
                  uint32_t depth, uint32_t columns, uint32_t accumulate) {
  const int32_t e = 4;
  const fpirm_job_t job = {.operation = FPIRM_MATMUL, .format = format, .accumulate = accumulate,
                           .m1 = rows, .n = columns, .k2 = depth,
                           .a = {.at = a, .m1 = (int32_t)depth * e, .k2 = e},
                           .b = {.at = b, .k2 = (int32_t)columns * e, .n = e},
                           .c = {.at = c, .m1 = (int32_t)columns * e, .n = e}};
  fpirm_submit(&job);
}

void fpirm_vector(uint32_t format, fpirm_operation_t operation, const void *a, const void *b,
                  void *c, uint32_t elements) {
  const int32_t e = 4;
  const fpirm_job_t job = {.operation = operation, .format = format, .n = elements,
                           .a = {.at = a, .n = e}, .b = {.at = b, .n = e}, .c = {.at = c, .n = e}};
  fpirm_submit(&job);
}
