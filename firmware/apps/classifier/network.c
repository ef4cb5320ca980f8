#include "classifier.h"

#include "drivers/hwpe.h"
#include "pmsis.h"

static pi_cl_dma_cmd_t coming;

static void fetch(uint32_t from, void *to, uint32_t bytes) {
  pi_cl_dma_cmd_t command;
  pi_cl_dma_cmd(from, (uint32_t)to, bytes, PI_CL_DMA_DIR_EXT2LOC, &command);
  pi_cl_dma_cmd_wait(&command);
}

static void *room(uint32_t bytes) {
  void *to = pi_l1_malloc(bytes);
  if (to == NULL) {
    printf("classifier: %lu bytes do not fit the TCDM, %u are left\n", bytes, pi_l1_available());
    exit(3);
  }
  return to;
}

/* Arrays that the capability block names can be written; what lies behind them comes with the chip. */
static uint32_t write_cells(void) {
  const plot_t *plots = (const plot_t *)classifier_settings.plots;
  uint32_t cells = 0;
  for (uint32_t i = 0; i < classifier_settings.n_plots; i++) {
    const plot_t p = plots[i];
    ima_plot(p.array, p.x, p.y, p.width, p.height, (const uint32_t *)p.cells);
    cells += p.width * p.height;
  }
  return cells;
}

static void place(network_t *n, job_t *j) {
  uint8_t *base = n->workspace;
  j->job.src = base + (uint32_t)j->job.src;
  j->job.dst = base + (uint32_t)j->job.dst;
  j->job.mul = (const int32_t *)(base + (uint32_t)j->job.mul);
  j->job.bias = (const int64_t *)(base + (uint32_t)j->job.bias);
  j->job.row_tiles = j->tiles;
}

uint32_t network_open(network_t *n) {
  const volatile settings_t *s = &classifier_settings;
  const uint32_t cells = write_cells();
  n->workspace = room(s->workspace);
  n->jobs = room(s->n_jobs * sizeof(job_t));
  n->levels = room(LEVELS);
  n->raw = room(s->rows * s->row_bytes);
  n->answers = room(s->count);
  /* Borders of tensors stay zero from here on. */
  memset(n->workspace, 0, s->workspace);
  fetch(s->tables, n->workspace, s->table_bytes);
  fetch(s->jobs, n->jobs, s->n_jobs * sizeof(job_t));
  fetch(s->levels, n->levels, LEVELS);
  for (uint32_t i = 0; i < s->n_jobs; i++) place(n, &n->jobs[i]);
  return cells;
}

void network_fetch(network_t *n, uint32_t picture) {
  const uint32_t bytes = classifier_settings.rows * classifier_settings.row_bytes;
  pi_cl_dma_cmd(classifier_settings.pictures + picture * bytes, (uint32_t)n->raw, bytes, PI_CL_DMA_DIR_EXT2LOC, &coming);
}

void network_fetched(void) { pi_cl_dma_cmd_wait(&coming); }

void network_expand(const network_t *n, uint32_t picture, uint32_t first, uint32_t step) {
  const uint32_t rows = classifier_settings.rows, bytes = classifier_settings.row_bytes;
  const uint32_t pitch = classifier_settings.input_pitch;
  uint8_t *input = n->workspace + classifier_settings.input[picture & 1];
  const uint8_t *levels = n->levels;
  for (uint32_t row = first; row < rows; row += step) {
    const uint8_t *from = n->raw + row * bytes;
    uint8_t *to = input + row * pitch;
    for (uint32_t i = 0; i < bytes; i++) to[i] = levels[from[i]];
  }
}

static uint32_t best(const network_t *n) {
  const int32_t *scores = (const int32_t *)(n->workspace + classifier_settings.scores);
  const int32_t *mul = (const int32_t *)(n->workspace + classifier_settings.score_mul);
  const int64_t *bias = (const int64_t *)(n->workspace + classifier_settings.score_bias);
  uint32_t class = 0;
  int64_t top = 0;
  for (uint32_t c = 0; c < classifier_settings.classes; c++) {
    const int64_t score = (int64_t)scores[c] * mul[c] + bias[c];
    if (c != 0 && score <= top) continue;
    top = score;
    class = c;
  }
  return class;
}

uint32_t network_run(const network_t *n, uint32_t picture) {
  const uint32_t count = classifier_settings.n_jobs;
  const uint32_t other = classifier_settings.input[1] - classifier_settings.input[0];
  for (uint32_t i = 0; i < count; i++) {
    const job_t *j = &n->jobs[i];
    ima_job_t job = j->job;
    if (j->picture && (picture & 1) != 0) job.src = (const uint8_t *)job.src + other;
    /* The registers of the next job are written while the one before it runs. */
    ima_prepare(&job, j->modes, j->n_modes);
    if (j->after) ima_wait();
    ima_start();
  }
  ima_wait();
  return best(n);
}
