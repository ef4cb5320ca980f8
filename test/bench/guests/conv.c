/* int8 1x1 convolution, 64 pixels x 64 inputs x 32 outputs; pixels are dealt out to the harts. */
#include "bench.h"

#define PIXELS 64
#define IN 64
#define OUT 32

static int8_t input[PIXELS][IN];
static int8_t weight[OUT][IN];
static int8_t output[PIXELS][OUT];

static void fill(void) {
  uint32_t state = 1;
  for (int p = 0; p < PIXELS; p++)
    for (int i = 0; i < IN; i++) input[p][i] = (int8_t)next_random(&state);
  for (int o = 0; o < OUT; o++)
    for (int i = 0; i < IN; i++) weight[o][i] = (int8_t)next_random(&state);
}

uint32_t pass(int hart, int harts, uint32_t number) {
  uint32_t sum = 0;
  if (number == 0) {
    /* The barrier at its end lets the others see the data. */
    if (hart == 0) fill();
    return 0;
  }
  for (int p = hart; p < PIXELS; p += harts) {
    for (int o = 0; o < OUT; o++) {
      int32_t acc = 0;
      for (int i = 0; i < IN; i++) acc += input[p][i] * weight[o][i];
      acc = (acc + 64) >> 7;
      acc = acc > 127 ? 127 : acc < -128 ? -128 : acc;
      output[p][o] = (int8_t)acc;
      sum += (uint32_t)acc * (uint32_t)(o + 1);
    }
  }
  return sum;
}
