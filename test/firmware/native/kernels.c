/*
 * Runs kernels of the firmware on this machine. Standard input holds one case after the other: a
 * line of numbers (kernel, number of harts, parameters), then the operands as raw bytes; standard
 * output gets the output bytes of each. The harts of a kernel run one after the other.
 */
#include "case.h"

#include <string.h>

#include "drivers/depthwise.h"
#include "drivers/ima.h"
#include "kernels/depthwise.h"
#include "kernels/depthwise_xcv.h"
#include "kernels/ima_layer.h"
#include "kernels/pointwise.h"
#include "kernels/pointwise_xcv.h"
#include "kernels/pulpnn.h"
#include "kernels/residual.h"

/* Versions of a kernel. */
enum { SCALAR, XCV, PULPNN };

static void run_pointwise(uint32_t harts, int xcv) {
  pointwise_t l = {0};
  l.pixels = (uint32_t)number();
  l.rows = (uint32_t)number();
  l.cols = (uint32_t)number();
  l.in_pitch = l.rows;
  l.out_pitch = l.cols;
  l.in_signed = (int)number();
  l.requant = read_requant();
  getchar();
  l.in = operand(l.pixels * l.rows);
  l.weights = operand(l.rows * l.cols);
  read_tables(&l.requant, l.cols);
  l.out = calloc(l.pixels, l.cols);
  if (xcv) {
    if (!pointwise_xcv_fits(&l)) exit(3);
    const pointwise_xcv_t fast = {l, prepare(&l.requant, l.cols)};
    /* Two pixels wide where that goes. */
    const uint32_t width = l.pixels % 2 == 0 ? 2 : l.pixels;
    for (uint32_t hart = 0; hart < harts; hart++)
      if (xcv == XCV)
        pointwise_xcv(&fast, hart, harts);
      else
        pulpnn_pointwise(&fast, width, hart, harts);
  } else {
    for (uint32_t hart = 0; hart < harts; hart++) pointwise_cores(&l, hart, harts);
  }
  write_out(l.out, l.pixels * l.cols);
}

/* harts 0: on the engine */
static void run_depthwise(uint32_t harts, int xcv) {
  depthwise_t l = {0};
  l.in_h = (uint32_t)number();
  l.in_w = (uint32_t)number();
  l.channels = (uint32_t)number();
  l.out_h = (uint32_t)number();
  l.out_w = (uint32_t)number();
  l.stride = (uint32_t)number();
  l.pad_top = (uint32_t)number();
  l.pad_left = (uint32_t)number();
  l.in_signed = (int)number();
  l.in_row_pitch = l.in_w * l.channels;
  l.requant = read_requant();
  getchar();
  l.in = operand(l.in_h * l.in_w * l.channels);
  l.weights = operand(9 * l.channels);
  read_tables(&l.requant, l.channels);
  /* As the applications do; the pointwise cases leave their tables as they are. */
  requant_widen(&l.requant, (int32_t *)l.requant.mul, (int64_t *)l.requant.bias, l.channels);
  l.out = calloc(l.out_h * l.out_w, l.channels);
  if (xcv) {
    depthwise_xcv_t fast = {.layer = l, .requant = prepare(&l.requant, l.channels)};
    /* Two pairs of rows at once, so that most shapes take several passes. */
    fast.scratch_bytes = 2 * depthwise_xcv_line_bytes(&l);
    if (xcv == PULPNN) fast.scratch_bytes = pulpnn_depthwise_scratch(&l);
    fast.scratch = malloc(harts * fast.scratch_bytes);
    if (!(xcv == XCV ? depthwise_xcv_fits(&l) : pulpnn_depthwise_fits(&l))) exit(3);
    for (uint32_t hart = 0; hart < harts; hart++)
      (xcv == XCV ? depthwise_xcv : pulpnn_depthwise)(&fast, hart, harts);
    free(fast.scratch);
  } else {
    for (uint32_t hart = 0; hart < harts; hart++) depthwise_cores(&l, hart, harts);
  }
  if (harts == 0) {
    depthwise_select();
    depthwise_submit(&l);
    depthwise_wait();
  }
  write_out(l.out, l.out_h * l.out_w * l.channels);
}

static void run_residual(uint32_t harts) {
  residual_t l = {0};
  l.count = (uint32_t)number();
  l.mul_skip = (int32_t)number();
  l.mul_branch = (int32_t)number();
  l.shift = (uint32_t)number();
  l.lo = (int32_t)number();
  l.hi = (int32_t)number();
  getchar();
  l.skip = operand(l.count);
  l.branch = operand(l.count);
  l.out = calloc(l.count, 1);
  for (uint32_t hart = 0; hart < harts; hart++) residual_cores(&l, hart, harts);
  write_out(l.out, l.count);
}

/* Tiles of the layer: first column, columns, and one row tile each: rows, array, x, y. */
static void run_ima(int window) {
  ima_layer_t l = {0};
  l.out_h = (uint32_t)number();
  l.out_w = (uint32_t)number();
  const uint32_t in_h = (uint32_t)number();
  const uint32_t in_w = (uint32_t)number();
  const uint32_t stride = (uint32_t)number();
  const uint32_t out_channels = (uint32_t)number();
  l.in_channels = (uint32_t)number();
  l.weight_bits = (uint32_t)number();
  l.in_signed = (uint32_t)number();
  l.adc_m = (uint32_t)number();
  l.adc_r = (uint32_t)number();
  l.requant = read_requant();
  const uint32_t tiles = (uint32_t)number();
  ima_tile_t tile[16];
  ima_row_tile_t place[16][16];
  size_t words[16][16];
  for (uint32_t t = 0; t < tiles; t++) {
    tile[t].first_col = (uint32_t)number();
    tile[t].cols = (uint32_t)number();
    tile[t].n_row_tiles = (uint32_t)number();
    tile[t].row_tiles = place[t];
    for (uint32_t k = 0; k < tile[t].n_row_tiles; k++) {
      place[t][k].rows = (uint32_t)number();
      place[t][k].array = (uint32_t)number();
      place[t][k].x = (uint32_t)number();
      place[t][k].y = (uint32_t)number();
      words[t][k] = (tile[t].cols * l.weight_bits / 4 + 7) / 8 * place[t][k].rows;
    }
  }
  getchar();
  l.in_pitch = in_w * l.in_channels;
  l.in = operand(in_h * l.in_pitch);
  read_tables(&l.requant, out_channels);
  ima_select();
  for (uint32_t t = 0; t < tiles; t++)
    for (uint32_t k = 0; k < tile[t].n_row_tiles; k++) {
      uint32_t *cells = operand(4 * words[t][k]);
      ima_plot(place[t][k].array, place[t][k].x, place[t][k].y,
               tile[t].cols * l.weight_bits / 4, place[t][k].rows, cells);
      free(cells);
    }
  l.n_tiles = tiles;
  l.tiles = tile;
  l.in_grid.pixel_step = stride * l.in_channels;
  l.in_grid.row_step = stride * l.in_pitch;
  l.out_grid.pixel_step = out_channels;
  l.out_grid.row_step = l.out_w * out_channels;
  l.out = calloc(l.out_h * l.out_w, out_channels);
  (window ? ima_depthwise : ima_pointwise)(&l);
  write_out(l.out, l.out_h * l.out_w * out_channels);
}

int main(void) {
  char kernel[32];
  while (scanf("%31s", kernel) == 1) {
    const uint32_t harts = (uint32_t)number();
    if (strcmp(kernel, "pointwise") == 0) run_pointwise(harts, SCALAR);
    else if (strcmp(kernel, "pointwise-xcv") == 0) run_pointwise(harts, XCV);
    else if (strcmp(kernel, "pointwise-pulpnn") == 0) run_pointwise(harts, PULPNN);
    else if (strcmp(kernel, "depthwise") == 0) run_depthwise(harts, SCALAR);
    else if (strcmp(kernel, "depthwise-xcv") == 0) run_depthwise(harts, XCV);
    else if (strcmp(kernel, "depthwise-pulpnn") == 0) run_depthwise(harts, PULPNN);
    else if (strcmp(kernel, "residual") == 0) run_residual(harts);
    else if (strcmp(kernel, "ima-pointwise") == 0) run_ima(0);
    else if (strcmp(kernel, "ima-depthwise") == 0) run_ima(1);
    else if (!run_layer(kernel, harts)) return 2;
  }
  return 0;
}
