#include "pulpnn.h"

/* Items of each hart: as many for all, and one more when they do not divide evenly. */
static uint32_t chunk_begin(uint32_t items, uint32_t hart, uint32_t harts) {
  const uint32_t chunk = (items + harts - 1) / harts;
  return chunk * hart < items ? chunk * hart : items;
}

void pulpnn_pointwise(const pointwise_xcv_t *layer, uint32_t width, uint32_t hart, uint32_t harts) {
  const pointwise_t *l = &layer->layer;
  const uint32_t height = l->pixels / width;
  const uint32_t end = chunk_begin(height, hart + 1, harts);
  void (*const pair)(const pulpnn_matmul_t *) = l->in_signed ? pulpnn_matmul_i8 : pulpnn_matmul_u8;
  void (*const single)(const pulpnn_matmul_t *) = l->in_signed ? pulpnn_single_i8 : pulpnn_single_u8;
  pulpnn_matmul_t run = {.weights = l->weights,
                         .in_pitch = l->in_pitch,
                         .rows = l->rows,
                         .out_pitch = l->out_pitch,
                         .groups = l->cols / 4,
                         .channels = layer->requant.channels,
                         .shift = layer->requant.shift,
                         .range = layer->requant.range,
                         .lo4 = layer->requant.lo4};
  for (uint32_t y = chunk_begin(height, hart, harts); y < end; y++)
    for (uint32_t x = 0; x < width; x += 2) {
      run.in = (const uint8_t *)l->in + (y * width + x) * l->in_pitch;
      run.out = (uint8_t *)l->out + (y * width + x) * l->out_pitch;
      (x + 1 < width ? pair : single)(&run);
    }
}

void pulpnn_add(const residual_t *l, uint32_t row_bytes, uint32_t hart, uint32_t harts) {
  const uint32_t rows = (l->count + row_bytes - 1) / row_bytes;
  const uint32_t first = chunk_begin(rows, hart, harts) * row_bytes;
  uint32_t end = chunk_begin(rows, hart + 1, harts) * row_bytes;
  if (end > l->count) end = l->count;
  const pulpnn_sum_t run = {l->skip + first, l->branch + first, l->out + first, end - first,
                            l->mul_skip,     l->mul_branch,     l->shift,       l->lo,
                            l->hi};
  if (end > first) pulpnn_sum(&run);
}
