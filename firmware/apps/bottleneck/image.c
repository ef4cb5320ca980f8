#include "bottleneck.h"

#include "hal/generated/memory_map.h"

/* L2 may be configured up to this size. */
#define L2_MAX (64u << 20)

static const void *at(bn_address address) { return (const void *)(uintptr_t)address; }

/* Word-aligned and inside L2 behind the header. */
static int valid(bn_address address) {
  return address % 4 == 0 && address >= BN_IMAGE_BASE + BN_IMAGE_BYTES &&
         address < L2_ADDR + L2_MAX;
}

static int valid_requant(bn_address mul, bn_address bias, uint32_t shift, uint32_t lo, uint32_t hi) {
  return valid(mul) && valid(bias) && shift >= 1 && shift <= 62 && (int32_t)lo <= (int32_t)hi &&
         (int32_t)lo >= -128 && (int32_t)hi <= 255;
}

static const char *check_tiles(bn_address tiles, uint32_t n_tiles, uint32_t cols) {
  if (!valid(tiles)) return "a layer on the IMA has no tiles";
  const bn_tile *tile = at(tiles);
  uint32_t covered = 0;
  for (uint32_t i = 0; i < n_tiles; i++) {
    if (tile[i].n_row_tiles < 1 || tile[i].n_row_tiles > 16 || !valid(tile[i].row_tiles))
      return "a tile has no row tiles";
    if (tile[i].first_col + tile[i].cols > cols) return "a tile has columns beyond its layer";
    covered += tile[i].cols;
  }
  return covered == cols ? NULL : "the tiles of a layer do not cover its columns";
}

static const char *check_pointwise(const bn_pointwise *l, uint32_t rows, uint32_t cols, int on_ima) {
  if (l->rows != rows || l->cols != cols) return "a pointwise layer does not fit the channels";
  if (!valid_requant(l->mul, l->bias, l->shift, l->lo, l->hi))
    return "the requantisation of a pointwise layer is out of range";
  if (on_ima) return check_tiles(l->tiles, l->n_tiles, cols);
  return valid(l->weights) ? NULL : "a pointwise layer has no weights";
}

static const char *check_depthwise(const bn_depthwise *l, uint32_t channels, int on_ima) {
  if (l->channels != channels) return "the depth-wise layer does not fit the hidden channels";
  if (!valid_requant(l->mul, l->bias, l->shift, l->lo, l->hi))
    return "the requantisation of the depth-wise layer is out of range";
  if (on_ima) return check_tiles(l->tiles, l->n_tiles, channels);
  return valid(l->weights) ? NULL : "the depth-wise layer has no weights";
}

static const char *check_sizes(const bn_image *i) {
  if (i->weight_bits != 4 && i->weight_bits != 8) return "weight_bits is neither 4 nor 8";
  if (i->stride != 1 && i->stride != 2) return "the stride is neither 1 nor 2";
  if (i->in_h == 0 || i->in_w == 0 || i->in_c == 0 || i->hidden_c == 0 || i->out_c == 0 ||
      i->in_h > 4096 || i->in_w > 4096 || i->in_c > 4096 || i->hidden_c > 4096 || i->out_c > 4096)
    return "a size is 0 or above 4096";
  if (i->in_c % 4 != 0 || i->hidden_c % 16 != 0 || i->out_c % 4 != 0)
    return "the channels are not multiples of 4, of 16 when hidden";
  if (i->pad_top > 1 || i->pad_left > 1) return "there is more than one row or column of padding";
  if (i->out_h != (i->in_h + i->stride - 1) / i->stride ||
      i->out_w != (i->in_w + i->stride - 1) / i->stride)
    return "the output size does not follow from input size and stride";
  if (!valid(i->input) || !valid(i->output) || !valid(i->depthwise) || !valid(i->project) ||
      (i->expand != 0 && !valid(i->expand)) || (i->residual != 0 && !valid(i->residual)) ||
      (i->n_plots != 0 && !valid(i->plots)))
    return "a pointer lies outside of the image";
  if (i->expand == 0 && i->hidden_c != i->in_c) return "there is no expansion, but hidden_c is not in_c";
  if (i->residual != 0 && (i->stride != 1 || i->in_c != i->out_c))
    return "the residual needs stride 1 and as many output as input channels";
  return NULL;
}

const char *image_read(block_t *b) {
  memcpy(&b->image, at(BN_IMAGE_BASE), sizeof b->image);
  const bn_image *i = &b->image;
  if (i->magic != BN_IMAGE_MAGIC)
    return "no block image in L2; `octobar bottleneck` puts one there";
  if (i->version != BN_IMAGE_VERSION) return "it has another layout version than this program";
  if (i->mapping >= BN_MAPPINGS) return "it names a mapping that does not exist";
  const char *problem = check_sizes(i);
  if (problem != NULL) return problem;

  b->has_expand = i->expand != 0;
  b->has_residual = i->residual != 0;
  if (b->has_expand) memcpy(&b->expand, at(i->expand), sizeof b->expand);
  memcpy(&b->depthwise, at(i->depthwise), sizeof b->depthwise);
  memcpy(&b->project, at(i->project), sizeof b->project);
  if (b->has_residual) memcpy(&b->residual, at(i->residual), sizeof b->residual);

  const int pointwise_on_ima = !pointwise_on_harts(i);
  if (b->has_expand) {
    problem = check_pointwise(&b->expand, i->in_c, i->hidden_c, pointwise_on_ima);
    if (problem != NULL) return problem;
  }
  problem = check_depthwise(&b->depthwise, i->hidden_c, i->mapping == BN_MAPPING_IMA_ONLY);
  if (problem != NULL) return problem;
  problem = check_pointwise(&b->project, i->hidden_c, i->out_c, pointwise_on_ima);
  if (problem != NULL) return problem;
  if (b->has_residual && (b->residual.shift < 1 || b->residual.shift > 30))
    return "the shift of the residual is out of range";
  return NULL;
}
