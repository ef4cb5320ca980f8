/* The layers at both ends of a network: first convolution, pooling, classifier. `<kernel>-xcv` is the CORE-V version. */
#include "case.h"

#include <string.h>

#include "kernels/avgpool_xcv.h"
#include "kernels/conv3x3_rgb.h"
#include "kernels/conv3x3_xcv.h"
#include "kernels/linear_xcv.h"

static void run_conv3x3(uint32_t harts, int xcv, int rgb) {
  conv3x3_t l = {0};
  l.in_h = (uint32_t)number();
  l.in_w = (uint32_t)number();
  l.in_c = (uint32_t)number();
  l.out_h = (uint32_t)number();
  l.out_w = (uint32_t)number();
  l.stride = (uint32_t)number();
  l.pad_top = (uint32_t)number();
  l.pad_left = (uint32_t)number();
  l.out_c = (uint32_t)number();
  l.pad_value = (int32_t)number();
  const uint32_t tiles = (uint32_t)number();
  l.in_signed = (int)number();
  l.in_row_pitch = l.in_w * l.in_c;
  l.requant = read_requant();
  getchar();
  l.in = operand(l.in_h * l.in_row_pitch);
  l.weights = operand(l.out_c * CONV3X3_WEIGHTS_PITCH(l.in_c));
  read_tables(&l.requant, l.out_c);
  const size_t bytes = (size_t)l.out_h * l.out_w * l.out_c;
  l.out = calloc(bytes, 1);
  if (xcv && rgb) {
    conv3x3_rgb_channel_t *table = calloc(l.out_c, sizeof(*table));
    if (!conv3x3_rgb_fits(&l) || !conv3x3_rgb_prepare(&l, table)) exit(3);
    conv3x3_rgb_t fast = {.layer = l, .channels = table};
    fast.scratch_bytes = tiles * CONV3X3_RGB_LEAST_SCRATCH;
    fast.scratch = malloc(harts * fast.scratch_bytes);
    for (uint32_t hart = 0; hart < harts; hart++) conv3x3_rgb(&fast, hart, harts);
    free(fast.scratch);
  } else if (xcv) {
    if (!conv3x3_xcv_fits(&l)) exit(3);
    conv3x3_xcv_t fast = {.layer = l, .requant = prepare(&l.requant, l.out_c)};
    fast.scratch_bytes = tiles * conv3x3_xcv_least_scratch(&l);
    fast.scratch = malloc(harts * fast.scratch_bytes);
    for (uint32_t hart = 0; hart < harts; hart++) conv3x3_xcv(&fast, hart, harts);
    free(fast.scratch);
  } else {
    for (uint32_t hart = 0; hart < harts; hart++) conv3x3_cores(&l, hart, harts);
  }
  write_out(l.out, bytes);
}

static void run_avgpool(uint32_t harts, int xcv) {
  avgpool_t l = {0};
  const uint32_t in_h = (uint32_t)number(), in_w = (uint32_t)number();
  l.channels = (uint32_t)number();
  l.out_h = (uint32_t)number();
  l.out_w = (uint32_t)number();
  l.window_h = (uint32_t)number();
  l.window_w = (uint32_t)number();
  l.stride = (uint32_t)number();
  l.in_signed = (int)number();
  l.in_row_pitch = in_w * l.channels;
  l.requant = read_requant();
  getchar();
  l.in = operand(in_h * l.in_row_pitch);
  read_tables(&l.requant, l.channels);
  const size_t bytes = (size_t)l.out_h * l.out_w * l.channels;
  l.out = calloc(bytes, 1);
  if (xcv) {
    if (!avgpool_xcv_fits(&l)) exit(3);
    const avgpool_xcv_t fast = {l, prepare(&l.requant, l.channels)};
    for (uint32_t hart = 0; hart < harts; hart++) avgpool_xcv(&fast, hart, harts);
  } else {
    for (uint32_t hart = 0; hart < harts; hart++) avgpool_cores(&l, hart, harts);
  }
  write_out(l.out, bytes);
}

static void run_linear(uint32_t harts, int xcv) {
  linear_t l = {0};
  l.rows = (uint32_t)number();
  l.cols = (uint32_t)number();
  const int raw = (int)number();
  l.weights_pitch = (uint32_t)number();
  l.in_signed = (int)number();
  l.requant = read_requant();
  getchar();
  l.in = operand(l.rows);
  l.weights = operand(l.weights_pitch * l.cols);
  read_tables(&l.requant, l.cols);
  void *out = calloc(l.cols, raw ? 4 : 1);
  if (raw)
    l.sums = out;
  else
    l.out = out;
  if (xcv) {
    if (!linear_xcv_fits(&l)) exit(3);
    const linear_xcv_t fast = {l, prepare(&l.requant, l.cols)};
    for (uint32_t hart = 0; hart < harts; hart++) linear_xcv(&fast, hart, harts);
  } else {
    for (uint32_t hart = 0; hart < harts; hart++) linear_cores(&l, hart, harts);
  }
  write_out(out, raw ? 4 * l.cols : l.cols);
}

int run_layer(const char *kernel, uint32_t harts) {
  const int xcv = strstr(kernel, "-xcv") != NULL;
  if (strncmp(kernel, "conv3x3", 7) == 0) run_conv3x3(harts, xcv, strstr(kernel, "rgb") != NULL);
  else if (strncmp(kernel, "avgpool", 7) == 0) run_avgpool(harts, xcv);
  else if (strncmp(kernel, "linear", 6) == 0) run_linear(harts, xcv);
  else return 0;
  return 1;
}
