/* Layers on the engines. Hart 0 queues jobs and sleeps until the last byte is written. */
#include "drivers/depthwise.h"
#include "drivers/ima.h"
#include "kernels/ima_layer.h"
#include "network.h"

static inline void *at(net_address address) { return (void *)(uintptr_t)address; }

void net_program(net_address plots, uint32_t count) {
  const net_plot *plot = at(plots);
  ima_select();
  for (uint32_t n = 0; n < count; n++)
    ima_plot(plot[n].array, plot[n].x, plot[n].y, plot[n].width, plot[n].height, at(plot[n].data));
}

static void submit(const net_layer *l, net_address in, net_address out, uint32_t pixels,
                   uint32_t first_tile, uint32_t tiles) {
  const ima_tile_t *tile = (const ima_tile_t *)at(l->tiles) + first_tile;
  ima_job_t job = {.src = at(in),
                   .pixels = pixels,
                   .line_bytes = l->rows,
                   .line_stride = l->rows,
                   .block_lines = 1,
                   .block_stride = l->rows,
                   /* All pixels lie behind each other, so that rows do not matter. */
                   .in = {pixels, (int32_t)l->rows, 0},
                   .out = {pixels, (int32_t)l->cols, 0},
                   .weight_bits = l->weight_bits,
                   .in_signed = l->in_signed,
                   .adc_m = l->adc_m,
                   .adc_r = l->adc_r,
                   .shift = l->shift,
                   .lo = (int32_t)l->lo,
                   .hi = (int32_t)l->hi};
  ima_select();
  for (uint32_t i = 0; i < tiles; i++) {
    job.dst = (uint8_t *)at(out) + tile[i].first_col;
    job.cols = tile[i].cols;
    job.n_row_tiles = tile[i].n_row_tiles;
    job.row_tiles = tile[i].row_tiles;
    job.mul = (const int32_t *)at(l->mul) + tile[i].first_col;
    job.bias = (const int64_t *)at(l->bias) + tile[i].first_col;
    ima_submit(&job);
  }
}

void net_array(const net_layer *layer, net_address in, net_address out, uint32_t pixels,
               uint32_t first_tile, uint32_t tiles) {
  submit(layer, in, out, pixels, first_tile, tiles);
  ima_wait();
}

void net_array_start(const net_layer *layer, net_address in, net_address out, uint32_t pixels,
                     uint32_t first_tile, uint32_t tiles) {
  submit(layer, in, out, pixels, first_tile, tiles);
}

void net_array_finish(const net_layer *layer) {
  (void)layer;
  ima_wait();
}

void net_depthwise(const net_layer *l, net_address in, net_address out, uint32_t in_rows,
                   uint32_t out_rows, uint32_t pad_top) {
  const depthwise_t job = {.in = at(in),
                           .out = at(out),
                           .weights = at(l->weights),
                           .in_h = in_rows,
                           .in_w = l->in_w,
                           .channels = l->cols,
                           .out_h = out_rows,
                           .out_w = l->out_w,
                           .stride = l->stride,
                           .pad_top = pad_top,
                           .pad_left = l->pad_left,
                           .in_row_pitch = l->in_w * l->cols,
                           .in_signed = (int)l->in_signed,
                           .requant = {at(l->mul), at(l->bias), l->shift, (int32_t)l->lo,
                                       (int32_t)l->hi}};
  depthwise_select();
  depthwise_submit(&job);
  depthwise_wait();
}
