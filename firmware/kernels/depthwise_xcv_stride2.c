/*
 * Stride 2. The input is cut into tiles of 2 x 2 pixels such that the window of output (y, x) is tile (y, x), the
 * left half of (y, x + 1), the upper half of (y + 1, x) and a corner of (y + 1, x + 1). Four channels at a time are
 * gathered, each tile of a channel into a word; then an output takes 4 dot products, and each word serves 4 outputs.
 * The bytes of a word: lower left, upper left, upper right, lower right, because the gathering of depthwise_xcv.c,
 * whose four rows these pixels take the place of, steps its second and third row alike.
 */
#include "depthwise_xcv.h"

enum { CHANNELS = 4 };
/* Byte of a pixel in its tile. */
enum { LOWER_LEFT, UPPER_LEFT, UPPER_RIGHT, LOWER_RIGHT };

static uint32_t zeros; /* not const, which would lie in L2 */

static uint32_t word_at(const depthwise_t *l, uint32_t channel, uint32_t row, uint32_t column) {
  /* Above and left of the tensor these wrap around, and are outside as well. */
  if (row >= l->in_h || column >= l->in_w) return 0;
  return *(const uint32_t *)((const uint8_t *)l->in + row * l->in_row_pitch +
                             column * l->channels + channel);
}

/* A tile of which a part may lie outside. */
static void border_tile(const depthwise_t *l, uint32_t channel, uint32_t row, uint32_t column,
                        uint32_t *to, uint32_t words) {
  uint32_t upper_left = word_at(l, channel, row, column);
  uint32_t upper_right = word_at(l, channel, row, column + 1);
  uint32_t lower_left = word_at(l, channel, row + 1, column);
  uint32_t lower_right = word_at(l, channel, row + 1, column + 1);
  for (uint32_t k = 0; k < CHANNELS; k++, to += words) {
    *to = (lower_left & 255) << 8 * LOWER_LEFT | (upper_left & 255) << 8 * UPPER_LEFT |
          (upper_right & 255) << 8 * UPPER_RIGHT | (lower_right & 255) << 8 * LOWER_RIGHT;
    upper_left >>= 8, upper_right >>= 8, lower_left >>= 8, lower_right >>= 8;
  }
}

/* Rows of tiles from `row` on. Only a single one may have pixels above or below the tensor. */
static void gather(const depthwise_t *l, uint32_t channel, uint32_t row, uint32_t lines,
                   uint32_t *to) {
  const depthwise_xcv_grid_t grid = depthwise_xcv_grid(l);
  const uint32_t words = grid.columns + 2, step = l->channels, pitch = l->in_row_pitch;
  const uint32_t upper = 2 * row - l->pad_top, lower = upper + 1;
  const uint32_t left = 2 * grid.first - l->pad_left;
  const uint8_t *in = (const uint8_t *)l->in + channel + left * step;
  const uint8_t *above = in + upper * pitch, *below = in + lower * pitch;
  depthwise_xcv_gather_t block = {.row = {below, above, above + step, below + step},
                                  .step = {2 * step, 2 * step, 2 * step},
                                  .to = to + grid.first,
                                  .pitch = 4 * words,
                                  .columns = grid.columns,
                                  .pairs = lines,
                                  .row_step = 2 * pitch - grid.columns * 2 * step};
  if (upper >= l->in_h) {
    block.row[1] = block.row[2] = (const uint8_t *)&zeros;
    block.step[1] = 0;
  }
  if (lower >= l->in_h) {
    block.row[0] = block.row[3] = (const uint8_t *)&zeros;
    block.step[0] = block.step[2] = 0;
  }
  depthwise_xcv_gather(&block);
  /* Tiles beside those inside; the one behind them is zero already. */
  const uint32_t end = grid.first + grid.columns;
  for (uint32_t line = 0; line < lines; line++, to += CHANNELS * words) {
    const uint32_t at = upper + 2 * line;
    if (grid.first == 1) border_tile(l, channel, at, 0 - l->pad_left, to, words);
    if (2 * end - l->pad_left < l->in_w)
      border_tile(l, channel, at, 2 * end - l->pad_left, to + end, words);
  }
}

/* All rows of tiles that the output rows [y, y + rows) need. */
static void gather_all(const depthwise_t *l, uint32_t channel, uint32_t y, uint32_t rows,
                       uint32_t *to) {
  const uint32_t line_words = depthwise_xcv_line_bytes(l) / 4;
  for (uint32_t line = 0; line <= rows;) {
    uint32_t lines = 0;
    if (y + line > 0 || l->pad_top == 0)
      while (line + lines <= rows && 2 * (y + line + lines) + 1 - l->pad_top < l->in_h) lines++;
    if (lines == 0) lines = 1;
    gather(l, channel, y + line, lines, to + line * line_words);
    line += lines;
  }
}

static uint32_t tap(const int8_t *weights, uint32_t channels, uint32_t index, uint32_t byte) {
  return (uint32_t)(uint8_t)weights[index * channels] << 8 * byte;
}

void depthwise_xcv_stride2(const depthwise_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const depthwise_t *l = &layer->layer;
  const uint32_t n = l->channels, line_bytes = depthwise_xcv_line_bytes(l);
  uint32_t *scratch = (uint32_t *)(layer->scratch + hart * layer->scratch_bytes);
  const uint32_t at_once = layer->scratch_bytes / line_bytes - 1;
  void (*const kernel)(const depthwise_xcv_tiles_t *) =
      l->in_signed ? depthwise_xcv_tiles_i8 : depthwise_xcv_tiles_u8;
  depthwise_xcv_tiles_t run = {.line = line_bytes,
                               .step = n,
                               .columns = l->out_w,
                               .shift = layer->requant.shift,
                               .range = layer->requant.range,
                               .lo4 = layer->requant.lo4,
                               .channel_step = line_bytes / CHANNELS};
  const uint32_t groups = n / CHANNELS;
  for (uint32_t group = groups * hart / harts; group < groups * (hart + 1) / harts; group++) {
    const uint32_t channel = CHANNELS * group;
    uint32_t weights[CHANNELS][4];
    for (uint32_t k = 0; k < CHANNELS; k++) {
      const int8_t *w = l->weights + channel + k;
      weights[k][0] = tap(w, n, 0, UPPER_LEFT) | tap(w, n, 1, UPPER_RIGHT) |
                      tap(w, n, 3, LOWER_LEFT) | tap(w, n, 4, LOWER_RIGHT);
      weights[k][1] = tap(w, n, 2, UPPER_LEFT) | tap(w, n, 5, LOWER_LEFT);
      weights[k][2] = tap(w, n, 6, UPPER_LEFT) | tap(w, n, 7, UPPER_RIGHT);
      weights[k][3] = tap(w, n, 8, UPPER_LEFT);
    }
    run.weights = (const uint32_t(*)[4])weights;
    run.channels = &layer->requant.channels[channel];
    run.from = scratch;
    for (uint32_t y = 0; y < l->out_h; y += at_once) {
      run.rows = l->out_h - y < at_once ? l->out_h - y : at_once;
      gather_all(l, channel, y, run.rows, scratch);
      run.out = (uint8_t *)l->out + y * l->out_w * n + channel;
      kernel(&run);
    }
  }
}
