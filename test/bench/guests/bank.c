/* Every hart reads one word again and again: all wait for one bank. */
#include "bench.h"

static volatile uint32_t word = 3;

uint32_t pass(int hart, int harts, uint32_t number) {
  uint32_t sum = number + (uint32_t)hart;
  (void)harts;
  for (int i = 0; i < 1000; i++) {
    sum += word;
    sum ^= word << 1;
    sum += word;
    sum ^= word << 2;
  }
  return sum;
}
