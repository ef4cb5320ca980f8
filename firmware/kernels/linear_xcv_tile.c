/* The tile of linear_xcv_tile.S in C, for machines that are not the target. */
#include "linear_xcv.h"

#ifndef __riscv

#include <string.h>

#include "../hal/xcv.h"

static uint32_t word(const void *at) {
  uint32_t bytes;
  memcpy(&bytes, at, sizeof(bytes));
  return bytes;
}

static void run(const linear_xcv_run_t *l, int is_signed) {
  for (uint32_t c = 0; c < 8; c++) {
    uint32_t sum = 0;
    for (uint32_t r = 0; r < l->rows; r += 4) {
      const uint32_t x = word((const uint8_t *)l->in + r), w = word(l->weights + c * l->pitch + r);
      sum = is_signed ? cv_sdotsp_b(sum, x, w) : cv_sdotusp_b(sum, x, w);
    }
    l->sums[c] = (int32_t)sum;
  }
}

void linear_xcv_u8(const linear_xcv_run_t *l) { run(l, 0); }
void linear_xcv_i8(const linear_xcv_run_t *l) { run(l, 1); }

#endif
