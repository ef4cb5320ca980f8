/* The tiles of pointwise_xcv_tile.S in C, instruction by instruction, for machines that are not the target. */
#include "pointwise_xcv.h"

#ifndef __riscv

#include <string.h>

#include "requant_xcv_c.h"

static uint32_t word(const void *at) {
  uint32_t bytes;
  memcpy(&bytes, at, sizeof(bytes));
  return bytes;
}

static void run(const pointwise_xcv_run_t *l, int is_signed) {
  for (uint32_t p = 0; p < 4 * l->tiles; p++) {
    const uint8_t *x = (const uint8_t *)l->in + p * l->in_pitch;
    uint32_t q[4];
    for (uint32_t c = 0; c < 4; c++) {
      const int8_t *w = l->weights + c * l->rows;
      uint32_t acc = 0;
      for (uint32_t r = 0; r < l->rows; r += 4)
        acc = is_signed ? cv_sdotsp_b(acc, word(x + r), word(w + r))
                        : cv_sdotusp_b(acc, word(x + r), word(w + r));
      q[c] = requant_xcv(acc, &l->channels[c], l->shift, l->range);
    }
    const uint32_t packed = cv_packhi_b(cv_packlo_b(q[0], q[1], q[0]), q[3], q[2]);
    const uint32_t out = cv_add_b(packed, l->lo4);
    memcpy(l->out + p * l->out_pitch, &out, sizeof(out));
  }
}

void pointwise_xcv_u8(const pointwise_xcv_run_t *l) { run(l, 0); }
void pointwise_xcv_i8(const pointwise_xcv_run_t *l) { run(l, 1); }

#endif
