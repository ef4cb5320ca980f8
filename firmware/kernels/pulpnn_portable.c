/* The inner loops of pulpnn_*.S in C, for machines that are not the target. */
#include "pulpnn.h"

#ifndef __riscv

#include <string.h>

#include "requant_xcv_c.h"

static uint32_t word(const void *at) {
  uint32_t bytes;
  memcpy(&bytes, at, sizeof(bytes));
  return bytes;
}

static uint32_t dot(uint32_t acc, uint32_t v, uint32_t w, int is_signed) {
  return is_signed ? cv_sdotsp_b(acc, v, w) : cv_sdotusp_b(acc, v, w);
}

static void matmul(const pulpnn_matmul_t *l, uint32_t pixels, int is_signed) {
  for (uint32_t p = 0; p < pixels; p++)
    for (uint32_t c = 0; c < 4 * l->groups; c++) {
      uint32_t acc = 0;
      for (uint32_t r = 0; r < l->rows; r += 4)
        acc = dot(acc, word((const uint8_t *)l->in + p * l->in_pitch + r),
                  word(l->weights + c * l->rows + r), is_signed);
      const uint32_t q = requant_xcv(acc, &l->channels[c], l->shift, l->range);
      l->out[p * l->out_pitch + c] = (uint8_t)(q + l->lo4);
    }
}

void pulpnn_matmul_u8(const pulpnn_matmul_t *l) { matmul(l, 2, 0); }
void pulpnn_matmul_i8(const pulpnn_matmul_t *l) { matmul(l, 2, 1); }
void pulpnn_single_u8(const pulpnn_matmul_t *l) { matmul(l, 1, 0); }
void pulpnn_single_i8(const pulpnn_matmul_t *l) { matmul(l, 1, 1); }

static void rows(const pulpnn_rows_t *l, int is_signed) {
  for (uint32_t y = 0; y < l->rows; y++)
    for (uint32_t x = 0; x < l->width; x++) {
      const uint8_t *at = l->from + y * l->width + (x == 0 ? 0 : x - 1);
      const uint32_t *filter = x == 0 ? l->left : x + 1 == l->width ? l->right : l->first;
      uint32_t acc = 0;
      for (uint32_t r = 0; r < 3; r++) acc = dot(acc, word(at + r * l->width), filter[r], is_signed);
      const uint32_t q = requant_xcv(acc, l->channel, l->shift, l->range);
      l->out[(y * l->width + x) * l->step] = (uint8_t)(q + l->lo4);
    }
}

void pulpnn_rows_u8(const pulpnn_rows_t *l) { rows(l, 0); }
void pulpnn_rows_i8(const pulpnn_rows_t *l) { rows(l, 1); }

void pulpnn_sum(const pulpnn_sum_t *l) {
  for (uint32_t i = 0; i < l->count; i++) {
    const int32_t sum = l->skip[i] * l->mul_skip + l->branch[i] * l->mul_branch;
    const int32_t q = (sum + ((int32_t)1 << (l->shift - 1))) >> l->shift;
    l->out[i] = (int8_t)(q < l->lo ? l->lo : q > l->hi ? l->hi : q);
  }
}

#endif
