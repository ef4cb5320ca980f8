#include "ima_layer.h"

/* From pixel to pixel along a row, and from the last pixel of a row to the first of the next. */
static ima_steps_t steps(const ima_grid_t *grid, uint32_t width) {
  const ima_steps_t s = {width - 1, (int32_t)grid->pixel_step,
                         (int32_t)(grid->row_step - (width - 1) * grid->pixel_step)};
  return s;
}

static void submit(const ima_layer_t *l, uint32_t first, uint32_t rows, int window) {
  const uint8_t *in = (const uint8_t *)l->in + first * l->in_grid.row_step;
  uint8_t *out = (uint8_t *)l->out + first * l->out_grid.row_step;
  ima_job_t job = {
      .pixels = rows * l->out_w,
      .line_bytes = l->in_channels,
      .line_stride = l->in_channels,
      .block_lines = window ? 3 : 1,
      .block_stride = window ? l->in_pitch : l->in_channels,
      .in = steps(&l->in_grid, l->out_w),
      .out = steps(&l->out_grid, l->out_w),
      .weight_bits = l->weight_bits,
      .in_signed = l->in_signed,
      .adc_m = l->adc_m,
      .adc_r = l->adc_r,
      .shift = l->requant.shift,
      .lo = l->requant.lo,
      .hi = l->requant.hi,
  };
  for (uint32_t i = 0; i < l->n_tiles; i++) {
    const ima_tile_t *tile = &l->tiles[i];
    /* A window reads only the channels of its tile; a 1x1 convolution reads them all. */
    job.src = in + (window ? tile->first_col : 0);
    if (window) job.line_bytes = tile->cols;
    job.dst = out + tile->first_col;
    job.cols = tile->cols;
    job.n_row_tiles = tile->n_row_tiles;
    job.row_tiles = tile->row_tiles;
    job.mul = l->requant.mul + tile->first_col;
    job.bias = l->requant.bias + tile->first_col;
    ima_submit(&job);
  }
}

void ima_pointwise_submit(const ima_layer_t *layer, uint32_t row, uint32_t rows) {
  submit(layer, row, rows, 0);
}

void ima_pointwise(const ima_layer_t *layer) {
  submit(layer, 0, layer->out_h, 0);
  ima_wait();
}

void ima_depthwise(const ima_layer_t *layer) {
  submit(layer, 0, layer->out_h, 1);
  ima_wait();
}
