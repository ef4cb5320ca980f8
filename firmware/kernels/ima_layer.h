/* Layers on the in-memory computing engine: a 1x1 or a block-diagonal 3x3 depth-wise convolution. */
#ifndef OCTOBAR_KERNELS_IMA_LAYER_H
#define OCTOBAR_KERNELS_IMA_LAYER_H

#include <stdint.h>

#include "../drivers/ima.h"
#include "requant.h"

/* Outputs that one job computes. */
typedef struct ima_tile {
  uint32_t first_col, cols;
  uint32_t n_row_tiles;
  const ima_row_tile_t *row_tiles;
} ima_tile_t;

/* Pixels of a tensor as the engine walks over them. */
typedef struct ima_grid {
  uint32_t pixel_step; /* bytes from one output pixel to the next in this tensor */
  uint32_t row_step;   /* bytes from the start of one output row to the start of the next */
} ima_grid_t;

typedef struct ima_layer {
  const void *in; /* input bytes of output pixel (0, 0) begin here */
  void *out;
  uint32_t out_h, out_w; /* pixels to compute */
  ima_grid_t in_grid, out_grid;
  uint32_t in_channels; /* bytes from input pixel to input pixel */
  uint32_t in_pitch;    /* bytes from input row to input row; 3x3 windows only */
  uint32_t n_tiles;
  const ima_tile_t *tiles;
  uint32_t weight_bits, in_signed;
  uint32_t adc_m, adc_r; /* adc_r = 0: ideal converters */
  requant_t requant;
} ima_layer_t;

/* All outputs of a 1x1 convolution. One hart calls it; it sleeps until the last byte is written. */
void ima_pointwise(const ima_layer_t *layer);

/*
 * Some of its rows: one job for each tile, queued and not waited for. So the harts can take up rows that are done
 * while the engine computes the next ones.
 */
void ima_pointwise_submit(const ima_layer_t *layer, uint32_t row, uint32_t rows);

/*
 * All outputs of a 3x3 depth-wise convolution whose tiles are block-diagonal: the rows of a tile are
 * 9 taps of its channels, tap-major. `in` is the top left corner of the first window, so padding
 * must be in the tensor. The engine gathers the window (virtual im2col), nothing is copied.
 */
void ima_depthwise(const ima_layer_t *layer);

#endif
