#include "fpirm.h"

#include "../hal/generated/fpirm.h"
#include "../hal/mmio.h"
#include "hwpe.h"

static inline void set(uint32_t offset, uint32_t value) { mmio_write(FPIRM_BASE + offset, value); }
static inline uint32_t count(uint32_t value) { return value == 0 ? 1 : value; }
static inline uint32_t address(const void *at) { return (uint32_t)(uintptr_t)at; }

void fpirm_select(void) { hwpe_select(HWPE_SLOT_IMA); }

void fpirm_submit(const fpirm_job_t *job) {
  hwpe_acquire(FPIRM_BASE, HWPE_SLOT_IMA);
  set(FPIRM_OPERATION, job->operation);
  set(FPIRM_FORMAT, job->format);
  set(FPIRM_ACCUMULATE, job->accumulate);
  set(FPIRM_SCALAR, job->scalar);
  set(FPIRM_M1, count(job->m1));
  set(FPIRM_M2, count(job->m2));
  set(FPIRM_N, count(job->n));
  set(FPIRM_K1, count(job->k1));
  set(FPIRM_K2, count(job->k2));
  set(FPIRM_A_ADDR, address(job->a.at));
  set(FPIRM_A_M1, (uint32_t)job->a.m1);
  set(FPIRM_A_M2, (uint32_t)job->a.m2);
  set(FPIRM_A_N, (uint32_t)job->a.n);
  set(FPIRM_A_K1, (uint32_t)job->a.k1);
  set(FPIRM_A_K2, (uint32_t)job->a.k2);
  set(FPIRM_B_ADDR, address(job->b.at));
  set(FPIRM_B_M1, (uint32_t)job->b.m1);
  set(FPIRM_B_M2, (uint32_t)job->b.m2);
  set(FPIRM_B_N, (uint32_t)job->b.n);
  set(FPIRM_B_K1, (uint32_t)job->b.k1);
  set(FPIRM_B_K2, (uint32_t)job->b.k2);
  set(FPIRM_C_ADDR, address(job->c.at));
  set(FPIRM_C_M1, (uint32_t)job->c.m1);
  set(FPIRM_C_M2, (uint32_t)job->c.m2);
  set(FPIRM_C_N, (uint32_t)job->c.n);
  hwpe_trigger_job(FPIRM_BASE);
}

void fpirm_wait(void) { hwpe_wait(FPIRM_BASE, HWPE_SLOT_IMA); }

void fpirm_matmul(uint32_t format, const void *a, const void *b, void *c, uint32_t rows,
                  uint32_t depth, uint32_t columns, uint32_t accumulate) {
  const int32_t e = format == FPIRM_BF16 ? 2 : 4;
  const fpirm_job_t job = {.operation = FPIRM_MATMUL, .format = format, .accumulate = accumulate,
                           .m1 = rows, .n = columns, .k2 = depth,
                           .a = {.at = a, .m1 = (int32_t)depth * e, .k2 = e},
                           .b = {.at = b, .k2 = (int32_t)columns * e, .n = e},
                           .c = {.at = c, .m1 = (int32_t)columns * e, .n = e}};
  fpirm_submit(&job);
}

void fpirm_vector(uint32_t format, fpirm_operation_t operation, const void *a, const void *b,
                  void *c, uint32_t elements) {
  const int32_t e = format == FPIRM_BF16 ? 2 : 4;
  const fpirm_job_t job = {.operation = operation, .format = format, .n = elements,
                           .a = {.at = a, .n = e}, .b = {.at = b, .n = e}, .c = {.at = c, .n = e}};
  fpirm_submit(&job);
}
