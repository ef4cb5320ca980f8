/*
 * The same network with 8-bit integers: products by the engine's integer jobs, all weights resident in two
 * arrays; the harts take the means of 2x2.
 */
#include "drivers/ima.h"
#include "lenet.h"
#include "pmsis.h"

/* As the tool writes it; cells, mul and bias are bytes from the first layer on. */
typedef struct integer_layer {
  uint32_t cells; /* [rows][ceil(outputs / 4)] words: nibble 2 i of a word is hi, 2 i + 1 lo of output i */
  uint32_t mul;   /* int32_t [outputs] */
  uint32_t bias;  /* int64_t [outputs] */
  uint32_t shift;
  int32_t lo, hi;
} integer_layer_t;

enum { CONV1, CONV2, DENSE1, DENSE2, DENSE3, LAYERS };

static const ima_row_tile_t places[LAYERS] = {
    [CONV1] = {.rows = TAPS, .array = 0, .x = 0},          [CONV2] = {.rows = TAPS * C1, .array = 0, .x = 16},
    [DENSE1] = {.rows = FLAT, .array = 1, .x = 0},         [DENSE2] = {.rows = H1, .array = 0, .x = 48},
    [DENSE3] = {.rows = H2, .array = 0, .x = 216},
};
static const uint32_t outputs[LAYERS] = {C1, C2, H1, H2, CLASSES};

static integer_layer_t layers[LAYERS];
static int32_t *mul[LAYERS];
static int64_t *bias[LAYERS];

static void load(void) {
  ima_capability_t capability;
  ima_get_capability(&capability);
  if (capability.arrays < 2 || capability.rows < FLAT || capability.cols < 2 * H1) {
    printf("lenet: the integer network needs two arrays of 256 rows and 240 columns\n");
    exit(3);
  }
  const uint32_t base = lenet_settings.integers;
  fetch(base, layers, sizeof layers);
  for (uint32_t i = 0; i < LAYERS; i++) {
    mul[i] = need(4 * outputs[i]);
    bias[i] = need(8 * outputs[i]);
    fetch(base + layers[i].mul, mul[i], 4 * outputs[i]);
    fetch(base + layers[i].bias, bias[i], 8 * outputs[i]);
    ima_plot(places[i].array, places[i].x, places[i].y, 2 * outputs[i], places[i].rows,
             (const uint32_t *)(uintptr_t)(base + layers[i].cells));
  }
}

static ima_job_t job_of(uint32_t layer, const void *in, void *out, uint32_t pixels) {
  const integer_layer_t *l = &layers[layer];
  const uint32_t rows = places[layer].rows;
  return (ima_job_t){.src = in, .dst = out, .pixels = pixels, .cols = outputs[layer], .n_row_tiles = 1,
                     .row_tiles = &places[layer], .line_bytes = rows, .line_stride = rows, .block_lines = 1,
                     .block_stride = rows, .in = {.length = pixels, .stride = (int32_t)rows},
                     .out = {.length = pixels, .stride = (int32_t)outputs[layer]}, .weight_bits = 8,
                     .in_signed = 0, .adc_m = 128, .adc_r = 12, .mul = mul[layer], .bias = bias[layer],
                     .shift = l->shift, .lo = l->lo, .hi = l->hi};
}

static void convolve(uint32_t layer, const uint8_t *in, uint8_t *out, uint32_t side, uint32_t channels) {
  const uint32_t left = side - WINDOW + 1, line = side * channels;
  ima_job_t job = job_of(layer, in, out, left * left);
  job.line_bytes = WINDOW * channels;
  job.line_stride = line;
  job.block_lines = WINDOW;
  job.block_stride = WINDOW * line;
  job.in = (ima_steps_t){.length = left - 1, .stride = (int32_t)channels,
                         .turn = (int32_t)(line - (left - 1) * channels)};
  ima_submit(&job);
}

typedef struct means {
  const uint8_t *in;
  uint8_t *out;
  uint32_t side, channels;
} means_t;

static void means_part(void *arg) {
  const means_t *m = arg;
  const uint32_t half = m->side / 2, line = m->side * m->channels;
  for (uint32_t p = pi_core_id(); p < BATCH; p += (uint32_t)pi_cl_team_nb_cores()) {
    const uint8_t *in = m->in + p * m->side * line;
    uint8_t *out = m->out + p * half * half * m->channels;
    for (uint32_t y = 0; y < half; y++)
      for (uint32_t x = 0; x < half; x++)
        for (uint32_t c = 0; c < m->channels; c++) {
          const uint8_t *at = in + 2 * y * line + 2 * x * m->channels + c;
          *out++ = (uint8_t)((at[0] + at[m->channels] + at[line] + at[line + m->channels] + 2u) >> 2);
        }
  }
}

static void pool(const uint8_t *in, uint8_t *out, uint32_t side, uint32_t channels) {
  means_t means = {in, out, side, channels};
  ima_wait();
  pi_cl_team_fork(0, means_part, &means);
}

int integer_test(void) {
  load();
  uint8_t *pictures = need(BATCH * PIXELS), *a1 = need(BATCH * A1), *q1 = need(BATCH * Q1),
          *a2 = need(BATCH * A2), *flat = need(BATCH * FLAT), *h1 = need(BATCH * H1),
          *h2 = need(BATCH * H2);
  int8_t *scores = need(BATCH * CLASSES);
  uint8_t labels[BATCH];
  uint32_t correct = 0;
  const uint32_t count = lenet_settings.test_count;
  for (uint32_t first = 0; first < count; first += BATCH) {
    fetch(lenet_settings.test_pictures + first * PIXELS, pictures, BATCH * PIXELS);
    fetch(lenet_settings.test_labels + first, labels, BATCH);
    for (uint32_t i = 0; i < BATCH; i++) convolve(CONV1, pictures + i * PIXELS, a1 + i * A1, SIDE, 1);
    pool(a1, q1, S1, C1);
    for (uint32_t i = 0; i < BATCH; i++) convolve(CONV2, q1 + i * Q1, a2 + i * A2, P1, C1);
    pool(a2, flat, S2, C2);
    const ima_job_t dense[] = {job_of(DENSE1, flat, h1, BATCH), job_of(DENSE2, h1, h2, BATCH),
                               job_of(DENSE3, h2, scores, BATCH)};
    for (uint32_t i = 0; i < 3; i++) ima_submit(&dense[i]);
    ima_wait();
    for (uint32_t i = 0; i < BATCH; i++) {
      uint32_t best = 0;
      for (uint32_t c = 1; c < CLASSES; c++)
        if (scores[i * CLASSES + c] > scores[i * CLASSES + best]) best = c;
      correct += best == labels[i];
    }
  }
  printf("correct %lu of %lu\n", correct, count);
  return 0;
}
