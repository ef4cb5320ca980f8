/*
 * Stride 1. 4 channels at a time in two steps, since no dot product runs over channels, and in HWC nothing else is
 * neighbours. First 4 input rows of a column (4 words of 4 channels) are transposed into a word per
 * channel, which holds 4 pixels below each other: all that two output rows need of this column. Then, channel
 * by channel with its constants in registers, 3 dot products per output.
 */
#include "depthwise_xcv.h"

enum { CHANNELS = 4, ROWS = 2, WINDOW = 4, WEIGHT_WORDS = 5 };

static uint32_t zeros; /* not const, which would lie in L2 */

/* Whether output row y and the one below it read no row outside of the tensor. */
static int inside(const depthwise_t *l, uint32_t y) {
  return y >= l->pad_top && y + WINDOW <= l->in_h + l->pad_top;
}

/* Words of the output rows from y to y + 2 * pairs. Only a single pair may read rows that are outside. */
static void gather(const depthwise_t *l, uint32_t channel, uint32_t y, uint32_t pairs,
                   uint32_t *to) {
  const uint32_t step = l->channels;
  const uint8_t *in = (const uint8_t *)l->in + channel;
  /* Wraps around for the row above the tensor. */
  const uint32_t row = y - l->pad_top, pitch = l->in_row_pitch;
  depthwise_xcv_gather_t block = {
      .row = {in + row * pitch, in + (row + 1) * pitch, in + (row + 2) * pitch,
              in + (row + 3) * pitch},
      .step = {step, step, step},
      .to = to,
      .pitch = 4 * (l->in_w + 2),
      .columns = l->in_w,
      .pairs = pairs,
      .row_step = ROWS * pitch - l->in_w * step};
  if (row >= l->in_h) block.row[0] = (const uint8_t *)&zeros, block.step[0] = 0;
  if (row + 3 >= l->in_h) block.row[3] = (const uint8_t *)&zeros, block.step[2] = 0;
  depthwise_xcv_gather(&block);
}

/* The columns of the filters of four channels, by the same permutation: its rows instead of those of the input. */
static void gather_weights(const depthwise_t *l, uint32_t channel, uint32_t *to) {
  const uint32_t step = l->channels;
  const uint8_t *w = (const uint8_t *)l->weights + channel;
  const depthwise_xcv_gather_t block = {
      .row = {w, w + 3 * step, w + 6 * step, (const uint8_t *)&zeros},
      .step = {step, step, 0},
      .to = to,
      .pitch = 4 * WEIGHT_WORDS,
      .columns = WEIGHT_WORDS - 2,
      .pairs = 1};
  depthwise_xcv_gather(&block);
}

void depthwise_xcv(const depthwise_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const depthwise_t *l = &layer->layer;
  if (l->stride == 2) {
    depthwise_xcv_stride2(layer, hart, harts);
    return;
  }
  const uint32_t words = l->in_w + 2;
  uint32_t *scratch = (uint32_t *)(layer->scratch + hart * layer->scratch_bytes);
  const uint32_t rows_at_once =
      layer->scratch_bytes / depthwise_xcv_line_bytes(l) * ROWS;
  void (*const kernel)(const depthwise_xcv_rows_t *) =
      l->in_signed ? depthwise_xcv_rows_i8 : depthwise_xcv_rows_u8;
  uint32_t weights[CHANNELS * WEIGHT_WORDS];
  depthwise_xcv_rows_t run = {.from = scratch,
                              .step = l->channels,
                              .row_step = l->out_w * l->channels,
                              .columns = l->in_w,
                              .pair_step = CHANNELS * 4 * words,
                              .weights = weights,
                              .channel_step = 4 * words,
                              .shift = layer->requant.shift,
                              .range = layer->requant.range,
                              .lo4 = layer->requant.lo4};
  const uint32_t groups = l->channels / CHANNELS;
  for (uint32_t group = groups * hart / harts; group < groups * (hart + 1) / harts; group++) {
    const uint32_t channel = CHANNELS * group;
    gather_weights(l, channel, weights);
    run.channels = &layer->requant.channels[channel];
    for (uint32_t y = 0; y < l->out_h;) {
      /* An odd last row is computed together with the one above it once more. */
      uint32_t first = y;
      uint32_t rows = l->out_h - y < rows_at_once ? l->out_h - y : rows_at_once;
      if (rows == 1) first--, rows = 2;
      rows &= ~1u;
      y = first + rows;
      for (uint32_t row = 0; row < rows;) {
        uint32_t pairs = 1;
        if (inside(l, first + row))
          while (row + ROWS * pairs < rows && inside(l, first + row + ROWS * pairs)) pairs++;
        gather(l, channel, first + row, pairs, scratch + row / ROWS * CHANNELS * words);
        row += ROWS * pairs;
      }
      run.pairs = rows / ROWS;
      run.out = (uint8_t *)l->out + first * run.row_step + channel;
      kernel(&run);
    }
  }
}
