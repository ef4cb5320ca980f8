#include "ima.h"

#include "../hal/generated/ima.h"
#include "../hal/mmio.h"
#include "hwpe.h"

static inline void ima_set(uint32_t offset, uint32_t value) { mmio_write(IMA_BASE + offset, value); }
static inline uint32_t ima_get(uint32_t offset) { return mmio_read(IMA_BASE + offset); }
static inline uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }

void ima_get_capability(ima_capability_t *capability) {
  capability->rows = ima_get(IMA_CAP_ROWS);
  capability->cols = ima_get(IMA_CAP_COLS);
  capability->arrays = ima_get(IMA_CAP_ARRAYS);
  capability->weight_bits = ima_get(IMA_CAP_WEIGHT_BITS);
  capability->contexts = ima_get(IMA_CAP_CONTEXTS);
}

void ima_select(void) { hwpe_select(HWPE_SLOT_IMA); }

void ima_plot(uint32_t array, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
              const uint32_t *cells) {
  ima_plot_strided(array, x, y, width, height, cells, (width + 7) / 8, 1);
}

void ima_plot_strided(uint32_t array, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                      const uint32_t *cells, uint32_t row_step, uint32_t word_step) {
  const uint32_t words = (width + 7) / 8;
  hwpe_acquire(IMA_BASE, HWPE_SLOT_IMA);
  ima_set(IMA_PLOT_ARRAY, array);
  ima_set(IMA_P_START_X, x);
  ima_set(IMA_P_START_Y, y);
  ima_set(IMA_P_WIDTH, width);
  ima_set(IMA_P_HIGHT, height);
  /* The engine answers a write when the cells are programmed, and is idle after the last one. */
  for (uint32_t row = 0; row < height; row++)
    for (uint32_t word = 0; word < words; word++)
      ima_set(IMA_SUBMIT_PLOT, cells[row * row_step + word * word_step]);
}

static inline __attribute__((always_inline)) void program(const ima_job_t *job) {
  hwpe_acquire(IMA_BASE, HWPE_SLOT_IMA);
  const ima_row_tile_t *tile = job->row_tiles;
  ima_set(IMA_J_START_X, tile->x);
  ima_set(IMA_J_START_Y, tile->y);
  ima_set(IMA_ARRAY, tile->array);
  ima_set(IMA_J_HIGHT, tile->rows);
  ima_set(IMA_J_WIDTH, job->cols);
  ima_set(IMA_J_SRC_ADDR, address(job->src));
  ima_set(IMA_J_DST_ADDR, address(job->dst));
  ima_set(IMA_J_SRC_STRID, job->line_stride);
  ima_set(IMA_JOB_LINE_LENGTH, job->line_bytes);
  ima_set(IMA_JOB_FEAT_LENGTH, job->block_lines);
  ima_set(IMA_JOB_FEAT_STRIDE, job->block_stride);
  ima_set(IMA_NUM_JOBS, job->pixels);
  ima_set(IMA_ALPHA_IN_LENGTH, job->in.length);
  ima_set(IMA_ALPHA_IN_STRIDE, (uint32_t)job->in.stride);
  ima_set(IMA_BETA_IN_STRIDE, (uint32_t)job->in.turn);
  ima_set(IMA_ALPHA_OUT_LENGTH, job->out.length);
  ima_set(IMA_ALPHA_OUT_STRIDE, (uint32_t)job->out.stride);
  ima_set(IMA_BETA_OUT_STRIDE, (uint32_t)job->out.turn);
  ima_set(IMA_WEIGHT_BITS, job->weight_bits);
  ima_set(IMA_INPUT_SIGNED, job->in_signed);
  if (job->adc_r != 0) {
    ima_set(IMA_ADC_M, job->adc_m);
    ima_set(IMA_ADC_R, job->adc_r);
  }
  ima_set(IMA_MUL_ADDR, address(job->mul));
  ima_set(IMA_BIAS_ADDR, address(job->bias));
  ima_set(IMA_SHIFT, job->shift);
  ima_set(IMA_CLIP_LO, (uint32_t)job->lo);
  ima_set(IMA_CLIP_HI, (uint32_t)job->hi);
  ima_set(IMA_REQUANT, job->raw ? 2 : 1);
  ima_set(IMA_ROW_TILES, job->n_row_tiles);
  for (uint32_t k = 1; k < job->n_row_tiles; k++) {
    ima_set(IMA_TILE_PLACE(k), tile[k].array << IMA_TILE_PLACE_ARRAY_LSB |
                                   tile[k].y << IMA_TILE_PLACE_Y_LSB |
                                   tile[k].x << IMA_TILE_PLACE_X_LSB);
    ima_set(IMA_TILE_ROWS(k), tile[k].rows);
  }
}

void ima_submit(const ima_job_t *job) {
  program(job);
  hwpe_trigger_job(IMA_BASE);
}

void ima_submit_modes(const ima_job_t *job, const ima_mode_t *modes, uint32_t n_modes) {
  program(job);
  for (uint32_t i = 0; i < n_modes; i++) ima_set(modes[i].offset, modes[i].value);
  hwpe_trigger_job(IMA_BASE);
}

void ima_prepare(const ima_job_t *job, const ima_mode_t *modes, uint32_t n_modes) {
  program(job);
  for (uint32_t i = 0; i < n_modes; i++) ima_set(modes[i].offset, modes[i].value);
}

void ima_start(void) { hwpe_trigger_job(IMA_BASE); }

uint32_t ima_wait_pending(uint32_t most) {
  return hwpe_wait_pending(IMA_BASE, HWPE_SLOT_IMA, most);
}

void ima_wait(void) { hwpe_wait(IMA_BASE, HWPE_SLOT_IMA); }
