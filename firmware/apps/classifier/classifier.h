/* A trained classifier as the tool writes it to L2. Layout: src/classifier/image.ts. */
#ifndef OCTOBAR_CLASSIFIER_H
#define OCTOBAR_CLASSIFIER_H

#include <stdint.h>

#include "drivers/ima.h"

enum { MAX_TILES = 16, MAX_MODES = 8, LEVELS = 256 };

/* Addresses in L2, offsets from the start of the workspace in the TCDM. */
typedef struct settings {
  uint32_t pictures;      /* bytes of all pictures, one behind the other */
  uint32_t labels, answers; /* a byte each */
  uint32_t count;
  uint32_t rows, row_bytes; /* of a picture */
  uint32_t levels;        /* [256], what the first layer reads for a byte of a picture */
  uint32_t plots, n_plots; /* plot_t */
  uint32_t jobs, n_jobs;  /* job_t */
  uint32_t tables, table_bytes; /* multipliers and biases; at the start of the workspace */
  uint32_t workspace;     /* bytes */
  uint32_t input[2], input_pitch; /* where pictures go, in turn; bytes from row to row */
  uint32_t scores, score_mul, score_bias, classes; /* sums of the last layer, int32; score = sum * mul + bias */
} settings_t;

/* Cells to write before the first picture: `height` rows of ceil(width / 8) words. */
typedef struct plot {
  uint32_t array, x, y, width, height;
  uint32_t cells; /* L2 */
} plot_t;

typedef struct job {
  uint32_t after;    /* 1: reads what jobs before it write */
  uint32_t picture;  /* 1: reads the picture */
  ima_job_t job;     /* with offsets in place of pointers until it is placed */
  ima_row_tile_t tiles[MAX_TILES];
  uint32_t n_modes;
  ima_mode_t modes[MAX_MODES];
} job_t;

typedef struct network {
  uint8_t *workspace;
  job_t *jobs;
  uint8_t *levels;
  uint8_t *raw;   /* the next picture as it lies in L2 */
  uint8_t *answers;
} network_t;

extern const volatile settings_t classifier_settings;

/* Writes the cells, brings tables and jobs to the TCDM. Returns the cells written. */
uint32_t network_open(network_t *n);
/* Starts to bring a picture to the TCDM. */
void network_fetch(network_t *n, uint32_t picture);
void network_fetched(void);
/* Makes the input of the first layer of the picture at hand, this core's share: rows `first`, `first` + `step`, ... */
void network_expand(const network_t *n, uint32_t picture, uint32_t first, uint32_t step);
/* Runs all jobs on a picture and returns its class. */
uint32_t network_run(const network_t *n, uint32_t picture);

#endif
