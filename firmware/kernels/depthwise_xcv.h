/* The 3x3 depth-wise convolution of depthwise.h on harts with CORE-V (--isa rv32imc_xcv). */
#ifndef OCTOBAR_KERNELS_DEPTHWISE_XCV_H
#define OCTOBAR_KERNELS_DEPTHWISE_XCV_H

#include "depthwise.h"
#include "requant_xcv.h"

/* `layer.requant` is not read, `requant` takes its place. `in`, `in_row_pitch` are multiples of 4. */
typedef struct depthwise_xcv {
  depthwise_t layer;
  requant_xcv_t requant;
  uint8_t *scratch;       /* 4-byte aligned, `scratch_bytes` for each hart */
  uint32_t scratch_bytes; /* at least depthwise_xcv_least_scratch(); the more, the fewer passes */
} depthwise_xcv_t;

/* Stride 2: tiles of 2 x 2 inputs, `columns` in a row of which those from `first` on lie inside. */
typedef struct depthwise_xcv_grid {
  uint32_t first, columns;
} depthwise_xcv_grid_t;

static inline depthwise_xcv_grid_t depthwise_xcv_grid(const depthwise_t *l) {
  const uint32_t first = l->pad_left, end = (l->in_w + l->pad_left) / 2;
  const depthwise_xcv_grid_t grid = {first, (end < l->out_w ? end : l->out_w) - first};
  return grid;
}

/* Bytes of scratch for 4 channels of two output rows (stride 1), of a row of tiles (stride 2). */
static inline uint32_t depthwise_xcv_line_bytes(const depthwise_t *l) {
  return 4 * 4 * ((l->stride == 1 ? l->in_w : depthwise_xcv_grid(l).columns) + 2);
}
/* The least that a hart needs. */
static inline uint32_t depthwise_xcv_least_scratch(const depthwise_t *l) {
  return (l->stride == 1 ? 1 : 2) * depthwise_xcv_line_bytes(l);
}
/* Enough for all rows in one pass. */
static inline uint32_t depthwise_xcv_full_scratch(const depthwise_t *l) {
  return (l->stride == 1 ? (l->out_h + 1) / 2 : l->out_h + 1) * depthwise_xcv_line_bytes(l);
}

/* 1 when depthwise_xcv takes the layer: padding of at most one, whole words of channels. */
static inline int depthwise_xcv_fits(const depthwise_t *l) {
  if (l->channels % 4 != 0 || l->pad_top > 1 || l->pad_left > 1 || l->out_h < 1) return 0;
  if (l->stride == 1)
    return l->pad_left == 1 && l->out_w == l->in_w && l->in_w >= 2 && l->out_h >= 2 &&
           l->out_h < l->in_h + l->pad_top;
  return l->stride == 2 && l->in_h >= 2 && l->out_w > l->pad_left &&
         l->in_w + l->pad_left >= 2 * l->out_w && 2 * l->out_h <= l->in_h + l->pad_top + 1;
}

/* The channels of hart `hart` of `harts`; the caller joins them. */
void depthwise_xcv(const depthwise_xcv_t *layer, uint32_t hart, uint32_t harts);

/* Columns of 4 input rows by 4 channels, turned into one word per column and channel; pair of rows after pair. */
typedef struct depthwise_xcv_gather {
  const uint8_t *row[4]; /*  0 */
  uint32_t step[3];      /* 16: from column to column in row 0, rows 1 and 2, row 3; 0 repeats a word */
  uint32_t *to;          /* 28: [pair][channel][columns + 2] */
  uint32_t pitch;        /* 32: bytes from channel to channel */
  uint32_t columns;      /* 36 */
  uint32_t pairs;        /* 40 */
  uint32_t row_step;     /* 44: bytes from the end of a row to the same row of the next pair */
} depthwise_xcv_gather_t;

/* Two output rows at a time of four channels, one after the other. */
typedef struct depthwise_xcv_rows {
  const uint32_t *from;  /*  0: words of the first column */
  uint8_t *out;          /*  4 */
  uint32_t step;         /*  8: from output to output */
  uint32_t row_step;     /* 12: from output row to output row */
  uint32_t columns;      /* 16 */
  uint32_t pairs;        /* 20 */
  uint32_t pair_step;    /* 24: bytes from the words of a pair to those of the next */
  const uint32_t *weights; /* 28: [4][5], left, middle, right column of each channel; byte 3 of them is 0 */
  const requant_xcv_channel_t *channels; /* 32 */
  uint32_t shift, range; /* 36 */
  uint32_t lo4;          /* 44 */
  uint32_t channel_step; /* 48: bytes from the words of a channel to those of the next */
} depthwise_xcv_rows_t;

/* Output rows with stride 2 of four channels, one after the other, from the words of their tiles. */
typedef struct depthwise_xcv_tiles {
  const uint32_t *from;  /*  0: first tile */
  uint32_t line;         /*  4: bytes from a row of tiles to the next */
  uint8_t *out;          /*  8 */
  uint32_t step;         /* 12: from output to output, and from the last of a row to the next row */
  uint32_t columns;      /* 16 */
  uint32_t rows;         /* 20 */
  /* 24: of each channel, for a tile as the upper left, upper right, lower left, lower right one */
  const uint32_t (*weights)[4];
  const requant_xcv_channel_t *channels; /* 28 */
  uint32_t shift, range; /* 32 */
  uint32_t lo4;          /* 40 */
  uint32_t channel_step; /* 44: bytes from the words of a channel to those of the next */
} depthwise_xcv_tiles_t;

/* The channels of depthwise_xcv with stride 2. */
void depthwise_xcv_stride2(const depthwise_xcv_t *layer, uint32_t hart, uint32_t harts);

/* In assembly on the target, in C elsewhere. */
void depthwise_xcv_gather(const depthwise_xcv_gather_t *block);
void depthwise_xcv_rows_u8(const depthwise_xcv_rows_t *rows);
void depthwise_xcv_rows_i8(const depthwise_xcv_rows_t *rows);
void depthwise_xcv_tiles_u8(const depthwise_xcv_tiles_t *tiles);
void depthwise_xcv_tiles_i8(const depthwise_xcv_tiles_t *tiles);

#endif
