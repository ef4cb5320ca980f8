/* Layers on the harts: CORE-V kernels where the shape fits, the scalar ones elsewhere. */
#include "kernels/avgpool_xcv.h"
#include "kernels/conv3x3_rgb.h"
#include "kernels/conv3x3_xcv.h"
#include "kernels/depthwise_xcv.h"
#include "kernels/linear_xcv.h"
#include "kernels/pointwise_xcv.h"
#include "kernels/residual_xcv.h"
#include "network.h"
#include "pmsis.h"

static inline void *at(net_address address) { return (void *)(uintptr_t)address; }
static inline uint32_t harts(void) { return (uint32_t)pi_cl_team_nb_cores(); }

static requant_t scalar(const net_layer *l, uint32_t first) {
  const requant_t r = {(const int32_t *)at(l->mul) + first, (const int64_t *)at(l->bias) + first,
                       l->shift, (int32_t)l->lo, (int32_t)l->hi};
  return r;
}

static requant_xcv_t fast(const net_layer *l, uint32_t first) {
  const requant_xcv_t r = {(const requant_xcv_channel_t *)at(l->channels) + first, l->shift31,
                           l->range, l->lo4};
  return r;
}

/* ---- depth-wise ---- */

static void depthwise_fast(void *arg) { depthwise_xcv(arg, pi_core_id(), harts()); }
static void depthwise_slow(void *arg) { depthwise_cores(arg, pi_core_id(), harts()); }

void net_depthwise_harts(const net_layer *l, net_address in, net_address out, uint32_t in_rows,
                         uint32_t out_rows, uint32_t pad_top) {
  depthwise_xcv_t job = {.layer = {.in = at(in),
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
                                   .requant = scalar(l, 0)},
                         .requant = fast(l, 0),
                         .scratch = at(l->scratch),
                         .scratch_bytes = l->scratch_bytes};
  if (l->corev && depthwise_xcv_fits(&job.layer))
    pi_cl_team_fork(0, depthwise_fast, &job);
  else
    pi_cl_team_fork(0, depthwise_slow, &job.layer);
}

/* ---- convolutions ---- */

static void convolution_fast(void *arg) { conv3x3_xcv(arg, pi_core_id(), harts()); }
static void convolution_slow(void *arg) { conv3x3_cores(arg, pi_core_id(), harts()); }
static void convolution_rgb(void *arg) { conv3x3_rgb(arg, pi_core_id(), harts()); }

static conv3x3_t convolution(const net_layer *l, net_address in, net_address out, uint32_t in_rows,
                             uint32_t out_rows, uint32_t pad_top) {
  const conv3x3_t c = {.in = at(in),
                       .out = at(out),
                       .weights = at(l->weights),
                       .in_h = in_rows,
                       .in_w = l->in_w,
                       .in_c = l->in_c,
                       .out_h = out_rows,
                       .out_w = l->out_w,
                       .out_c = l->cols,
                       .stride = l->stride,
                       .pad_top = pad_top,
                       .pad_left = l->pad_left,
                       .in_row_pitch = l->in_w * l->in_c,
                       .in_signed = (int)l->in_signed,
                       .requant = scalar(l, 0)};
  return c;
}

void net_convolution(const net_layer *l, net_address in, net_address out, uint32_t in_rows,
                     uint32_t out_rows, uint32_t pad_top) {
  conv3x3_xcv_t job = {.layer = convolution(l, in, out, in_rows, out_rows, pad_top),
                       .requant = fast(l, 0),
                       .scratch = at(l->scratch),
                       .scratch_bytes = l->scratch_bytes};
  if (l->corev && conv3x3_xcv_fits(&job.layer))
    pi_cl_team_fork(0, convolution_fast, &job);
  else
    pi_cl_team_fork(0, convolution_slow, &job.layer);
}

void net_convolution_rgb(const net_layer *l, net_address in, net_address out, uint32_t in_rows,
                         uint32_t out_rows, uint32_t pad_top) {
  conv3x3_rgb_t job = {.layer = convolution(l, in, out, in_rows, out_rows, pad_top),
                       .channels = at(l->weights),
                       .scratch = at(l->scratch),
                       .scratch_bytes = l->scratch_bytes};
  pi_cl_team_fork(0, convolution_rgb, &job);
}

typedef struct windows {
  const net_layer *layer;
  const uint8_t *in;
  uint8_t *to;
  uint32_t in_rows, out_rows, pad_top;
} windows_t;

/* One row of a window: columns outside of the tensor are zeros. */
static void window_row(const net_layer *l, const uint8_t *row, int32_t x, uint8_t *to) {
  const uint32_t c = l->in_c;
  uint32_t from = 0, end = l->window_w;
  if (x < 0) from = (uint32_t)-x;
  if (x + (int32_t)end > (int32_t)l->in_w) end = (uint32_t)((int32_t)l->in_w - x);
  if (from > 0) memset(to, 0, from * c);
  memcpy(to + from * c, row + (x + (int32_t)from) * (int32_t)c, (end - from) * c);
  if (end < l->window_w) memset(to + end * c, 0, (l->window_w - end) * c);
}

static void windows_part(void *arg) {
  const windows_t *w = arg;
  const net_layer *l = w->layer;
  const uint32_t pixels = w->out_rows * l->out_w, bytes = l->window_w * l->in_c;
  const uint32_t end = pixels * (pi_core_id() + 1) / harts();
  for (uint32_t p = pixels * pi_core_id() / harts(); p < end; p++) {
    const int32_t y = (int32_t)(p / l->out_w * l->stride) - (int32_t)w->pad_top;
    const int32_t x = (int32_t)(p % l->out_w * l->stride) - (int32_t)l->pad_left;
    uint8_t *to = w->to + p * l->rows;
    for (uint32_t k = 0; k < l->window_h; k++, to += bytes) {
      const int32_t row = y + (int32_t)k;
      if (row < 0 || row >= (int32_t)w->in_rows)
        memset(to, 0, bytes);
      else
        window_row(l, w->in + (uint32_t)row * l->in_w * l->in_c, x, to);
    }
    memset(to, 0, l->rows - l->window_h * bytes);
  }
}

void net_windows(const net_layer *l, net_address in, net_address to, uint32_t in_rows,
                 uint32_t out_rows, uint32_t pad_top) {
  windows_t job = {l, at(in), at(to), in_rows, out_rows, pad_top};
  pi_cl_team_fork(0, windows_part, &job);
}

static void products_fast(void *arg) { pointwise_xcv(arg, pi_core_id(), harts()); }
static void products_slow(void *arg) { pointwise_cores(arg, pi_core_id(), harts()); }

void net_products(const net_layer *l, net_address in, net_address out, uint32_t pixels,
                  net_address weights, uint32_t first_col, uint32_t cols) {
  pointwise_xcv_t job = {.layer = {.in = at(in),
                                   .out = (uint8_t *)at(out) + first_col,
                                   .weights = at(weights != 0 ? weights : l->weights),
                                   .pixels = pixels,
                                   .rows = l->rows,
                                   .cols = cols,
                                   .in_pitch = l->rows,
                                   .out_pitch = l->cols,
                                   .in_signed = (int)l->in_signed,
                                   .requant = scalar(l, first_col)},
                         .requant = fast(l, first_col)};
  if (l->corev && pointwise_xcv_fits(&job.layer))
    pi_cl_team_fork(0, products_fast, &job);
  else
    pi_cl_team_fork(0, products_slow, &job.layer);
}

/* ---- one pixel ---- */

static void linear_fast(void *arg) { linear_xcv(arg, pi_core_id(), harts()); }
static void linear_slow(void *arg) { linear_cores(arg, pi_core_id(), harts()); }

static int32_t logit(int32_t acc, const requant_t *r, uint32_t c) {
  const int64_t q = ((int64_t)acc * r->mul[c] + r->bias[c] + ((int64_t)1 << (r->shift - 1))) >> r->shift;
  return q < r->lo ? r->lo : q > r->hi ? r->hi : (int32_t)q;
}

void net_linear(const net_layer *l, net_address in, net_address out, net_address weights,
                uint32_t first_col, uint32_t cols) {
  int32_t *sums = l->out_bytes == 4 ? (int32_t *)at(out) + first_col : NULL;
  linear_xcv_t job = {.layer = {.in = at(in),
                                .out = (uint8_t *)at(out) + first_col,
                                .sums = sums,
                                .weights = at(weights != 0 ? weights : l->weights),
                                .rows = l->rows,
                                .cols = cols,
                                .in_signed = (int)l->in_signed,
                                .requant = scalar(l, first_col)},
                      .requant = fast(l, first_col)};
  if (l->corev && linear_xcv_fits(&job.layer))
    pi_cl_team_fork(0, linear_fast, &job);
  else
    pi_cl_team_fork(0, linear_slow, &job.layer);
  /* A few classes: not worth a fork of their own. */
  for (uint32_t c = 0; sums != NULL && c < cols; c++)
    sums[c] = logit(sums[c], &job.layer.requant, c);
}

/* ---- without weights ---- */

static void add_fast(void *arg) { residual_xcv(arg, pi_core_id(), harts()); }
static void add_slow(void *arg) { residual_cores(arg, pi_core_id(), harts()); }

void net_add(const net_layer *l, net_address a, net_address b, net_address out, uint32_t count) {
  residual_t job = {.skip = at(a),
                    .branch = at(b),
                    .out = at(out),
                    .count = count,
                    .mul_skip = (int32_t)l->mul_a,
                    .mul_branch = (int32_t)l->mul_b,
                    .shift = l->shift,
                    .lo = (int32_t)l->lo,
                    .hi = (int32_t)l->hi};
  pi_cl_team_fork(0, l->corev ? add_fast : add_slow, &job);
}

static void pool_fast(void *arg) { avgpool_xcv(arg, pi_core_id(), harts()); }
static void pool_slow(void *arg) { avgpool_cores(arg, pi_core_id(), harts()); }

void net_pool(const net_layer *l, net_address in, net_address out, uint32_t out_rows) {
  avgpool_xcv_t job = {.layer = {.in = at(in),
                                 .out = at(out),
                                 .channels = l->cols,
                                 .out_h = out_rows,
                                 .out_w = l->out_w,
                                 .window_h = l->window_h,
                                 .window_w = l->window_w,
                                 .stride = l->stride,
                                 .in_row_pitch = l->in_w * l->cols,
                                 .in_signed = (int)l->in_signed,
                                 .requant = scalar(l, 0)},
                       .requant = fast(l, 0)};
  if (l->corev && avgpool_xcv_fits(&job.layer))
    pi_cl_team_fork(0, pool_fast, &job);
  else
    pi_cl_team_fork(0, pool_slow, &job.layer);
}
