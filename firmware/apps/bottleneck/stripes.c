/*
 * The block, stripe after stripe of output rows; a block that fits is one stripe. Rows of the
 * hidden tensor that two stripes need are computed once and moved.
 */
#include "bottleneck.h"

/* Rows that a stripe deals with; [first, end) each. */
typedef struct rows {
  uint32_t out, out_end;       /* output */
  int32_t top;                 /* hidden row of the first window, padding included */
  uint32_t hidden, hidden_end; /* hidden rows that the windows touch */
  uint32_t fresh;              /* first of them that the stripe before did not leave */
  uint32_t in;                 /* first input row in the buffer; the last is that of hidden */
} rows_t;

/* One behind the last hidden row that the output rows before `out_end` need. */
static uint32_t hidden_end(const bn_image *i, uint32_t out_end) {
  const uint32_t end = (out_end - 1) * i->stride + 3 - i->pad_top;
  return end < i->in_h ? end : i->in_h;
}

static rows_t rows_of(const work_t *w, uint32_t out) {
  const bn_image *i = &w->block->image;
  rows_t r;
  r.out = out;
  r.out_end = out + w->plan->stripe_rows < i->out_h ? out + w->plan->stripe_rows : i->out_h;
  r.top = (int32_t)(out * i->stride) - (int32_t)i->pad_top;
  r.hidden = r.top < 0 ? 0 : (uint32_t)r.top;
  r.hidden_end = hidden_end(i, r.out_end);
  r.fresh = r.hidden;
  if (out > 0 && hidden_end(i, out) > r.fresh) r.fresh = hidden_end(i, out);
  /* Without expansion the input is the hidden tensor and comes as a whole. */
  r.in = w->block->has_expand ? r.fresh : r.hidden;
  if (w->block->has_residual && r.out < r.in) r.in = r.out;
  return r;
}

/* Where a row of the hidden tensor lies in its buffer. */
static uint8_t *hidden_at(const work_t *w, const rows_t *r, uint32_t row) {
  const uint32_t index = w->plan->padded ? (uint32_t)((int32_t)row - r->top) : row - r->hidden;
  const uint32_t left = w->plan->padded ? w->block->image.pad_left * w->block->image.hidden_c : 0;
  return w->hidden + index * w->plan->hidden_pitch + left;
}

/* ---- moving rows ---- */

/* The one copy that is under way in each direction. */
static pi_cl_dma_cmd_t input_cmd, output_cmd;
static int output_pending;

static void prefetch(const work_t *w, uint32_t out) {
  const bn_image *i = &w->block->image;
  if (out >= i->out_h) return;
  const rows_t r = rows_of(w, out);
  const uint32_t row_bytes = i->in_w * i->in_c;
  const uint32_t from = i->input + r.in * row_bytes;
  const uint32_t rows = r.hidden_end - r.in;
  if (w->block->has_expand)
    pi_cl_dma_cmd(from, (uint32_t)(uintptr_t)w->in, rows * row_bytes, PI_CL_DMA_DIR_EXT2LOC,
                  &input_cmd);
  else if (!w->plan->padded)
    pi_cl_dma_cmd(from, (uint32_t)(uintptr_t)w->hidden, rows * row_bytes, PI_CL_DMA_DIR_EXT2LOC,
                  &input_cmd);
  else
    for (uint32_t n = 0; n < rows; n++) {
      if (n > 0) pi_cl_dma_wait(&input_cmd);
      pi_cl_dma_cmd(from + n * row_bytes, (uint32_t)(uintptr_t)hidden_at(w, &r, r.in + n), row_bytes,
                    PI_CL_DMA_DIR_EXT2LOC, &input_cmd);
    }
}

static void await_output(void) {
  if (output_pending) pi_cl_dma_wait(&output_cmd);
  output_pending = 0;
}

static void send_output(const work_t *w, const rows_t *r) {
  const uint32_t row_bytes = w->block->image.out_w * w->block->image.out_c;
  pi_cl_dma_cmd(w->block->image.output + r->out * row_bytes, (uint32_t)(uintptr_t)w->out,
                (r->out_end - r->out) * row_bytes, PI_CL_DMA_DIR_LOC2EXT, &output_cmd);
  output_pending = 1;
}

typedef struct move {
  uint32_t *to;
  const uint32_t *from; /* NULL: fill with zeros */
  uint32_t words;
} move_t;

static void move_part(void *arg) {
  const move_t *m = arg;
  const uint32_t hart = pi_core_id(), harts = (uint32_t)pi_cl_team_nb_cores();
  const uint32_t end = m->words * (hart + 1) / harts;
  for (uint32_t n = m->words * hart / harts; n < end; n++) m->to[n] = m->from ? m->from[n] : 0;
}

static void move_words(void *to, const void *from, uint32_t bytes) {
  move_t m = {to, from, bytes / 4};
  pi_cl_team_fork(0, move_part, &m);
}

/* Moves the hidden rows that the stripe before left, one by one: neighbouring rows may overlap. */
static void carry_rows(const work_t *w, const rows_t *before, const rows_t *r) {
  for (uint32_t row = r->hidden; row < r->fresh; row++) {
    const uint32_t left = w->plan->padded ? w->block->image.pad_left * w->block->image.hidden_c : 0;
    move_words(hidden_at(w, r, row) - left, hidden_at(w, before, row) - left,
               w->plan->hidden_pitch);
  }
}

/* Rows of padding below the tensor, in the last stripe. */
static void clear_below(const work_t *w, const rows_t *r) {
  const uint32_t used = (uint32_t)((int32_t)r->hidden_end - r->top);
  const uint32_t needed = (r->out_end - r->out - 1) * w->block->image.stride + 3;
  if (needed > used)
    move_words(w->hidden + used * w->plan->hidden_pitch, NULL, (needed - used) * w->plan->hidden_pitch);
}

void padding_clear(const work_t *w, uint32_t hart, uint32_t harts) {
  const bn_image *i = &w->block->image;
  const uint32_t left = i->pad_left * i->hidden_c;
  const uint32_t inner = i->in_w * i->hidden_c;
  const uint32_t right = w->plan->hidden_pitch - left - inner;
  for (uint32_t row = hart; row < w->plan->hidden_rows; row += harts) {
    uint8_t *at = w->hidden + row * w->plan->hidden_pitch;
    if (row < i->pad_top || row >= i->pad_top + i->in_h) {
      memset(at, 0, w->plan->hidden_pitch);
    } else {
      memset(at, 0, left);
      memset(at + left + inner, 0, right);
    }
  }
}

static void clear_part(void *arg) {
  padding_clear(arg, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

/* ---- the stripes ---- */

static void probe(uint32_t id, const void *data, uint32_t first, uint32_t end, uint32_t pitch) {
  bn_probe_tensor(id, data, first | (end - first) << 16, pitch);
}

static void expand_rows(const work_t *w, const rows_t *r) {
  const bn_image *i = &w->block->image;
  if (r->fresh == r->hidden_end) return;
  const pixels_t px = {.in = w->in + (r->fresh - r->in) * i->in_w * i->in_c,
                       .out = hidden_at(w, r, r->fresh),
                       .rows = r->hidden_end - r->fresh,
                       .width = i->in_w,
                       .out_row_pitch = w->plan->hidden_pitch,
                       .clear_padding = w->plan->padded && r->out == 0};
  layer_expand(w, &px);
  probe(BN_TENSOR_EXPAND, px.out, r->fresh, r->hidden_end, w->plan->hidden_pitch);
}

static void depthwise_rows(const work_t *w, const rows_t *r) {
  const bn_image *i = &w->block->image;
  const window_t window = {.in_rows = r->hidden_end - r->hidden,
                           .pad_top = r->top < 0 ? (uint32_t)-r->top : 0,
                           .out_rows = r->out_end - r->out};
  layer_depthwise(w, &window);
  probe(BN_TENSOR_DEPTHWISE, w->dw, r->out, r->out_end, i->out_w * i->hidden_c);
}

static void finish_rows(const work_t *w, const rows_t *r, int last) {
  const bn_image *i = &w->block->image;
  const uint32_t pitch = i->out_w * i->out_c;
  const pixels_t px = {.in = w->dw,
                       .out = w->out,
                       .rows = r->out_end - r->out,
                       .width = i->out_w,
                       .out_row_pitch = pitch};
  const uint8_t *skip = w->in + (r->out - r->in) * i->in_w * i->in_c;
  if (w->block->has_residual && !pointwise_on_harts(i)) {
    layer_project_and_add(w, &px, skip, r->out);
    if (last) bn_end();
  } else {
    layer_project(w, &px);
    if (last && !w->block->has_residual) bn_end();
    probe(BN_TENSOR_PROJECT, w->out, r->out, r->out_end, pitch);
    if (w->block->has_residual) {
      layer_residual(w, skip, w->out, r->out_end - r->out);
      if (last) bn_end();
    }
  }
  probe(BN_TENSOR_OUTPUT, w->out, r->out, r->out_end, pitch);
}

void stripes_prefetch(const work_t *w) {
  /* Without expansion the input lands inside the padding, which must be there first. */
  if (w->plan->padded && !w->block->has_expand) pi_cl_team_fork(0, clear_part, (void *)w);
  prefetch(w, 0);
  pi_cl_dma_wait(&input_cmd);
}

void stripes_run(const work_t *w) {
  const bn_image *i = &w->block->image;
  rows_t before = rows_of(w, 0);
  bn_start();
  for (uint32_t out = 0; out < i->out_h; out += w->plan->stripe_rows) {
    const uint32_t next = out + w->plan->stripe_rows;
    const rows_t r = rows_of(w, out);
    if (out > 0) pi_cl_dma_wait(&input_cmd);
    if (w->block->has_expand) {
      if (out > 0) carry_rows(w, &before, &r);
      expand_rows(w, &r);
      if (!w->block->has_residual) prefetch(w, next);
    }
    if (w->plan->padded && out > 0) clear_below(w, &r);
    depthwise_rows(w, &r);
    if (!w->block->has_expand) prefetch(w, next);
    await_output();
    finish_rows(w, &r, next >= i->out_h);
    send_output(w, &r);
    if (w->block->has_expand && w->block->has_residual) prefetch(w, next);
    before = r;
  }
  await_output();
}
