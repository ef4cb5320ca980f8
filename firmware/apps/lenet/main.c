/*
 * Trains a LeNet-5-class network on the racetrack engine (preset fpirm), or tests one. `octobar train`
 * writes settings, pictures and parameters to L2 and starts this program.
 */
#include "lenet.h"
#include "pmsis.h"

/* In L2, where start-up does not clear it. */
__attribute__((section(".rodata.settings"))) const volatile lenet_settings_t lenet_settings = {0};

void *need(uint32_t bytes) {
  void *to = pi_l1_malloc(bytes);
  if (to == NULL) {
    printf("lenet: %lu bytes do not fit the TCDM, %u are left\n", bytes, pi_l1_available());
    exit(3);
  }
  return to;
}

static void copy(uint32_t outside, const void *inside, uint32_t bytes, pi_cl_dma_dir_e direction) {
  pi_cl_dma_cmd_t command;
  pi_cl_dma_cmd(outside, (uint32_t)inside, bytes, direction, &command);
  pi_cl_dma_cmd_wait(&command);
}

void fetch(uint32_t from, void *to, uint32_t bytes) { copy(from, to, bytes, PI_CL_DMA_DIR_EXT2LOC); }

void lenet_open(lenet_t *l) {
  l->format = lenet_settings.format;
  l->e = l->format == FPIRM_BF16 ? 2 : 4;
  const uint32_t e = (uint32_t)l->e;
  l->parameters = need(PARAMETERS * e);
  l->table = need(256 * e);
  l->zeros = need(ROW * e);
  l->row1 = need(ROW * e);
  l->row2 = need(S2 * C2 * e);
  l->scratch = need(P1 * ROW * e);
  l->pictures = need(BATCH * PIXELS * e);
  l->a1 = need(BATCH * A1 * e);
  l->q1 = need(BATCH * Q1 * e);
  l->a2 = need(BATCH * A2 * e);
  l->flat = need(BATCH * FLAT * e);
  l->h1 = need(BATCH * H1 * e);
  l->h2 = need(BATCH * H2 * e);
  l->scores = need(BATCH * CLASSES * e);
  l->bytes = need(BATCH * PIXELS);
  fetch(lenet_settings.parameters, l->parameters, PARAMETERS * e);
  fetch(lenet_settings.table, l->table, 256 * e);
  memset(l->zeros, 0, ROW * e);
}

static void expand_part(void *arg) {
  const lenet_t *l = arg;
  for (uint32_t i = pi_core_id(); i < BATCH; i += (uint32_t)pi_cl_team_nb_cores()) {
    const uint8_t *from = l->bytes + i * PIXELS;
    if (l->e == 4)
      for (uint32_t k = 0; k < PIXELS; k++)
        ((uint32_t *)l->pictures)[i * PIXELS + k] = ((const uint32_t *)l->table)[from[k]];
    else
      for (uint32_t k = 0; k < PIXELS; k++)
        ((uint16_t *)l->pictures)[i * PIXELS + k] = ((const uint16_t *)l->table)[from[k]];
  }
}

void lenet_fetch(lenet_t *l, uint32_t pictures, uint32_t labels, uint32_t batch) {
  fetch(pictures + batch * BATCH * PIXELS, l->bytes, BATCH * PIXELS);
  fetch(labels + batch * BATCH, l->labels, BATCH);
  pi_cl_team_fork(0, expand_part, l);
}

void lenet_spread_biases(lenet_t *l) {
  const uint32_t e = (uint32_t)l->e;
  for (uint32_t i = 0; i < S1; i++) memcpy(l->row1 + i * C1 * e, l->parameters + B1 * e, C1 * e);
  for (uint32_t i = 0; i < S2; i++) memcpy(l->row2 + i * C2 * e, l->parameters + B2 * e, C2 * e);
}

/* Millionths of a number from 0 up to 4000, rounded. Shifts one by one: others would need the compiler's library. */
static uint32_t millionths(const float *x) {
  const uint32_t bits = *(const uint32_t *)x;
  int32_t exponent = (int32_t)(bits >> 23 & 255) - 150;
  uint64_t scaled = (uint64_t)((bits & 0x7fffffu) | 0x800000u) * 1000000u;
  if (exponent >= -11) return 0xffffffffu;
  if (exponent < -63) return 0;
  for (; exponent < -1; exponent++) scaled >>= 1;
  return (uint32_t)((scaled + 1) >> 1);
}

static void train(lenet_t *l) {
  lenet_training_t t;
  training_open(l, &t);
  const uint32_t *rates = (const uint32_t *)(uintptr_t)lenet_settings.rates;
  const uint32_t steps = lenet_settings.train_steps, every = lenet_settings.report_every;
  for (uint32_t step = 0; step < steps;) {
    lenet_fetch(l, lenet_settings.train_pictures, lenet_settings.train_labels, step);
    lenet_spread_biases(l);
    lenet_forward(l);
    softmax_loss(l, &t, rates[step]);
    lenet_backward(l, &t);
    fpirm_wait();
    if (++step % every != 0) continue;
    const fpirm_job_t mean = {.operation = FPIRM_SCALE_ADD, .scalar = lenet_settings.report_scale,
                              .a = {.at = t.loss}, .b = {.at = l->zeros}, .c = {.at = t.loss}};
    fpirm_submit(&mean);
    fpirm_wait();
    const uint32_t loss = millionths(t.loss);
    printf("step %lu loss %lu.%06lu\n", step, loss / 1000000, loss % 1000000);
    memset(t.loss, 0, 4);
  }
  copy(lenet_settings.parameters, l->parameters, PARAMETERS * 4, PI_CL_DMA_DIR_LOC2EXT);
}

static void test(lenet_t *l) {
  uint32_t correct = 0;
  const uint32_t count = lenet_settings.test_count;
  lenet_spread_biases(l);
  for (uint32_t batch = 0; batch < count / BATCH; batch++) {
    lenet_fetch(l, lenet_settings.test_pictures, lenet_settings.test_labels, batch);
    lenet_forward(l);
    fpirm_wait();
    correct += lenet_correct(l);
  }
  printf("correct %lu of %lu\n", correct, count);
}

int main(void) {
  if (lenet_settings.mode == 0) {
    printf("lenet: no settings; octobar train writes them\n");
    return 2;
  }
  fpirm_select();
  if (lenet_settings.mode == 3) return integer_test();
  lenet_t network;
  lenet_open(&network);
  if (lenet_settings.mode == 1) train(&network);
  test(&network);
  return 0;
}
