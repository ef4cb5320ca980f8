#include "bottleneck.h"

#include "drivers/ima.h"

static void *allocate(uint32_t bytes, int *failed) {
  void *chunk = pi_l1_malloc(bytes);
  if (chunk == NULL) *failed = 1;
  return chunk;
}

static void copy_in(void *to, bn_address from, uint32_t bytes) {
  pi_cl_dma_cmd_t cmd;
  pi_cl_dma_cmd(from, (uint32_t)(uintptr_t)to, bytes, PI_CL_DMA_DIR_EXT2LOC, &cmd);
  pi_cl_dma_wait(&cmd);
}

static requant_t load_requant(uint32_t channels, bn_address mul, bn_address bias, uint32_t shift,
                              uint32_t lo, uint32_t hi, int on_harts, int *failed) {
  int32_t *m = allocate(4 * channels, failed);
  int64_t *b = allocate(8 * channels, failed);
  if (!*failed) {
    copy_in(m, mul, 4 * channels);
    copy_in(b, bias, 8 * channels);
  }
  requant_t rq = {m, b, shift, (int32_t)lo, (int32_t)hi};
  if (on_harts && !*failed) requant_widen(&rq, m, b, channels);
  return rq;
}

static int8_t *load_weights(bn_address weights, uint32_t bytes, int *failed) {
  int8_t *w = allocate(bytes, failed);
  if (!*failed) copy_in(w, weights, bytes);
  return w;
}

static ima_tile_t *load_tiles(bn_address tiles, uint32_t n, int *failed) {
  const bn_tile *from = (const bn_tile *)(uintptr_t)tiles;
  ima_tile_t *to = allocate(n * sizeof *to, failed);
  for (uint32_t i = 0; i < n && !*failed; i++) {
    const uint32_t count = from[i].n_row_tiles;
    const bn_row_tile *part = (const bn_row_tile *)(uintptr_t)from[i].row_tiles;
    ima_row_tile_t *row_tiles = allocate(count * sizeof *row_tiles, failed);
    if (*failed) break;
    for (uint32_t k = 0; k < count; k++) {
      const ima_row_tile_t tile = {part[k].rows, part[k].array, part[k].x, part[k].y};
      row_tiles[k] = tile;
    }
    const ima_tile_t tile = {from[i].first_col, from[i].cols, count, row_tiles};
    to[i] = tile;
  }
  return to;
}

static operands_t load_pointwise(const bn_pointwise *l, int on_ima, int sliced, int *failed) {
  operands_t o = {load_requant(l->cols, l->mul, l->bias, l->shift, l->lo, l->hi, !on_ima, failed), NULL, NULL};
  if (on_ima)
    o.tiles = load_tiles(l->tiles, l->n_tiles, failed);
  else if (!sliced)
    o.weights = load_weights(l->weights, l->rows * l->cols, failed);
  return o;
}

static operands_t load_depthwise(const bn_depthwise *l, int on_ima, int on_harts, int *failed) {
  operands_t o = {load_requant(l->channels, l->mul, l->bias, l->shift, l->lo, l->hi, on_harts, failed), NULL, NULL};
  if (on_ima)
    o.tiles = load_tiles(l->tiles, l->n_tiles, failed);
  else
    o.weights = load_weights(l->weights, 9 * l->channels, failed);
  return o;
}

int operands_load(work_t *w, const block_t *b, const plan_t *p) {
  const bn_image *i = &b->image;
  const int pointwise_on_ima = i->mapping != BN_MAPPING_CORES;
  int failed = 0;
  w->block = b;
  w->plan = p;
  if (b->has_expand) {
    w->in = allocate(p->in_rows * i->in_w * i->in_c, &failed);
    w->expand = load_pointwise(&b->expand, pointwise_on_ima, p->slice_expand, &failed);
  }
  w->hidden = allocate(p->hidden_rows * p->hidden_pitch, &failed);
  w->depthwise = load_depthwise(&b->depthwise, i->mapping == BN_MAPPING_IMA_ONLY,
                                i->mapping == BN_MAPPING_CORES || i->mapping == BN_MAPPING_IMA_CORES, &failed);
  w->dw = allocate(p->stripe_rows * i->out_w * i->hidden_c, &failed);
  w->project = load_pointwise(&b->project, pointwise_on_ima, p->slice_project, &failed);
  w->out = allocate(p->stripe_rows * i->out_w * i->out_c, &failed);
  for (uint32_t s = 0; s < 2 && p->slice_bytes != 0; s++)
    w->slice[s] = allocate(p->slice_bytes, &failed);
  return !failed;
}

void operands_plot(const block_t *b) {
  const bn_plot *plot = (const bn_plot *)(uintptr_t)b->image.plots;
  if (b->image.n_plots == 0) return;
  ima_select();
  for (uint32_t n = 0; n < b->image.n_plots; n++)
    ima_plot(plot[n].array, plot[n].x, plot[n].y, plot[n].width, plot[n].height,
             (const uint32_t *)(uintptr_t)plot[n].data);
}
