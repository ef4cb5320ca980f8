#include "residual_xcv.h"

#include "../hal/xcv.h"

static inline uint32_t add(const residual_xcv_run_t *l, int32_t skip, int32_t branch) {
  uint32_t sum = 1u << (l->shift - 1);
  sum = cv_mac(sum, (uint32_t)skip, (uint32_t)l->mul_skip);
  sum = cv_mac(sum, (uint32_t)branch, (uint32_t)l->mul_branch);
  const uint32_t q = (uint32_t)((int32_t)sum >> l->shift);
  return cv_min(cv_max(q, (uint32_t)l->lo), (uint32_t)l->hi);
}

void residual_xcv(const residual_t *l, uint32_t hart, uint32_t harts) {
  /* Cut at words; the bytes behind the last whole word are the last hart's. */
  const uint32_t words = l->count / 4;
  const uint32_t first = words * hart / harts, end = words * (hart + 1) / harts;
  const residual_xcv_run_t run = {.skip = l->skip + 4 * first,
                                  .branch = l->branch + 4 * first,
                                  .out = l->out + 4 * first,
                                  .words = end - first,
                                  .mul_skip = l->mul_skip,
                                  .mul_branch = l->mul_branch,
                                  .shift = l->shift,
                                  .lo = l->lo,
                                  .hi = l->hi};
  if (end > first) residual_xcv_words(&run);
  if (hart + 1 < harts) return;
  for (uint32_t i = 4 * words; i < l->count; i++)
    l->out[i] = (int8_t)add(&run, l->skip[i], l->branch[i]);
}

#ifndef __riscv
void residual_xcv_words(const residual_xcv_run_t *l) {
  for (uint32_t i = 0; i < 4 * l->words; i++)
    l->out[i] = (int8_t)add(l, l->skip[i], l->branch[i]);
}
#endif
