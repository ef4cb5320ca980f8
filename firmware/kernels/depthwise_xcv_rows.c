/* The steps of depthwise_xcv_rows.S in C, for machines that are not the target. */
#include "depthwise_xcv.h"

#ifndef __riscv

#include "requant_xcv_c.h"

void depthwise_xcv_gather(const depthwise_xcv_gather_t *block) {
  const uint32_t words = block->pitch / 4;
  for (uint32_t line = 0; line < 4 * block->pairs; line++) {
    uint32_t *to = block->to + line * words;
    for (uint32_t x = 0; x < block->columns; x++) {
      to[x] = 0;
      for (uint32_t r = 0; r < 4; r++) {
        const uint32_t step = block->step[r == 0 ? 0 : (r + 1) / 2];
        const uint32_t pair_step = block->columns * step + block->row_step;
        const uint8_t *at = block->row[r] + line / 4 * pair_step;
        to[x] |= (uint32_t)at[x * step + line % 4] << 8 * r;
      }
    }
    to[block->columns] = 0;
  }
}

static uint32_t dot(uint32_t acc, uint32_t v, uint32_t w, int is_signed) {
  return is_signed ? cv_sdotsp_b(acc, v, w) : cv_sdotusp_b(acc, v, w);
}

static void channel_rows(const depthwise_xcv_rows_t *l, uint32_t channel, int is_signed) {
  const uint32_t *weights = l->weights + 5 * channel;
  for (uint32_t y = 0; y < 2 * l->pairs; y++) {
    const uint32_t *v = l->from + channel * (l->channel_step / 4) + y / 2 * (l->pair_step / 4);
    const uint32_t below = y % 2 * 8;
    for (uint32_t x = 0; x < l->columns; x++) {
      uint32_t acc = 0;
      if (x > 0) acc = dot(acc, v[x - 1], weights[0] << below, is_signed);
      acc = dot(acc, v[x], weights[1] << below, is_signed);
      acc = dot(acc, v[x + 1], weights[2] << below, is_signed);
      const uint32_t q = requant_xcv(acc, &l->channels[channel], l->shift, l->range);
      l->out[y * l->row_step + x * l->step + channel] = (uint8_t)(q + l->lo4);
    }
  }
}

static void rows(const depthwise_xcv_rows_t *l, int is_signed) {
  for (uint32_t channel = 0; channel < 4; channel++) channel_rows(l, channel, is_signed);
}

void depthwise_xcv_rows_u8(const depthwise_xcv_rows_t *l) { rows(l, 0); }
void depthwise_xcv_rows_i8(const depthwise_xcv_rows_t *l) { rows(l, 1); }

static void channel_tiles(const depthwise_xcv_tiles_t *l, uint32_t channel, int is_signed) {
  const uint32_t *weights = l->weights[channel];
  for (uint32_t y = 0; y < l->rows; y++)
    for (uint32_t x = 0; x < l->columns; x++) {
      const uint32_t *upper = l->from + channel * (l->channel_step / 4) + y * (l->line / 4) + x;
      const uint32_t *lower = upper + l->line / 4;
      uint32_t acc = 0;
      acc = dot(acc, upper[0], weights[0], is_signed);
      acc = dot(acc, upper[1], weights[1], is_signed);
      acc = dot(acc, lower[0], weights[2], is_signed);
      acc = dot(acc, lower[1], weights[3], is_signed);
      const uint32_t q = requant_xcv(acc, &l->channels[channel], l->shift, l->range);
      l->out[(y * l->columns + x) * l->step + channel] = (uint8_t)(q + l->lo4);
    }
}

static void tiles(const depthwise_xcv_tiles_t *l, int is_signed) {
  for (uint32_t channel = 0; channel < 4; channel++) channel_tiles(l, channel, is_signed);
}

void depthwise_xcv_tiles_u8(const depthwise_xcv_tiles_t *l) { tiles(l, 0); }
void depthwise_xcv_tiles_i8(const depthwise_xcv_tiles_t *l) { tiles(l, 1); }

#endif
