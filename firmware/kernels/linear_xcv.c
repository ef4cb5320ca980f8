#include "linear_xcv.h"

#include "requant_xcv_c.h"

enum { TILE = 8 };

static void finish(const linear_xcv_t *layer, uint32_t c, int32_t sum) {
  if (layer->layer.sums != NULL) {
    layer->layer.sums[c] = sum;
    return;
  }
  const requant_xcv_t *rq = &layer->requant;
  const uint32_t q = requant_xcv((uint32_t)sum, &rq->channels[c], rq->shift, rq->range);
  ((uint8_t *)layer->layer.out)[c] = (uint8_t)(q + rq->lo4);
}

/* Fewer outputs than a tile. */
static int32_t single(const linear_t *l, uint32_t c) {
  const uint32_t *x = l->in, *w = (const uint32_t *)(l->weights + c * linear_pitch(l));
  uint32_t sum = 0;
  for (uint32_t r = 0; r < l->rows / 4; r++)
    sum = l->in_signed ? cv_sdotsp_b(sum, x[r], w[r]) : cv_sdotusp_b(sum, x[r], w[r]);
  return (int32_t)sum;
}

void linear_xcv(const linear_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const linear_t *l = &layer->layer;
  if (l->cols < TILE) {
    for (uint32_t c = hart; c < l->cols; c += harts) finish(layer, c, single(l, c));
    return;
  }
  int32_t sums[TILE];
  linear_xcv_run_t run = {.in = l->in, .rows = l->rows, .sums = sums, .pitch = linear_pitch(l)};
  const uint32_t tiles = (l->cols + TILE - 1) / TILE;
  for (uint32_t tile = tiles * hart / harts; tile < tiles * (hart + 1) / harts; tile++) {
    /* The last tile overlaps the one before it and writes the same bytes again. */
    const uint32_t col = tile * TILE + TILE > l->cols ? l->cols - TILE : tile * TILE;
    run.weights = l->weights + col * run.pitch;
    if (l->sums != NULL) run.sums = l->sums + col;
    (l->in_signed ? linear_xcv_i8 : linear_xcv_u8)(&run);
    if (l->sums == NULL)
      requant_xcv_bytes(&layer->requant, col, sums, (uint8_t *)l->out + col, TILE);
  }
}
