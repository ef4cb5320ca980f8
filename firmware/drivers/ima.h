/* The in-memory computing engine. The same interface has a software engine in firmware/host. */
#ifndef OCTOBAR_DRIVERS_IMA_H
#define OCTOBAR_DRIVERS_IMA_H

#include <stdint.h>

/* A rectangle of cells that holds some of the rows of a layer. */
typedef struct ima_row_tile {
  uint32_t rows;  /* inputs */
  uint32_t array; /* crossbar */
  uint32_t x, y;  /* first column and row of cells */
} ima_row_tile_t;

/* `length` times `stride`, then once `turn`, and again; signed bytes. */
typedef struct ima_steps {
  uint32_t length;
  int32_t stride, turn;
} ima_steps_t;

/* A register of the macro's own extension, from 0x180 on, and what a job wants in it. */
typedef struct ima_mode {
  uint32_t offset, value;
} ima_mode_t;

/*
 * One trigger: `pixels` matrix-vector products of the same cells.
 * The inputs of a pixel are `block_lines` lines of `line_bytes` bytes, `line_stride` apart, in
 * blocks `block_stride` apart, until all row tiles are fed.
 */
typedef struct ima_job {
  const void *src;
  void *dst; /* `cols` contiguous bytes for each pixel */
  uint32_t pixels;
  uint32_t cols; /* outputs */
  uint32_t n_row_tiles; /* 1 to 16 */
  const ima_row_tile_t *row_tiles;
  uint32_t line_bytes, line_stride, block_lines, block_stride;
  ima_steps_t in, out; /* from pixel to pixel */
  uint32_t weight_bits; /* 4 or 8 */
  uint32_t in_signed;
  uint32_t adc_m, adc_r; /* adc_r = 0: leave the converter as it is (it is ideal) */
  uint32_t raw; /* 1: the output is the 32-bit sums themselves, int32 [cols] a pixel; no requantisation */
  const int32_t *mul;    /* [cols] */
  const int64_t *bias;   /* [cols] */
  uint32_t shift;
  int32_t lo, hi;
} ima_job_t;

/* What the engine says of itself. */
typedef struct ima_capability {
  uint32_t rows, cols, arrays, weight_bits, contexts;
} ima_capability_t;

void ima_get_capability(ima_capability_t *capability);

/* Gives the engine its clock and the wide port; needed before anything else. */
void ima_select(void);

/*
 * Programs a rectangle of cells: `height` rows of ceil(width / 8) words, lowest nibble first,
 * from column x on (a multiple of 8 on the software engine of firmware/host). Returns when they are written.
 */
void ima_plot(uint32_t array, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
              const uint32_t *cells);

/* The same where the word of 8 columns from 8 w on of row r is cells[r * row_step + w * word_step]. */
void ima_plot_strided(uint32_t array, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                      const uint32_t *cells, uint32_t row_step, uint32_t word_step);

/* Queues a job: sleeps until a context is free, programs and starts it. Does not wait for its end. */
void ima_submit(const ima_job_t *job);

/* The same with registers of the macro's own extension; those that are not named keep their values. */
void ima_submit_modes(const ima_job_t *job, const ima_mode_t *modes, uint32_t n_modes);

/*
 * The same in two steps: the registers are written while the job before it runs, and ima_start() queues it, once
 * what it reads is there. At most one job is prepared at a time.
 */
void ima_prepare(const ima_job_t *job, const ima_mode_t *modes, uint32_t n_modes);
void ima_start(void);

/* Sleeps until all queued jobs are done. */
void ima_wait(void);

/* Sleeps until at most `most` of them are not; returns how many are not. */
uint32_t ima_wait_pending(uint32_t most);

#endif
