/* One job on the in-memory computing engine: 16 inputs times an 16 x 8 matrix of 4-bit weights. */
#include "drivers/ima.h"
#include "pmsis.h"

enum { ROWS = 16, COLS = 8 };

static int8_t weight(uint32_t row, uint32_t col) { return (int8_t)((row * 3 + col) % 16) - 8; }

static int8_t input[ROWS], output[COLS];
static int32_t mul[COLS];
static int64_t bias[COLS];

int main(void) {
  uint32_t cells[ROWS]; /* one word holds the 8 weights of a row, lowest nibble first */
  for (unsigned row = 0; row < ROWS; row++) {
    input[row] = (int8_t)(row * 5) - 30;
    cells[row] = 0;
    for (unsigned col = 0; col < COLS; col++) cells[row] |= (weight(row, col) & 15u) << 4 * col;
  }
  for (unsigned col = 0; col < COLS; col++) mul[col] = 1;

  ima_select();
  ima_plot(0, 0, 0, COLS, ROWS, cells);

  /* The converter maps a column sum s to round(s * 128 / 2^12); nothing is scaled after it. */
  const ima_row_tile_t place = {.rows = ROWS, .array = 0, .x = 0, .y = 0};
  const ima_job_t job = {.src = input, .dst = output, .pixels = 1, .cols = COLS, .n_row_tiles = 1,
                         .row_tiles = &place, .line_bytes = ROWS, .line_stride = ROWS,
                         .block_lines = 1, .block_stride = ROWS, .weight_bits = 4, .in_signed = 1,
                         .adc_m = 128, .adc_r = 12, .mul = mul, .bias = bias, .shift = 1,
                         .lo = -128, .hi = 127};
  ima_submit(&job);
  ima_wait();

  int wrong = 0;
  for (unsigned col = 0; col < COLS; col++) {
    int sum = 0;
    for (unsigned row = 0; row < ROWS; row++) sum += input[row] * weight(row, col);
    const int size = ((sum < 0 ? -sum : sum) * 128 + 2048) >> 12;
    const int code = sum < 0 ? -size : size;
    const int expected = (code + 1) >> 1; /* shift 1, rounded */
    printf("column %u: sum %5d, output %3d\n", col, sum, output[col]);
    wrong += output[col] != expected;
  }
  return wrong;
}
