/* The tile of avgpool_xcv_tile.S in C, for machines that are not the target. */
#include "avgpool_xcv.h"

#ifndef __riscv

static void run(const avgpool_xcv_run_t *l, int is_signed) {
  for (uint32_t c = 0; c < 8; c++) {
    int32_t sum = 0;
    for (uint32_t y = 0; y < l->height; y++)
      for (uint32_t x = 0; x < l->width; x++) {
        const uint8_t *at = (const uint8_t *)l->in + y * l->row_pitch + x * l->channels + c;
        sum += is_signed ? *(const int8_t *)at : *at;
      }
    l->sums[c] = sum;
  }
}

void avgpool_xcv_u8(const avgpool_xcv_run_t *l) { run(l, 0); }
void avgpool_xcv_i8(const avgpool_xcv_run_t *l) { run(l, 1); }

#endif
