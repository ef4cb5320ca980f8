/* A software engine behind the interface of drivers/depthwise.h; see ima_soft.c. */
#include <stdio.h>
#include <stdlib.h>

#include "../drivers/depthwise.h"

static int selected;

void depthwise_select(void) { selected = 1; }

void depthwise_submit(const depthwise_t *l) {
  if (!selected || l->channels % 16 != 0) {
    fprintf(stderr, "depthwise_soft: not selected, or channels are no multiple of 16\n");
    exit(1);
  }
  const int64_t half = (int64_t)1 << (l->requant.shift - 1);
  for (uint32_t y = 0; y < l->out_h; y++)
    for (uint32_t x = 0; x < l->out_w; x++)
      for (uint32_t c = 0; c < l->channels; c++) {
        int64_t acc = 0;
        for (int32_t tap = 0; tap < 9; tap++) {
          const int32_t row = (int32_t)(y * l->stride) - (int32_t)l->pad_top + tap / 3;
          const int32_t col = (int32_t)(x * l->stride) - (int32_t)l->pad_left + tap % 3;
          if (row < 0 || col < 0 || row >= (int32_t)l->in_h || col >= (int32_t)l->in_w) continue;
          const uint8_t byte = ((const uint8_t *)l->in)[(uint32_t)row * l->in_row_pitch +
                                                        (uint32_t)col * l->channels + c];
          acc += (l->in_signed ? (int8_t)byte : byte) * l->weights[(uint32_t)tap * l->channels + c];
        }
        const int64_t q = (acc * l->requant.mul[c] + l->requant.bias[c] + half) >> l->requant.shift;
        ((uint8_t *)l->out)[(y * l->out_w + x) * l->channels + c] =
            (uint8_t)(q < l->requant.lo ? l->requant.lo : q > l->requant.hi ? l->requant.hi : q);
      }
}

void depthwise_wait(void) {}
