#include "pointwise_xcv.h"

enum { TILE = 4 };

void pointwise_xcv(const pointwise_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const pointwise_t *l = &layer->layer;
  /* As in pointwise_cores: one sequence of tiles, cut evenly; a last tile may overlap its neighbour. */
  const uint32_t pixel_tiles = (l->pixels + TILE - 1) / TILE;
  const uint32_t col_tiles = (l->cols + TILE - 1) / TILE;
  const uint32_t whole = l->pixels / TILE;
  uint32_t index = pixel_tiles * col_tiles * hart / harts;
  const uint32_t end = pixel_tiles * col_tiles * (hart + 1) / harts;
  uint32_t col_tile = index / pixel_tiles;
  uint32_t first = index % pixel_tiles;
  pointwise_xcv_run_t run = {.in_pitch = l->in_pitch,
                             .rows = l->rows,
                             .out_pitch = l->out_pitch,
                             .shift = layer->requant.shift,
                             .range = layer->requant.range,
                             .lo4 = layer->requant.lo4};
  void (*const kernel)(const pointwise_xcv_run_t *) =
      l->in_signed ? pointwise_xcv_i8 : pointwise_xcv_u8;
  for (; index < end; col_tile++, first = 0) {
    uint32_t col = col_tile * TILE;
    if (col + TILE > l->cols) col = l->cols - TILE;
    run.weights = l->weights + col * l->rows;
    run.channels = layer->requant.channels + col;
    const uint32_t last = end - index < pixel_tiles - first ? first + (end - index) : pixel_tiles;
    index += last - first;
    for (uint32_t part = 0; part < 2; part++) {
      /* Whole tiles in one call, then the one that overlaps. */
      const uint32_t from = part == 0 ? first : first > whole ? first : whole;
      const uint32_t to = part == 0 && last > whole ? whole : last;
      if (from >= to) continue;
      const uint32_t pixel = part == 0 ? from * TILE : l->pixels - TILE;
      run.in = (const uint8_t *)l->in + pixel * l->in_pitch;
      run.out = (uint8_t *)l->out + pixel * l->out_pitch + col;
      run.tiles = to - from;
      kernel(&run);
    }
  }
}
