/* Full matrix-vector products: all rows and all columns of array 0, one input vector after another. */
#include "drivers/hwpe.h"
#include "drivers/ima.h"
#include "drivers/timer.h"
#include "hal/generated/ima.h"
#include "hal/mmio.h"
#include "stream.h"

/* code = round(sum / 128): random operands fill the range of the converter and clip now and then. */
enum { ADC_M = 1, ADC_R = 7 };

static uint32_t rows, cols;
static const uint32_t *cells;
static const int8_t *input;
static int8_t *output;
static int32_t *mul;
static int64_t *bias;

static void put(uint32_t offset, uint32_t value) { mmio_write(IMA_BASE + offset, value); }

/* The driver always requantises, so a job whose codes are the result is written here. */
static void submit_codes(const int8_t *from, int8_t *to, uint32_t products) {
  hwpe_acquire(IMA_BASE, HWPE_SLOT_IMA);
  put(IMA_J_START_X, 0);
  put(IMA_J_START_Y, 0);
  put(IMA_ARRAY, 0);
  put(IMA_J_WIDTH, cols);
  put(IMA_J_HIGHT, rows);
  put(IMA_J_SRC_ADDR, (uint32_t)from);
  put(IMA_J_DST_ADDR, (uint32_t)to);
  put(IMA_JOB_LINE_LENGTH, rows);
  put(IMA_JOB_FEAT_LENGTH, 1);
  put(IMA_NUM_JOBS, products);
  put(IMA_ALPHA_IN_LENGTH, products);
  put(IMA_ALPHA_IN_STRIDE, rows);
  put(IMA_ALPHA_OUT_LENGTH, products);
  put(IMA_ALPHA_OUT_STRIDE, cols);
  put(IMA_WEIGHT_BITS, 4);
  put(IMA_INPUT_SIGNED, 1);
  put(IMA_ADC_M, ADC_M);
  put(IMA_ADC_R, ADC_R);
  put(IMA_ROW_TILES, 1);
  put(IMA_REQUANT, 0);
  hwpe_trigger_job(IMA_BASE);
}

static void submit_requantised(const int8_t *from, int8_t *to, uint32_t products) {
  const ima_row_tile_t whole = {.rows = rows, .array = 0, .x = 0, .y = 0};
  const ima_job_t job = {.src = from, .dst = to, .pixels = products, .cols = cols,
                         .n_row_tiles = 1, .row_tiles = &whole, .line_bytes = rows,
                         .line_stride = rows, .block_lines = 1, .block_stride = rows,
                         .in = {.length = products, .stride = (int32_t)rows},
                         .out = {.length = products, .stride = (int32_t)cols}, .weight_bits = 4,
                         .in_signed = 1, .adc_m = ADC_M, .adc_r = ADC_R, .mul = mul, .bias = bias,
                         .shift = 1, .lo = -128, .hi = 127};
  ima_submit(&job);
}

static int32_t expected(uint32_t product, uint32_t col, int requantise) {
  int32_t sum = 0;
  for (uint32_t row = 0; row < rows; row++) {
    const uint32_t word = cells[row * ((cols + 7) / 8) + col / 8];
    sum += input[product * rows + row] * ((int32_t)(word << (28 - 4 * (col % 8))) >> 28);
  }
  const int32_t size = ((sum < 0 ? -sum : sum) * ADC_M + (1 << (ADC_R - 1))) >> ADC_R;
  int32_t code = sum < 0 ? -size : size;
  code = code < -128 ? -128 : code > 127 ? 127 : code;
  return requantise ? (code + 1) >> 1 : code;
}

/* A sample: every product at a few columns would take longer than the stream itself. */
static uint32_t count_wrong(uint32_t products, int requantise) {
  uint32_t wrong = 0;
  const uint32_t step = products / 8 + 1;
  for (uint32_t p = 0; p < products; p += step)
    for (uint32_t col = p % 13; col < cols; col += 37)
      wrong += output[p * cols + col] != expected(p, col, requantise);
  const uint32_t last = products - 1;
  for (uint32_t col = 0; col < cols; col += 31)
    wrong += output[last * cols + col] != expected(last, col, requantise);
  return wrong;
}

static uint32_t run(uint32_t id, uint32_t triggers, uint32_t products, int requantise) {
  void (*const submit)(const int8_t *, int8_t *, uint32_t) =
      requantise ? submit_requantised : submit_codes;
  memset(output, 0x55, triggers * products * cols);
  timer_start(0);
  stream_begin(id);
  for (uint32_t i = 0; i < triggers; i++)
    submit(input + i * products * rows, output + i * products * cols, products);
  ima_wait();
  stream_end(id);
  const uint32_t cycles = timer_get(0);
  return stream_report("ima", cycles, count_wrong(triggers * products, requantise));
}

uint32_t ima_streams(void) {
  uint32_t most = 0, wrong = 0;
  for (uint32_t id = 0; id < STREAM_RUNS; id++) {
    const ima_run_t *r = &stream_settings.ima[id];
    if (r->triggers * r->products > most) most = r->triggers * r->products;
  }
  if (most == 0) return 0;
  ima_capability_t capability;
  ima_select();
  ima_get_capability(&capability);
  rows = capability.rows;
  cols = capability.cols;
  cells = stream_operand((cols + 7) / 8 * 4 * rows, CELLS_FIRST);
  input = stream_operand(most * rows, INPUT_FIRST);
  output = stream_operand(most * cols, INPUT_FIRST);
  mul = stream_operand(4 * cols, 0);
  bias = stream_operand(8 * cols, 0);
  for (uint32_t col = 0; col < cols; col++) {
    mul[col] = 1;
    bias[col] = 0;
  }
  ima_plot(0, 0, 0, cols, rows, cells);
  for (uint32_t id = 0; id < STREAM_RUNS; id++) {
    const ima_run_t *r = &stream_settings.ima[id];
    if (r->triggers * r->products != 0) wrong += run(id, r->triggers, r->products, r->requantise != 0);
  }
  pi_l1_free((void *)cells, 0);
  return wrong;
}
