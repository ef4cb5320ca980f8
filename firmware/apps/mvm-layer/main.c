/*
 * The 14x14x64 to 384 expansion of a trained MobileNetV2 bottleneck, on the in-memory computing
 * engine of the machine and, exactly, on the harts. Prints and reports (octobar_metric) what the engine took
 * and how far its result is from the exact one. The same file runs on every preset.
 */
#include "drivers/mvm.h"
#include "kernels/pointwise.h"
#include "metric.h"
#include "pmsis.h"

/* generated/layer_data.S */
extern const struct {
  uint32_t pixels, rows, cols;
  uint32_t adc_m, adc_r;
  uint32_t exact_shift, code_shift;
  uint32_t exact_checksum;
} layer_shape;
extern const uint8_t layer_input[];
extern const uint32_t layer_cells[];
extern const uint8_t layer_exact_mul[], layer_exact_bias[], layer_code_mul[], layer_code_bias[];

/* Which tables the engine gets. The tool writes EXACT for ideal converters, whose codes are the sums. */
enum { CONVERTED = 1, EXACT = 2 };
extern const uint32_t layer_tables;
/* Registers of the macro's own extension; the tool writes them for studies. */
extern const struct {
  uint32_t count;
  ima_mode_t modes[8];
} layer_modes;

static void *fetch(const void *from, uint32_t bytes) {
  void *to = pi_l1_malloc(bytes);
  if (to == NULL) {
    printf("mvm-layer: %lu bytes do not fit the TCDM, %u are left\n", bytes, pi_l1_available());
    exit(3);
  }
  pi_cl_dma_cmd_t copy;
  pi_cl_dma_cmd((uint32_t)from, (uint32_t)to, bytes, PI_CL_DMA_DIR_EXT2LOC, &copy);
  pi_cl_dma_cmd_wait(&copy);
  return to;
}

/* The weights as the harts want them, [cols][rows]. */
static int8_t *unpack_weights(void) {
  const uint32_t rows = layer_shape.rows;
  int8_t *weights = pi_l1_malloc(rows * layer_shape.cols);
  if (weights == NULL) exit(3);
  for (uint32_t c = 0; c < layer_shape.cols; c++)
    for (uint32_t r = 0; r < rows; r++) {
      const int32_t byte = (int32_t)(layer_cells[c / 4 * rows + r] << (24 - 8 * (c % 4)));
      weights[c * rows + r] = (int8_t)(16 * (byte << 4 >> 28) + (byte >> 28));
    }
  return weights;
}

static void exact_part(void *arg) {
  pointwise_cores(arg, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

static uint32_t checksum(const uint8_t *bytes, uint32_t count) {
  uint32_t hash = 0x811c9dc5u;
  for (uint32_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 0x01000193u;
  return hash;
}

static void report(const char *name, const char *unit, uint32_t value, uint32_t decimals) {
  octobar_metric(name, unit, (int32_t)value, decimals);
}

/* a / b bit by bit: the compiler's helper for it would bring its own debug information along. */
static uint32_t quotient(uint64_t a, uint64_t b) {
  uint64_t rest = 0;
  uint32_t q = 0;
  for (int bit = 63; bit >= 0; bit--) {
    rest = rest << 1 | (a >> bit & 1);
    q <<= 1;
    if (b != 0 && rest >= b) {
      rest -= b;
      q |= 1;
    }
  }
  return q;
}

static void report_error(const uint8_t *result, const uint8_t *exact, uint32_t count) {
  uint32_t differing = 0, largest = 0;
  uint64_t squares = 0, signal = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t error = result[i] - exact[i];
    const uint32_t size = (uint32_t)(error < 0 ? -error : error);
    differing += size != 0;
    largest = size > largest ? size : largest;
    squares += size * size;
    signal += (uint32_t)exact[i] * exact[i];
  }
  /* In millionths, which keeps small errors visible. */
  const uint32_t relative = quotient(squares * 1000000, signal);
  const uint32_t mean = quotient(squares * 1000, count);
  printf("against exact: %lu of %lu outputs differ, by %lu codes at most, mean square error %lu/1000 codes^2\n",
         differing, count, largest, mean);
  report("outputs", "", count, 0);
  report("outputs_differing", "", differing, 0);
  report("largest_error", "codes", largest, 0);
  report("mean_square_error", "codes^2", mean, 3);
  report("error_to_signal_power", "", relative, 6);
}

int main(void) {
  const uint32_t pixels = layer_shape.pixels, rows = layer_shape.rows, cols = layer_shape.cols;
  const int ideal = layer_tables == EXACT;
  const uint8_t *in = fetch(layer_input, pixels * rows);
  const int32_t *exact_mul = fetch(layer_exact_mul, 4 * cols);
  const int64_t *exact_bias = fetch(layer_exact_bias, 8 * cols);
  const int32_t *code_mul = fetch(layer_code_mul, 4 * cols);
  const int64_t *code_bias = fetch(layer_code_bias, 8 * cols);
  uint8_t *result = pi_l1_malloc(pixels * cols), *exact = pi_l1_malloc(pixels * cols);
  if (result == NULL || exact == NULL) exit(3);

  const mvm_layer_t layer = {.in = in, .out = result, .pixels = pixels, .rows = rows, .cols = cols,
                             .cells = layer_cells, .in_signed = 1, .adc_m = layer_shape.adc_m,
                             .adc_r = layer_shape.adc_r,
                             .modes = layer_modes.modes, .n_modes = layer_modes.count, .mul = ideal ? exact_mul : code_mul,
                             .bias = ideal ? exact_bias : code_bias,
                             .shift = ideal ? layer_shape.exact_shift : layer_shape.code_shift,
                             .lo = 0, .hi = 255};
  mvm_report_t took;
  if (mvm_layer_run(&layer, &took) != 0) {
    printf("mvm-layer: no room in the TCDM for partial sums\n");
    return 3;
  }
  printf("layer: %lu pixels, %lu inputs, %lu outputs\n", pixels, rows, cols);
  printf("engine: %lu jobs, arrays filled %lu times, %lu row tiles an output\n", took.jobs, took.loads,
         took.row_tiles);
  printf("cycles: %lu writing weights, %lu computing\n", took.program_cycles, took.run_cycles);
  report("program_cycles", "cycles", took.program_cycles, 0);
  report("run_cycles", "cycles", took.run_cycles, 0);
  report("array_loads", "", took.loads, 0);
  report("jobs", "", took.jobs, 0);

  const pointwise_t whole = {.in = in, .out = exact, .weights = unpack_weights(), .pixels = pixels,
                             .rows = rows, .cols = cols, .in_pitch = rows, .out_pitch = cols,
                             .in_signed = 1,
                             .requant = {exact_mul, exact_bias, layer_shape.exact_shift, 0, 255}};
  pi_cl_team_fork(0, exact_part, (void *)&whole);
  if (checksum(exact, pixels * cols) != layer_shape.exact_checksum) {
    printf("mvm-layer: the harts computed another result than the reference executor\n");
    return 1;
  }
  report_error(result, exact, pixels * cols);
  return 0;
}
