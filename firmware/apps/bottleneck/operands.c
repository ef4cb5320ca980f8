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

/* On harts the scalar tables are widened for the scalar kernels, behind the copy for CORE-V. */
static operands_t load_requant(const bn_image *i, uint32_t channels, const bn_address tables[2],
                               const uint32_t range[3], int on_harts, load_t *state) {
  int failed = 0;
  int32_t *m = allocate(4 * channels, &failed);
  int64_t *b = allocate(8 * channels, &failed);
  operands_t o = {.requant = {m, b, range[0], (int32_t)range[1], (int32_t)range[2]}};
  requant_xcv_channel_t *fast = NULL;
  if (on_harts && uses_xcv(i)) fast = allocate(channels * sizeof *fast, &failed);
  if (failed) *state = LOAD_NO_MEMORY;
  if (*state != LOAD_OK) return o;
  copy_in(m, tables[0], 4 * channels);
  copy_in(b, tables[1], 8 * channels);
  if (fast != NULL && !requant_xcv_prepare(&o.requant, channels, fast, &o.fast)) *state = LOAD_NO_FIT;
  if (on_harts) requant_widen(&o.requant, m, b, channels);
  return o;
}

static int8_t *load_weights(bn_address weights, uint32_t bytes, load_t *state) {
  int failed = 0;
  int8_t *w = allocate(bytes, &failed);
  if (failed) *state = LOAD_NO_MEMORY;
  if (*state == LOAD_OK) copy_in(w, weights, bytes);
  return w;
}

static ima_tile_t *load_tiles(bn_address tiles, uint32_t n, load_t *state) {
  const bn_tile *from = (const bn_tile *)(uintptr_t)tiles;
  int failed = 0;
  ima_tile_t *to = allocate(n * sizeof *to, &failed);
  for (uint32_t i = 0; i < n && !failed; i++) {
    const uint32_t count = from[i].n_row_tiles;
    const bn_row_tile *part = (const bn_row_tile *)(uintptr_t)from[i].row_tiles;
    ima_row_tile_t *row_tiles = allocate(count * sizeof *row_tiles, &failed);
    if (failed) break;
    for (uint32_t k = 0; k < count; k++) {
      const ima_row_tile_t tile = {part[k].rows, part[k].array, part[k].x, part[k].y};
      row_tiles[k] = tile;
    }
    const ima_tile_t tile = {from[i].first_col, from[i].cols, count, row_tiles};
    to[i] = tile;
  }
  if (failed) *state = LOAD_NO_MEMORY;
  return to;
}

static operands_t load_pointwise(const bn_image *i, const bn_pointwise *l, int sliced, load_t *state) {
  const bn_address tables[2] = {l->mul, l->bias};
  const uint32_t range[3] = {l->shift, l->lo, l->hi};
  const int on_harts = pointwise_on_harts(i);
  operands_t o = load_requant(i, l->cols, tables, range, on_harts, state);
  if (!on_harts)
    o.tiles = load_tiles(l->tiles, l->n_tiles, state);
  else if (!sliced)
    o.weights = load_weights(l->weights, l->rows * l->cols, state);
  return o;
}

static operands_t load_depthwise(const bn_image *i, const bn_depthwise *l, load_t *state) {
  const bn_address tables[2] = {l->mul, l->bias};
  const uint32_t range[3] = {l->shift, l->lo, l->hi};
  operands_t o = load_requant(i, l->channels, tables, range, depthwise_on_harts(i), state);
  if (i->mapping == BN_MAPPING_IMA_ONLY)
    o.tiles = load_tiles(l->tiles, l->n_tiles, state);
  else
    o.weights = load_weights(l->weights, 9 * l->channels, state);
  return o;
}

load_t operands_load(work_t *w, const block_t *b, const plan_t *p) {
  const bn_image *i = &b->image;
  load_t state = LOAD_OK;
  int failed = 0;
  w->block = b;
  w->plan = p;
  if (b->has_expand) {
    w->in = allocate(p->in_rows * i->in_w * i->in_c, &failed);
    w->expand = load_pointwise(i, &b->expand, p->slice_expand, &state);
  }
  w->hidden = allocate(p->hidden_rows * p->hidden_pitch, &failed);
  w->depthwise = load_depthwise(i, &b->depthwise, &state);
  w->dw = allocate(p->stripe_rows * i->out_w * i->hidden_c, &failed);
  w->project = load_pointwise(i, &b->project, p->slice_project, &state);
  w->out = allocate(p->stripe_rows * i->out_w * i->out_c, &failed);
  for (uint32_t s = 0; s < 2 && p->slice_bytes != 0; s++)
    w->slice[s] = allocate(p->slice_bytes, &failed);
  if (p->scratch_bytes != 0)
    w->scratch = allocate(pi_cl_cluster_nb_cores() * p->scratch_bytes, &failed);
  return failed ? LOAD_NO_MEMORY : state;
}

void operands_plot(const block_t *b) {
  const bn_plot *plot = (const bn_plot *)(uintptr_t)b->image.plots;
  if (b->image.n_plots == 0) return;
  ima_select();
  for (uint32_t n = 0; n < b->image.n_plots; n++)
    ima_plot(plot[n].array, plot[n].x, plot[n].y, plot[n].width, plot[n].height,
             (const uint32_t *)(uintptr_t)plot[n].data);
}
