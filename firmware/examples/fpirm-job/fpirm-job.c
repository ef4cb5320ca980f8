/*
 * A 3x3 convolution in single precision on racetrack memory: octobar run --preset fpirm fpirm-job.elf
 * The windows of the picture are a view of it, so that nothing is copied.
 */
#include "drivers/fpirm.h"
#include "pmsis.h"

enum { SIDE = 6, OUT = SIDE - 2, E = 4 };

/* Small whole numbers as bit patterns: 0, 1, 2, 3. */
static const uint32_t number[] = {0, 0x3f800000u, 0x40000000u, 0x40400000u};
static uint32_t picture[SIDE][SIDE], window[3][3], result[OUT][OUT];

int main(void) {
  for (unsigned y = 0; y < SIDE; y++)
    for (unsigned x = 0; x < SIDE; x++) picture[y][x] = number[(x + y) % 4];
  for (unsigned i = 0; i < 9; i++) window[i / 3][i % 3] = number[i % 2 + 1];

  fpirm_select();
  const fpirm_job_t job = {
      .operation = FPIRM_MATMUL, .format = FPIRM_FP32, .m1 = OUT, .m2 = OUT, .k1 = 3, .k2 = 3,
      .a = {.at = picture, .m1 = SIDE * E, .m2 = E, .k1 = SIDE * E, .k2 = E},
      .b = {.at = window, .k1 = 3 * E, .k2 = E},
      .c = {.at = result, .m1 = OUT * E, .m2 = E},
  };
  fpirm_submit(&job);
  fpirm_wait();

  int wrong = 0;
  for (unsigned y = 0; y < OUT; y++)
    for (unsigned x = 0; x < OUT; x++) {
      unsigned sum = 0;
      for (unsigned i = 0; i < 9; i++) sum += (x + y + i / 3 + i % 3) % 4 * (i % 2 + 1);
      /* The bits of a sum from 16 to 31: exponent 4, four bits of fraction. */
      const uint32_t expected = sum < 16 ? 0x41000000u + ((sum - 8) << 20) : 0x41800000u + ((sum - 16) << 19);
      printf("%3u%c", sum, x + 1 == OUT ? '\n' : ' ');
      wrong += result[y][x] != expected;
    }
  printf("%d of %d results differ\n", wrong, OUT * OUT);
  return wrong != 0;
}
