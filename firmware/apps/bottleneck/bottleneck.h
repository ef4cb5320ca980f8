/* What the files of the application share. */
#ifndef OCTOBAR_APPS_BOTTLENECK_H
#define OCTOBAR_APPS_BOTTLENECK_H

#include <stdint.h>

#include "hal/generated/block_image.h"
#include "kernels/depthwise.h"
#include "kernels/ima_layer.h"
#include "kernels/pointwise.h"
#include "kernels/requant_xcv.h"
#include "kernels/residual.h"
#include "pmsis.h"

/* The image, copied into the TCDM: a word of L2 costs ten cycles. */
typedef struct block {
  bn_image image;
  bn_pointwise expand, project;
  bn_depthwise depthwise;
  bn_residual residual;
  int has_expand, has_residual;
} block_t;

/* Reads and checks the image at BN_IMAGE_BASE. NULL, or what is wrong with it. */
const char *image_read(block_t *block);

/* What runs where. */
static inline int pointwise_on_harts(const bn_image *i) { return i->mapping <= BN_MAPPING_BEST; }
static inline int depthwise_on_harts(const bn_image *i) {
  return pointwise_on_harts(i) || i->mapping == BN_MAPPING_IMA_CORES;
}
/* Only the mapping `cores` does without CORE-V. */
static inline int uses_xcv(const bn_image *i) { return i->mapping != BN_MAPPING_CORES; }

/* How the block is cut so that it fits into the TCDM. */
typedef struct plan {
  uint32_t stripe_rows;  /* output rows that are computed together */
  uint32_t in_rows;      /* rows that the input buffer holds */
  uint32_t hidden_rows;  /* rows that the buffer between expansion and depth-wise layer holds */
  uint32_t hidden_w;     /* its columns; with padding when the depth-wise layer runs on the IMA */
  uint32_t hidden_pitch; /* its bytes from row to row */
  int padded;            /* it holds the padding, which the gathered windows of the IMA need */
  int slice_expand, slice_project; /* weights of these layers are brought in slices */
  uint32_t slice_bytes;            /* of each of the two slice buffers; 0: none */
  uint32_t scratch_bytes;          /* of each hart, for the depth-wise layer with CORE-V */
  uint32_t total_bytes;
} plan_t;

/* Cuts the block for `available` bytes of TCDM. 0 when not even one output row fits. */
int plan_make(plan_t *plan, const block_t *block, uint32_t available);

/* Operands of a layer in the TCDM. */
typedef struct operands {
  requant_t requant;
  requant_xcv_t fast; /* the same for CORE-V, on harts that use it */
  int8_t *weights;   /* NULL: on the IMA, or brought in slices */
  ima_tile_t *tiles; /* on the IMA */
} operands_t;

typedef struct work {
  const block_t *block;
  const plan_t *plan;
  operands_t expand, depthwise, project;
  uint8_t *in, *hidden, *dw, *out;
  int8_t *slice[2];
  uint8_t *scratch;
} work_t;

typedef enum { LOAD_OK, LOAD_NO_MEMORY, LOAD_NO_FIT } load_t;

/*
 * Allocates everything and brings tables and resident weights into the TCDM. LOAD_NO_FIT: a multiplier is out of the
 * range of the requantisation with CORE-V.
 */
load_t operands_load(work_t *work, const block_t *block, const plan_t *plan);

/* Programs the rectangles of cells. */
void operands_plot(const block_t *block);

/* A pointwise layer over `rows` rows of `width` pixels. */
typedef struct pixels {
  const uint8_t *in;
  uint8_t *out;
  uint32_t rows, width;
  uint32_t out_row_pitch; /* bytes from output row to output row */
  int clear_padding;      /* idle harts clear the padding of the output meanwhile */
} pixels_t;

void layer_expand(const work_t *work, const pixels_t *pixels);
void layer_project(const work_t *work, const pixels_t *pixels);

/* The rows of hidden that the buffer holds, as a tensor with its own padding. */
typedef struct window {
  uint32_t in_rows;
  uint32_t pad_top;
  uint32_t out_rows;
} window_t;

/* Projection on the IMA and residual: rows are added as soon as they are done, while the engine goes on. */
void layer_project_and_add(const work_t *work, const pixels_t *pixels, const uint8_t *skip,
                           uint32_t first_row);

void layer_depthwise(const work_t *work, const window_t *window);
/* out += skip, `rows` rows of the output. */
void layer_residual(const work_t *work, const uint8_t *skip, uint8_t *out, uint32_t rows);

/* The kernels on the harts, in the version of the mapping. `job.requant` belongs to it in any case. */
void harts_pointwise(const work_t *work, const pointwise_t *job, const requant_xcv_t *fast,
                     uint32_t width);
void harts_depthwise(const work_t *work, const depthwise_t *job);
void harts_residual(const work_t *work, const residual_t *job, uint32_t row_bytes);
/* Scratch of a hart for stripes of `rows` output rows. */
uint32_t harts_scratch(const block_t *block, uint32_t rows);

/* All stripes, from the first layer to the last byte in L2. */
void stripes_run(const work_t *work);

/* Brings the input rows of the first stripe; stripes_run expects them. */
void stripes_prefetch(const work_t *work);

/* Zeroes the padding of the whole tensor, as far as the first stripe holds it; one hart's part. */
void padding_clear(const work_t *work, uint32_t hart, uint32_t harts);

/*
 * Marks for the tool, empty functions: weights are programmed and the input is in the TCDM; the
 * first layer begins; the last one has ended; a tensor is complete (see image-layout.ts).
 */
void bn_programmed(void);
void bn_start(void);
void bn_end(void);
void bn_probe_tensor(uint32_t id, const void *data, uint32_t first_and_count, uint32_t pitch);

#endif
