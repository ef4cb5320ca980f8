#include "mvm.h"

#include "../kernels/requant.h"
#include "../runtime/pmsis.h"
#include "ima.h"
#include "timer.h"

/* The timer that the report is measured with; the other one is the program's. */
enum { CLOCK = 1 };
enum { MAX_ROW_TILES = 16, CELLS_PER_WEIGHT = 2, OUTPUTS_PER_WORD = 4 };

#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* How a layer lies in the arrays: rectangles of `height` rows and `width` outputs, `stack` on top of each other. */
typedef struct plan {
  uint32_t height, width;
  uint32_t stack;
  uint32_t slots; /* rectangles in all arrays */
  uint32_t tiles; /* rectangles that the rows of one output take */
} plan_t;

static plan_t make_plan(const mvm_layer_t *l, const ima_capability_t *c) {
  plan_t p;
  p.height = MIN(l->rows, c->rows);
  p.width = MIN(l->cols, c->cols / CELLS_PER_WEIGHT / OUTPUTS_PER_WORD * OUTPUTS_PER_WORD);
  p.stack = c->rows / p.height;
  p.slots = p.stack * c->arrays;
  p.tiles = (l->rows + p.height - 1) / p.height;
  return p;
}

static ima_row_tile_t place(const plan_t *p, uint32_t slot, uint32_t rows) {
  return (ima_row_tile_t){.rows = rows, .array = slot / p->stack, .x = 0, .y = slot % p->stack * p->height};
}

/* Rows of tile `tile`: all but the last are full. */
static uint32_t rows_of(const mvm_layer_t *l, const plan_t *p, uint32_t tile) {
  return MIN(p->height, l->rows - tile * p->height);
}

/* ima_plot wants the rows of a rectangle one after the other; the cells lie output by output. */
static void program(const mvm_layer_t *l, const plan_t *p, uint32_t slot, uint32_t tile,
                    uint32_t first, uint32_t outputs, mvm_report_t *report) {
  const ima_row_tile_t at = place(p, slot, rows_of(l, p, tile));
  const uint32_t *cells = l->cells + first / OUTPUTS_PER_WORD * l->rows + tile * p->height;
  ima_plot_strided(at.array, at.x, at.y, outputs * CELLS_PER_WEIGHT, at.rows, cells, 1, l->rows);
  report->weights += outputs * at.rows;
}

static ima_job_t job_of(const mvm_layer_t *l, uint32_t first, uint32_t outputs, uint32_t row,
                        const ima_row_tile_t *tiles, uint32_t n) {
  return (ima_job_t){.src = (const char *)l->in + row, .dst = (char *)l->out + first,
                     .pixels = l->pixels, .cols = outputs, .n_row_tiles = n, .row_tiles = tiles,
                     .line_bytes = l->rows - row, .line_stride = l->rows - row, .block_lines = 1,
                     .block_stride = l->rows - row,
                     .in = {.length = l->pixels, .stride = (int32_t)l->rows},
                     .out = {.length = l->pixels, .stride = (int32_t)l->cols}, .weight_bits = 8,
                     .in_signed = l->in_signed, .adc_m = l->adc_m, .adc_r = l->adc_r,
                     .mul = l->mul + first, .bias = l->bias + first, .shift = l->shift,
                     .lo = l->lo, .hi = l->hi};
}

/* All rows of an output are in the arrays together: as many groups of outputs at a time as fit. */
static void run_whole(const mvm_layer_t *l, const plan_t *p, mvm_report_t *report) {
  const uint32_t groups = p->slots / p->tiles;
  for (uint32_t first = 0; first < l->cols;) {
    const uint32_t begin = timer_get(CLOCK);
    uint32_t n = 0;
    for (uint32_t at = first; n < groups && at < l->cols; at += p->width, n++)
      for (uint32_t tile = 0; tile < p->tiles; tile++)
        program(l, p, n * p->tiles + tile, tile, at, MIN(p->width, l->cols - at), report);
    const uint32_t programmed = timer_get(CLOCK);
    for (uint32_t group = 0; group < n; group++, first += p->width) {
      ima_row_tile_t tiles[MAX_ROW_TILES];
      for (uint32_t tile = 0; tile < p->tiles; tile++)
        tiles[tile] = place(p, group * p->tiles + tile, rows_of(l, p, tile));
      const ima_job_t job = job_of(l, first, MIN(p->width, l->cols - first), 0, tiles, p->tiles);
      ima_submit_modes(&job, l->modes, l->n_modes);
      report->jobs++;
    }
    ima_wait();
    report->loads++;
    report->program_cycles += programmed - begin;
    report->run_cycles += timer_get(CLOCK) - programmed;
  }
}

typedef struct addition {
  const mvm_layer_t *layer;
  int32_t *sums;
  const int32_t *parts;
  uint32_t first, outputs;
  int last;
} addition_t;

/* Adds a part to the sums; after the last one the outputs are requantised. */
static void add_parts(void *arg) {
  const addition_t *a = arg;
  const mvm_layer_t *l = a->layer;
  for (uint32_t p = pi_core_id(); p < l->pixels; p += pi_cl_team_nb_cores())
    for (uint32_t c = 0; c < a->outputs; c++) {
      int32_t *sum = &a->sums[p * a->outputs + c];
      *sum += a->parts[p * a->outputs + c];
      if (!a->last) continue;
      const uint32_t out = a->first + c;
      const int64_t bias = l->bias[out] + ((int64_t)1 << (l->shift - 1));
      ((uint8_t *)l->out)[p * l->cols + out] =
          (uint8_t)requant_any(*sum, l->mul[out], bias, l->shift, l->lo, l->hi);
    }
}

/* The rows of one output are more than all arrays hold: part after part, added by the harts. */
static int run_parts(const mvm_layer_t *l, const plan_t *p, mvm_report_t *report) {
  const uint32_t bytes = 4 * l->pixels * p->width;
  int32_t *sums = pi_l1_malloc(2 * bytes);
  if (sums == NULL) return -1;
  int32_t *parts = sums + l->pixels * p->width;
  const uint32_t at_once = MIN(p->slots, MAX_ROW_TILES);
  for (uint32_t first = 0; first < l->cols; first += p->width) {
    const uint32_t outputs = MIN(p->width, l->cols - first);
    for (uint32_t i = 0; i < l->pixels * outputs; i++) sums[i] = 0;
    for (uint32_t tile = 0; tile < p->tiles; tile += at_once) {
      const uint32_t n = MIN(at_once, p->tiles - tile);
      ima_row_tile_t tiles[MAX_ROW_TILES];
      const uint32_t begin = timer_get(CLOCK);
      for (uint32_t i = 0; i < n; i++) {
        tiles[i] = place(p, i, rows_of(l, p, tile + i));
        program(l, p, i, tile + i, first, outputs, report);
      }
      const uint32_t programmed = timer_get(CLOCK);
      ima_job_t job = job_of(l, first, outputs, tile * p->height, tiles, n);
      job.raw = 1;
      job.dst = parts;
      job.out = (ima_steps_t){.length = l->pixels, .stride = (int32_t)(4 * outputs)};
      ima_submit_modes(&job, l->modes, l->n_modes);
      ima_wait();
      addition_t a = {l, sums, parts, first, outputs, tile + n == p->tiles};
      pi_cl_team_fork(0, add_parts, &a);
      report->jobs++;
      report->loads++;
      report->program_cycles += programmed - begin;
      report->run_cycles += timer_get(CLOCK) - programmed;
    }
  }
  pi_l1_free(sums, 2 * bytes);
  return 0;
}

int mvm_layer_run(const mvm_layer_t *l, mvm_report_t *report) {
  ima_capability_t capability;
  ima_select();
  ima_get_capability(&capability);
  const plan_t p = make_plan(l, &capability);
  *report = (mvm_report_t){.row_tiles = p.tiles};
  timer_start(CLOCK);
  if (p.tiles > p.slots || p.tiles > MAX_ROW_TILES) return run_parts(l, &p, report);
  run_whole(l, &p, report);
  return 0;
}
