/*
 * A software engine behind the interface of drivers/ima.h, so that kernels and their tests run on
 * any machine. It computes a job when it is submitted; time does not exist.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../drivers/ima.h"

enum { ARRAYS = 64, SIDE = 256, MAX_COLS = 256 };

static int8_t cells[ARRAYS][SIDE][SIDE]; /* [array][row][column], -8..7 */
static int selected;

static void refuse(const char *why) {
  fprintf(stderr, "ima_soft: %s\n", why);
  exit(1);
}

void ima_get_capability(ima_capability_t *capability) {
  const ima_capability_t mine = {SIDE, SIDE, ARRAYS, 8, 2};
  *capability = mine;
}

void ima_select(void) { selected = 1; }

void ima_plot(uint32_t array, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
              const uint32_t *words) {
  if (!selected) refuse("programmed before it was selected");
  if (x % 8 != 0 || array >= ARRAYS || x + width > SIDE || y + height > SIDE)
    refuse("a rectangle lies outside of the array");
  const uint32_t per_row = (width + 7) / 8;
  for (uint32_t row = 0; row < height; row++)
    for (uint32_t col = 0; col < width; col++) {
      const uint32_t nibble = words[row * per_row + col / 8] >> 4 * (col % 8) & 15;
      cells[array][y + row][x + col] = (int8_t)(nibble < 8 ? (int)nibble : (int)nibble - 16);
    }
}

static int64_t convert(int64_t sum, const ima_job_t *job) {
  if (job->adc_r == 0) return sum;
  const int64_t size = ((sum < 0 ? -sum : sum) * job->adc_m + ((int64_t)1 << (job->adc_r - 1))) >> job->adc_r;
  const int64_t code = sum < 0 ? -size : size;
  return code < -128 ? -128 : code > 127 ? 127 : code;
}

/* Byte `index` of the gathered input of a pixel. */
static int32_t gathered(const ima_job_t *job, const uint8_t *pixel, uint32_t index) {
  const uint32_t line = index / job->line_bytes;
  const uint8_t *at = pixel + (size_t)(line / job->block_lines) * job->block_stride +
                      (size_t)(line % job->block_lines) * job->line_stride + index % job->line_bytes;
  return job->in_signed ? (int8_t)*at : *at;
}

static void compute_pixel(const ima_job_t *job, const uint8_t *from, uint8_t *to) {
  int64_t acc[MAX_COLS] = {0};
  uint32_t index = 0;
  for (uint32_t t = 0; t < job->n_row_tiles; t++) {
    const ima_row_tile_t *tile = &job->row_tiles[t];
    const uint32_t columns = job->cols * (job->weight_bits == 8 ? 2 : 1);
    if (tile->array >= ARRAYS || tile->x + columns > SIDE || tile->y + tile->rows > SIDE)
      refuse("a row tile lies outside of the array");
    int64_t sum[2 * MAX_COLS] = {0};
    for (uint32_t row = 0; row < tile->rows; row++, index++) {
      const int32_t input = gathered(job, from, index);
      for (uint32_t col = 0; col < columns; col++)
        sum[col] += input * cells[tile->array][tile->y + row][tile->x + col];
    }
    for (uint32_t col = 0; col < job->cols; col++)
      acc[col] += job->weight_bits == 8
                      ? 16 * convert(sum[2 * col], job) + convert(sum[2 * col + 1], job)
                      : convert(sum[col], job);
  }
  for (uint32_t col = 0; col < job->cols; col++) {
    const int64_t half = (int64_t)1 << (job->shift - 1);
    const int64_t q = (acc[col] * job->mul[col] + job->bias[col] + half) >> job->shift;
    to[col] = (uint8_t)(q < job->lo ? job->lo : q > job->hi ? job->hi : q);
  }
}

static void step(ptrdiff_t *offset, uint32_t *count, const ima_steps_t *steps) {
  if (*count < steps->length) {
    ++*count;
    *offset += steps->stride;
  } else {
    *count = 0;
    *offset += steps->turn;
  }
}

void ima_submit(const ima_job_t *job) {
  if (!selected) refuse("used before it was selected");
  if (job->cols == 0 || job->cols > MAX_COLS || job->n_row_tiles < 1 || job->n_row_tiles > 16)
    refuse("a job has no outputs, too many, or no row tiles");
  ptrdiff_t in = 0, out = 0;
  uint32_t in_count = 0, out_count = 0;
  for (uint32_t pixel = 0; pixel < job->pixels; pixel++) {
    compute_pixel(job, (const uint8_t *)job->src + in, (uint8_t *)job->dst + out);
    step(&in, &in_count, &job->in);
    step(&out, &out_count, &job->out);
  }
}

void ima_wait(void) {}

uint32_t ima_wait_pending(uint32_t most) { return 0 * most; }
