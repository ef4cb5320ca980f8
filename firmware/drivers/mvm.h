/*
 * A pointwise layer on whatever in-memory computing engine sits in the slot. The driver asks the
 * capability block for rows, columns and arrays, cuts the layer into tiles that fit, and writes weights anew
 * as often as the capacity demands. So one ELF file runs on every macro; what it costs differs.
 */
#ifndef OCTOBAR_DRIVERS_MVM_H
#define OCTOBAR_DRIVERS_MVM_H

#include <stdint.h>

#include "ima.h"

/* out[p][c] = requant(sum over r of in[p][r] * w[c][r]), in the units of the converters. */
typedef struct mvm_layer {
  const void *in;        /* TCDM, [pixels][rows], 8 bit */
  void *out;             /* TCDM, [pixels][cols], 8 bit */
  uint32_t pixels, rows, cols; /* cols a multiple of 4 */
  /*
   * [cols / 4][rows]: the 8-bit weights of four outputs at one input, w = 16 hi + lo with both in
   * -8..7; nibble 2 i is hi and nibble 2 i + 1 is lo of output i. In L2 or TCDM.
   */
  const uint32_t *cells;
  uint32_t in_signed;
  uint32_t adc_m, adc_r;
  const ima_mode_t *modes; /* [n_modes], the macro's own registers; none: it runs as it comes out of reset */
  uint32_t n_modes;
  const int32_t *mul;  /* TCDM, [cols] */
  const int64_t *bias; /* TCDM, [cols] */
  uint32_t shift;
  int32_t lo, hi;
} mvm_layer_t;

/* What the layer took. */
typedef struct mvm_report {
  uint32_t program_cycles; /* writing weights */
  uint32_t run_cycles;     /* everything else: products, and partial sums on harts */
  uint32_t loads;          /* times that the arrays were filled */
  uint32_t jobs;
  uint32_t weights;        /* weights written */
  uint32_t row_tiles;      /* parts that the inputs of an output are cut into */
} mvm_report_t;

/*
 * Runs the layer, on core 0; the other cores are forked for partial sums where the rows do not fit all
 * arrays at once. Returns 0, or -1 when the TCDM has no room for those sums.
 */
int mvm_layer_run(const mvm_layer_t *layer, mvm_report_t *report);

#endif
