/*
 * Steps of a network: what the runner and generated C call. Hart 0 calls them; harts without a part sleep.
 * Addresses are guest addresses; activations are HWC with zero point 0.
 */
#ifndef OCTOBAR_NETWORK_NETWORK_H
#define OCTOBAR_NETWORK_NETWORK_H

#include <stdint.h>

#include "../hal/generated/network_image.h"

/*
 * Checks the data in L2; `plan` is the digest of the plan that the caller was made for, 0: any. Prints what is
 * wrong and returns 0, or returns 1. Before any allocation in the TCDM.
 */
int net_open(uint32_t plan);

/* ---- moving data ---- */

/* Starts a transfer; `slot` (below NET_SLOTS) names it. A slot must be waited for before its next use. */
void net_copy_in(uint32_t slot, net_address l2, net_address tcdm, uint32_t bytes);
void net_copy_out(uint32_t slot, net_address l2, net_address tcdm, uint32_t bytes);
/* Sleeps until the transfer of the slot is done; returns at once when there is none. */
void net_wait(uint32_t slot);
/* All harts move words inside the TCDM; both ranges are aligned and do not overlap. */
void net_move(net_address to, net_address from, uint32_t bytes);

/* ---- engines ---- */

/* Programs `count` rectangles of cells, net_plot[] in L2. */
void net_program(net_address plots, uint32_t count);
/* 1x1 convolution of contiguous pixels on crossbars, column tiles first_tile .. first_tile + tiles - 1. */
void net_array(const net_layer *layer, net_address in, net_address out, uint32_t pixels,
               uint32_t first_tile, uint32_t tiles);
/* The same in two parts: harts may compute something else before net_array_finish; the depth-wise engine may not. */
void net_array_start(const net_layer *layer, net_address in, net_address out, uint32_t pixels,
                     uint32_t first_tile, uint32_t tiles);
void net_array_finish(const net_layer *layer);
/* Rows of a 3x3 depth-wise convolution; pad_top rows of zeros lie above the first input row. */
void net_depthwise(const net_layer *layer, net_address in, net_address out, uint32_t in_rows,
                   uint32_t out_rows, uint32_t pad_top);

/* ---- harts ---- */

void net_depthwise_harts(const net_layer *layer, net_address in, net_address out, uint32_t in_rows,
                         uint32_t out_rows, uint32_t pad_top);
/* 3x3 convolution with all weights resident, made for the few channels of a first layer. */
void net_convolution(const net_layer *layer, net_address in, net_address out, uint32_t in_rows,
                     uint32_t out_rows, uint32_t pad_top);
/* The same over three channels; layer->weights is conv3x3_rgb_channel_t[cols]. */
void net_convolution_rgb(const net_layer *layer, net_address in, net_address out, uint32_t in_rows,
                         uint32_t out_rows, uint32_t pad_top);
/* The windows of out_rows output rows, layer->rows bytes each (filled up with zeros). */
void net_windows(const net_layer *layer, net_address in, net_address to, uint32_t in_rows,
                 uint32_t out_rows, uint32_t pad_top);
/* out[p][first_col + c] for `cols` outputs of each pixel; `weights` is [cols][rows], 0: layer->weights. */
void net_products(const net_layer *layer, net_address in, net_address out, uint32_t pixels,
                  net_address weights, uint32_t first_col, uint32_t cols);
/* The same for a single pixel; the outputs may be int32 logits. */
void net_linear(const net_layer *layer, net_address in, net_address out, net_address weights,
                uint32_t first_col, uint32_t cols);
void net_add(const net_layer *layer, net_address a, net_address b, net_address out, uint32_t count);
void net_pool(const net_layer *layer, net_address in, net_address out, uint32_t out_rows);

/* ---- marks for the tool: empty functions in assembly ---- */

/* Rows of the tensor of a layer are complete; first_and_count = first | count << 16. */
void net_show(const net_layer *layer, net_address data, uint32_t first_and_count, uint32_t pitch);
void net_start(void);
void net_end(void);

#endif
