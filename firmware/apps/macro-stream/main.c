/*
 * A stream of equal products in the own modes of whatever macro the machine has: random cells and inputs, the
 * sums clipped to a byte are the result. Reports cycles; the tool reads the counters of the engine.
 */
#include "drivers/hwpe.h"
#include "drivers/ima.h"
#include "drivers/timer.h"
#include "hal/generated/ima.h"
#include "hal/mmio.h"
#include "metric.h"
#include "pmsis.h"

/* What to run; a constant in L2 that the tool overwrites. Layout: src/reproduce/macro-stream-app.ts. */
typedef struct settings {
  uint32_t rows, outputs, products;
  uint32_t input_mask;  /* of a random byte */
  uint32_t weight_bits; /* contiguous bits of a row that an output takes, for the check; 0: no check */
  uint32_t n_modes;
  ima_mode_t modes[8];
} settings_t;

/* Defined in settings.S, so that no compiler knows its value. */
extern const settings_t macro_settings;

static uint32_t scramble(uint32_t index) {
  uint32_t x = (index + 1) * 0x9e3779b1u;
  x ^= x >> 15;
  x *= 0x85ebca6bu;
  return x ^ x >> 13;
}

static void *room(uint32_t bytes) {
  void *to = pi_l1_malloc(bytes);
  if (to == NULL) {
    printf("macro-stream: %lu bytes do not fit the TCDM\n", bytes);
    exit(3);
  }
  return to;
}

static void put(uint32_t offset, uint32_t value) { mmio_write(IMA_BASE + offset, value); }

/* The exact sum of an output: two's complement of `bits` bits, a single one unsigned. */
static int32_t expected(const uint32_t *cells, uint32_t words, const uint8_t *in, uint32_t rows,
                        uint32_t output, uint32_t bits) {
  int32_t sum = 0;
  for (uint32_t row = 0; row < rows; row++) {
    int32_t weight = 0;
    for (uint32_t b = 0; b < bits; b++) {
      const uint32_t at = output * bits + b;
      const int32_t bit = (int32_t)(cells[row * words + at / 32] >> (at % 32) & 1) << b;
      weight += b == bits - 1 && bits > 1 ? -bit : bit;
    }
    sum += weight * in[row];
  }
  return sum < -128 ? -128 : sum > 127 ? 127 : sum;
}

int main(void) {
  const settings_t *s = &macro_settings;
  ima_capability_t capability;
  ima_select();
  ima_get_capability(&capability);
  const uint32_t words = (capability.cols + 7) / 8;
  uint32_t *cells = room(4 * words * s->rows);
  uint8_t *in = room(s->products * s->rows);
  int8_t *out = room(s->products * s->outputs);
  for (uint32_t i = 0; i < words * s->rows; i++) cells[i] = scramble(i);
  for (uint32_t i = 0; i < s->products * s->rows; i++)
    in[i] = (uint8_t)(scramble(0x100000 + i) & s->input_mask);
  ima_plot(0, 0, 0, capability.cols, s->rows, cells);

  hwpe_acquire(IMA_BASE, HWPE_SLOT_IMA);
  put(IMA_J_WIDTH, s->outputs);
  put(IMA_J_HIGHT, s->rows);
  put(IMA_J_SRC_ADDR, (uint32_t)in);
  put(IMA_J_DST_ADDR, (uint32_t)out);
  put(IMA_JOB_LINE_LENGTH, s->rows);
  put(IMA_NUM_JOBS, s->products);
  put(IMA_ALPHA_IN_LENGTH, s->products);
  put(IMA_ALPHA_IN_STRIDE, s->rows);
  put(IMA_ALPHA_OUT_LENGTH, s->products);
  put(IMA_ALPHA_OUT_STRIDE, s->outputs);
  put(IMA_INPUT_SIGNED, 0);
  put(IMA_REQUANT, 0);
  for (uint32_t i = 0; i < s->n_modes; i++) put(s->modes[i].offset, s->modes[i].value);
  timer_start(0);
  hwpe_trigger_job(IMA_BASE);
  ima_wait();
  const uint32_t cycles = timer_get(0);
  printf("%lu products of %lu x %lu: %lu cycles\n", s->products, s->rows, s->outputs, cycles);
  octobar_metric("stream_cycles", "cycles", (int32_t)cycles, 0);

  /* A sample that meets every output. */
  uint32_t wrong = 0;
  uint64_t squares = 0;
  uint32_t compared = 0;
  for (uint32_t p = 0; s->weight_bits != 0 && p < s->products; p += 7)
    for (uint32_t c = p % 5; c < s->outputs; c += 5) {
      const int32_t error = out[p * s->outputs + c] -
                            expected(cells, words, in + p * s->rows, s->rows, c, s->weight_bits);
      wrong += error != 0;
      squares += (uint32_t)(error * error);
      compared++;
    }
  octobar_metric("outputs_compared", "", (int32_t)compared, 0);
  octobar_metric("outputs_differing", "", (int32_t)wrong, 0);
  octobar_metric("square_errors", "", (int32_t)squares, 0);
  return 0;
}
