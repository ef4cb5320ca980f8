/*
 * How much of the block fits into the TCDM at once. Preferred in this order: everything; all rows
 * with the weights of the larger, then of both pointwise layers brought in slices; stripes of rows
 * with resident weights; stripes and slices.
 */
#include "bottleneck.h"

enum { ALIGNMENT = 16, MIN_SLICE_COLS = 8 };

static uint32_t aligned(uint32_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static uint32_t min(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t max(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* int32 multiplier and int64 bias of each channel, and on harts with CORE-V what those are made into. */
static uint32_t table_bytes(uint32_t channels, int xcv) {
  return aligned(4 * channels) + aligned(8 * channels) + (xcv ? 16 * channels : 0);
}

static uint32_t tile_bytes(bn_address tiles, uint32_t n_tiles) {
  const bn_tile *tile = (const bn_tile *)(uintptr_t)tiles;
  uint32_t bytes = aligned(n_tiles * sizeof(ima_tile_t));
  for (uint32_t i = 0; i < n_tiles; i++)
    bytes += aligned(tile[i].n_row_tiles * sizeof(ima_row_tile_t));
  return bytes;
}

/* What lies in the TCDM however the block is cut. */
static uint32_t fixed_bytes(const block_t *b) {
  const bn_image *i = &b->image;
  const int xcv = uses_xcv(i), pointwise_xcv = xcv && pointwise_on_harts(i);
  uint32_t bytes = table_bytes(i->hidden_c, xcv && depthwise_on_harts(i)) +
                   table_bytes(i->out_c, pointwise_xcv);
  if (b->has_expand) bytes += table_bytes(i->hidden_c, pointwise_xcv);
  if (!pointwise_on_harts(i)) {
    if (b->has_expand) bytes += tile_bytes(b->expand.tiles, b->expand.n_tiles);
    bytes += tile_bytes(b->project.tiles, b->project.n_tiles);
  }
  if (i->mapping == BN_MAPPING_IMA_ONLY)
    bytes += tile_bytes(b->depthwise.tiles, b->depthwise.n_tiles);
  else
    bytes += aligned(9 * i->hidden_c);
  return bytes;
}

/* Buffers for stripes of `rows` output rows. */
static uint32_t buffer_bytes(plan_t *p, const block_t *b, uint32_t rows) {
  const bn_image *i = &b->image;
  const uint32_t window = (rows - 1) * i->stride + 3;
  p->stripe_rows = rows;
  p->in_rows = min(window, i->in_h);
  p->hidden_rows = p->padded ? window : p->in_rows;
  uint32_t bytes = aligned(p->hidden_rows * p->hidden_pitch) +
                   aligned(rows * i->out_w * i->hidden_c) + aligned(rows * i->out_w * i->out_c);
  if (b->has_expand) bytes += aligned(p->in_rows * i->in_w * i->in_c);
  p->scratch_bytes = aligned(harts_scratch(b, rows));
  bytes += pi_cl_cluster_nb_cores() * p->scratch_bytes;
  return bytes;
}

/* Rows of each stripe when as few stripes as possible fit beside `used` bytes; 0 when none does. */
static uint32_t rows_that_fit(plan_t *p, const block_t *b, uint32_t used, uint32_t available) {
  const uint32_t out_h = b->image.out_h;
  for (uint32_t stripes = 1; stripes <= out_h; stripes++) {
    const uint32_t rows = (out_h + stripes - 1) / stripes;
    if (used + buffer_bytes(p, b, rows) <= available) return rows;
  }
  return 0;
}

/* Weights that stay, and the least that slice buffers need. */
static uint32_t weight_bytes(const plan_t *p, uint32_t expand, uint32_t project,
                             const bn_image *i) {
  uint32_t bytes = 0, slice = 0;
  if (p->slice_expand)
    slice = MIN_SLICE_COLS * i->in_c;
  else
    bytes += aligned(expand);
  if (p->slice_project)
    slice = max(slice, MIN_SLICE_COLS * i->hidden_c);
  else
    bytes += aligned(project);
  return bytes + 2 * aligned(slice);
}

int plan_make(plan_t *p, const block_t *b, uint32_t available) {
  const bn_image *i = &b->image;
  const uint32_t window_w = (i->out_w - 1) * i->stride + 3;
  p->padded = i->mapping == BN_MAPPING_IMA_ONLY;
  p->hidden_w = p->padded ? max(window_w, i->pad_left + i->in_w) : i->in_w;
  p->hidden_pitch = p->hidden_w * i->hidden_c;

  const int on_cores = pointwise_on_harts(i);
  const uint32_t expand = on_cores && b->has_expand ? i->in_c * i->hidden_c : 0;
  const uint32_t project = on_cores ? i->hidden_c * i->out_c : 0;
  const uint32_t fixed = fixed_bytes(b);

  /* {slice expand, slice project}; the larger of the two first */
  const int larger_is_project = project >= expand;
  const int options[3][2] = {{0, 0}, {!larger_is_project, larger_is_project}, {1, 1}};
  const uint32_t choices = on_cores ? 3 : 1;
  for (uint32_t whole = 2; whole-- > 0;) {
    for (uint32_t o = 0; o < choices; o++) {
      p->slice_expand = options[o][0] && expand != 0;
      p->slice_project = options[o][1];
      const uint32_t weights = weight_bytes(p, expand, project, i);
      const uint32_t rows = rows_that_fit(p, b, fixed + weights, available);
      if (rows == 0 || (whole && rows < i->out_h)) continue;
      uint32_t used = fixed + weights + buffer_bytes(p, b, rows);
      p->slice_bytes = 0;
      if (p->slice_expand || p->slice_project) {
        /* All that is left makes the slices longer, up to a whole layer. */
        const uint32_t least = max(p->slice_expand ? MIN_SLICE_COLS * i->in_c : 0,
                                   p->slice_project ? MIN_SLICE_COLS * i->hidden_c : 0);
        const uint32_t most = max(p->slice_expand ? expand : 0, p->slice_project ? project : 0);
        const uint32_t more = (available - used) / 2 / ALIGNMENT * ALIGNMENT;
        p->slice_bytes = min(aligned(least) + more, aligned(most));
        used += 2 * (p->slice_bytes - aligned(least));
      }
      p->total_bytes = used;
      return 1;
    }
  }
  return 0;
}
