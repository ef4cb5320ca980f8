/* Quicksort of 1024 words, a sieve up to 4096 and Euclid's divisions, each hart on data of its own. */
#include "bench.h"

#define COUNT 1024
#define LIMIT 4096

static int32_t items[MAX_HARTS][COUNT];
static uint8_t composite[MAX_HARTS][LIMIT];

static void quicksort(int32_t *low, int32_t *high) {
  while (low < high) {
    int32_t pivot = low[(high - low) / 2];
    int32_t *i = low - 1, *j = high + 1;
    for (;;) {
      do i++; while (*i < pivot);
      do j--; while (*j > pivot);
      if (i >= j) break;
      int32_t t = *i;
      *i = *j;
      *j = t;
    }
    quicksort(low, j);
    low = j + 1;
  }
}

static uint32_t primes(uint8_t *flags) {
  uint32_t count = 0;
  for (int i = 0; i < LIMIT; i++) flags[i] = 0;
  for (int i = 2; i < LIMIT; i++) {
    if (flags[i]) continue;
    count++;
    for (int j = i * i; j < LIMIT; j += i) flags[j] = 1;
  }
  return count;
}

static uint32_t gcd(uint32_t a, uint32_t b) {
  while (b != 0) {
    uint32_t r = a % b;
    a = b;
    b = r;
  }
  return a;
}

uint32_t pass(int hart, int harts, uint32_t number) {
  int32_t *mine = items[hart];
  uint32_t state = number * 8 + (uint32_t)hart, sum = 0;
  (void)harts;
  for (int i = 0; i < COUNT; i++) mine[i] = (int32_t)next_random(&state);
  quicksort(mine, mine + COUNT - 1);
  for (int i = 1; i < COUNT; i++) sum += mine[i - 1] <= mine[i];
  sum = sum * 31 + primes(composite[hart]);
  for (int i = 1; i < 200; i++) sum += gcd((uint32_t)mine[i], (uint32_t)mine[COUNT - i]);
  return sum;
}
