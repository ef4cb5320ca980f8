/* Whole depth-wise layers on their engine. */
#include "drivers/depthwise.h"
#include "drivers/timer.h"
#include "stream.h"

enum { SHIFT = 11 };

static uint8_t expected(const depthwise_t *l, uint32_t y, uint32_t x, uint32_t c) {
  const uint8_t *in = l->in;
  int32_t acc = 0;
  for (uint32_t tap = 0; tap < 9; tap++) {
    const uint32_t row = y * l->stride + tap / 3 - l->pad_top;
    const uint32_t col = x * l->stride + tap % 3 - l->pad_left;
    if (row < l->in_h && col < l->in_w)
      acc += in[(row * l->in_w + col) * l->channels + c] * l->weights[tap * l->channels + c];
  }
  const int32_t q = (acc + (1 << (SHIFT - 1))) >> SHIFT;
  return (uint8_t)(q < 0 ? 0 : q > 255 ? 255 : q);
}

/* A few channels of every pixel. */
static uint32_t count_wrong(const depthwise_t *l) {
  const uint8_t *out = l->out;
  uint32_t wrong = 0;
  for (uint32_t y = 0; y < l->out_h; y++)
    for (uint32_t x = 0; x < l->out_w; x++)
      for (uint32_t c = (y + x) % 7; c < l->channels; c += 29)
        wrong += out[(y * l->out_w + x) * l->channels + c] != expected(l, y, x, c);
  return wrong;
}

/* Padding above and left; an even input at stride 2 has it below and right only. */
static uint32_t pad_before(uint32_t in, uint32_t out, uint32_t stride) {
  const uint32_t total = (out - 1) * stride + 3 - in;
  return total / 2;
}

static uint32_t run(uint32_t id, const layer_run_t *r) {
  const uint32_t channels = r->channels, stride = r->stride;
  const uint32_t out_h = (r->height + stride - 1) / stride;
  const uint32_t out_w = (r->width + stride - 1) / stride;
  int32_t *mul = stream_operand(4 * channels, 0);
  int64_t *bias = stream_operand(8 * channels, 0);
  for (uint32_t c = 0; c < channels; c++) {
    mul[c] = 1;
    bias[c] = 0;
  }
  depthwise_t l = {.weights = stream_operand(9 * channels, WEIGHTS_FIRST),
                   .in_h = r->height, .in_w = r->width, .channels = channels, .out_h = out_h,
                   .out_w = out_w, .stride = stride,
                   .pad_top = pad_before(r->height, out_h, stride),
                   .pad_left = pad_before(r->width, out_w, stride),
                   .in_row_pitch = r->width * channels,
                   .requant = {mul, bias, SHIFT, 0, 255}};
  l.in = stream_operand(r->height * r->width * channels, INPUT_FIRST);
  l.out = stream_operand(out_h * out_w * channels, INPUT_FIRST);
  memset(l.out, 0x55, out_h * out_w * channels);

  timer_start(0);
  stream_begin(STREAM_RUNS + id);
  depthwise_submit(&l);
  depthwise_wait();
  stream_end(STREAM_RUNS + id);
  const uint32_t cycles = timer_get(0);
  const uint32_t wrong = stream_report("depthwise", cycles, count_wrong(&l));
  pi_l1_free(mul, 0);
  return wrong;
}

uint32_t layer_streams(void) {
  uint32_t wrong = 0;
  depthwise_select();
  for (uint32_t id = 0; id < STREAM_RUNS; id++) {
    const layer_run_t *r = &stream_settings.layers[id];
    if (r->height != 0) wrong += run(id, r);
  }
  return wrong;
}
