/* The layers of a stripe in each mapping. Hart 0 calls; harts that have no part sleep. */
#include "bottleneck.h"

#include "drivers/depthwise.h"
#include "drivers/ima.h"

/* ---- on the harts ---- */

static void fetch_slice(const bn_pointwise *l, uint32_t col, uint32_t cols, int8_t *to,
                        pi_cl_dma_cmd_t *cmd) {
  if (col >= l->cols) return;
  if (cols > l->cols - col) cols = l->cols - col;
  pi_cl_dma_cmd(l->weights + col * l->rows, (uint32_t)(uintptr_t)to, cols * l->rows,
                PI_CL_DMA_DIR_EXT2LOC, cmd);
}

static void on_harts(const work_t *w, const bn_pointwise *l, const operands_t *o,
                     const pixels_t *px) {
  pointwise_t job = {.in = px->in,
                     .out = px->out,
                     .weights = o->weights,
                     .pixels = px->rows * px->width,
                     .rows = l->rows,
                     .cols = l->cols,
                     .in_pitch = l->rows,
                     .out_pitch = l->cols,
                     .in_signed = (int)l->in_signed,
                     .requant = o->requant};
  requant_xcv_t fast = o->fast;
  if (o->weights != NULL) {
    harts_pointwise(w, &job, &fast, px->width);
    return;
  }
  /* The next slice of weights travels while this one is used. */
  const uint32_t slice_cols = w->plan->slice_bytes / l->rows / 8 * 8;
  pi_cl_dma_cmd_t cmd[2];
  fetch_slice(l, 0, slice_cols, w->slice[0], &cmd[0]);
  for (uint32_t col = 0, turn = 0; col < l->cols; col += slice_cols, turn ^= 1) {
    pi_cl_dma_wait(&cmd[turn]);
    fetch_slice(l, col + slice_cols, slice_cols, w->slice[turn ^ 1], &cmd[turn ^ 1]);
    job.weights = w->slice[turn];
    job.cols = slice_cols < l->cols - col ? slice_cols : l->cols - col;
    job.out = px->out + col;
    job.requant.mul = o->requant.mul + col;
    job.requant.bias = o->requant.bias + col;
    fast.channels = o->fast.channels + col;
    harts_pointwise(w, &job, &fast, px->width);
  }
}

/* ---- on the engines ---- */

typedef struct overlapped {
  const work_t *work;
  const ima_layer_t *layer;
} overlapped_t;

/* Hart 0 feeds the engine while the others clear the padding around the tensor it writes. */
static void feed_or_clear(void *arg) {
  const overlapped_t *o = arg;
  const uint32_t harts = (uint32_t)pi_cl_team_nb_cores();
  if (harts == 1) padding_clear(o->work, 0, 1);
  if (pi_core_id() == 0)
    ima_pointwise(o->layer);
  else
    padding_clear(o->work, pi_core_id() - 1, harts - 1);
}

static ima_layer_t ima_common(const work_t *w, uint32_t n_tiles, const operands_t *o,
                              uint32_t in_signed, uint32_t adc_m, uint32_t adc_r) {
  const bn_image *i = &w->block->image;
  const ima_layer_t layer = {.n_tiles = n_tiles,
                             .tiles = o->tiles,
                             .weight_bits = i->weight_bits,
                             .in_signed = in_signed,
                             .adc_m = adc_m,
                             .adc_r = adc_r,
                             .requant = o->requant};
  return layer;
}

static ima_layer_t pointwise_on_ima(const work_t *w, const bn_pointwise *l, const operands_t *o,
                                    const pixels_t *px) {
  ima_layer_t layer = ima_common(w, l->n_tiles, o, l->in_signed, l->adc_m, l->adc_r);
  layer.in = px->in;
  layer.out = px->out;
  layer.out_h = px->rows;
  layer.out_w = px->width;
  layer.in_channels = l->rows;
  layer.in_grid.pixel_step = l->rows;
  layer.in_grid.row_step = px->width * l->rows;
  layer.out_grid.pixel_step = l->cols;
  layer.out_grid.row_step = px->out_row_pitch;
  return layer;
}

static void on_ima(const work_t *w, const bn_pointwise *l, const operands_t *o, const pixels_t *px) {
  const ima_layer_t layer = pointwise_on_ima(w, l, o, px);
  ima_select();
  if (px->clear_padding) {
    overlapped_t both = {w, &layer};
    pi_cl_team_fork(0, feed_or_clear, &both);
  } else {
    ima_pointwise(&layer);
  }
}

static void depthwise_on_ima(const work_t *w, const window_t *win) {
  const bn_image *i = &w->block->image;
  const bn_depthwise *l = &w->block->depthwise;
  ima_layer_t layer = ima_common(w, l->n_tiles, &w->depthwise, l->in_signed, l->adc_m, l->adc_r);
  layer.weight_bits = 8; /* weight_bits of the image is that of the pointwise layers */
  layer.in = w->hidden;
  layer.out = w->dw;
  layer.out_h = win->out_rows;
  layer.out_w = i->out_w;
  layer.in_channels = l->channels;
  layer.in_pitch = w->plan->hidden_pitch;
  layer.in_grid.pixel_step = i->stride * l->channels;
  layer.in_grid.row_step = i->stride * w->plan->hidden_pitch;
  layer.out_grid.pixel_step = l->channels;
  layer.out_grid.row_step = i->out_w * l->channels;
  ima_select();
  ima_depthwise(&layer);
}

/* ---- by mapping ---- */

void layer_expand(const work_t *w, const pixels_t *px) {
  if (pointwise_on_harts(&w->block->image))
    on_harts(w, &w->block->expand, &w->expand, px);
  else
    on_ima(w, &w->block->expand, &w->expand, px);
}

void layer_project(const work_t *w, const pixels_t *px) {
  if (pointwise_on_harts(&w->block->image))
    on_harts(w, &w->block->project, &w->project, px);
  else
    on_ima(w, &w->block->project, &w->project, px);
}

/* Rows [row, end) of the projection are done. */
static void add_rows(const work_t *w, const pixels_t *px, const uint8_t *skip, uint32_t first_row,
                     uint32_t row, uint32_t end) {
  uint8_t *out = px->out + row * px->out_row_pitch;
  bn_probe_tensor(BN_TENSOR_PROJECT, out, (first_row + row) | (end - row) << 16, px->out_row_pitch);
  layer_residual(w, skip + row * px->out_row_pitch, out, end - row);
}

void layer_project_and_add(const work_t *w, const pixels_t *px, const uint8_t *skip,
                           uint32_t first_row) {
  const bn_pointwise *l = &w->block->project;
  const ima_layer_t layer = pointwise_on_ima(w, l, &w->project, px);
  uint32_t added = 0;
  ima_select();
  for (uint32_t row = 0; row < px->rows; row++) {
    ima_pointwise_submit(&layer, row, 1);
    /* Of the jobs so far all are done but those that are pending, and jobs end in order. */
    const uint32_t done = ((row + 1) * l->n_tiles - ima_wait_pending(~0u)) / l->n_tiles;
    if (done > added) add_rows(w, px, skip, first_row, added, done);
    added = done;
  }
  for (uint32_t left = ima_wait_pending(~0u); added < px->rows;) {
    const uint32_t done = (px->rows * l->n_tiles - left) / l->n_tiles;
    if (done > added) add_rows(w, px, skip, first_row, added, done);
    added = done;
    if (added < px->rows) left = ima_wait_pending(left - 1);
  }
}

void layer_depthwise(const work_t *w, const window_t *win) {
  const bn_image *i = &w->block->image;
  if (i->mapping == BN_MAPPING_IMA_ONLY) {
    depthwise_on_ima(w, win);
    return;
  }
  depthwise_t job = {.in = w->hidden,
                     .out = w->dw,
                     .weights = w->depthwise.weights,
                     .in_h = win->in_rows,
                     .in_w = i->in_w,
                     .channels = i->hidden_c,
                     .out_h = win->out_rows,
                     .out_w = i->out_w,
                     .stride = i->stride,
                     .pad_top = win->pad_top,
                     .pad_left = i->pad_left,
                     .in_row_pitch = w->plan->hidden_pitch,
                     .in_signed = (int)w->block->depthwise.in_signed,
                     .requant = w->depthwise.requant};
  if (depthwise_on_harts(i)) {
    harts_depthwise(w, &job);
  } else {
    depthwise_select();
    depthwise_submit(&job);
    depthwise_wait();
  }
}

void layer_residual(const work_t *w, const uint8_t *skip, uint8_t *out, uint32_t rows) {
  const bn_image *i = &w->block->image;
  const bn_residual *r = &w->block->residual;
  const residual_t job = {.skip = (const int8_t *)skip,
                          .branch = (const int8_t *)out,
                          .out = (int8_t *)out,
                          .count = rows * i->out_w * i->out_c,
                          .mul_skip = (int32_t)r->mul_skip,
                          .mul_branch = (int32_t)r->mul_branch,
                          .shift = r->shift,
                          .lo = (int32_t)r->lo,
                          .hi = (int32_t)r->hi};
  harts_residual(w, &job, i->out_w * i->out_c);
}
