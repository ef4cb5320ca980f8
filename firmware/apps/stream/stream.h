/* What the files of the application share. */
#ifndef OCTOBAR_APPS_STREAM_H
#define OCTOBAR_APPS_STREAM_H

#include <stdint.h>

#include "pmsis.h"

enum { STREAM_RUNS = 4 };

/* `triggers` jobs of `products` full matrix-vector products each, queued as contexts get free. */
typedef struct ima_run {
  uint32_t triggers; /* 0: no run */
  uint32_t products;
  uint32_t requantise; /* 0: the codes of the converters are the result */
} ima_run_t;

/* One 3x3 depth-wise layer with TensorFlow SAME padding, whole in the TCDM. */
typedef struct layer_run {
  uint32_t height, width; /* of the input; 0: no run */
  uint32_t channels;
  uint32_t stride;
} layer_run_t;

/*
 * What to run. A constant in L2: the tool writes another one into the loaded image before the
 * start, so the file that defines it must not read it. Layout: src/reproduce/stream-app.ts.
 */
typedef struct stream_settings {
  ima_run_t ima[STREAM_RUNS];
  layer_run_t layers[STREAM_RUNS];
} stream_settings_t;

extern const stream_settings_t stream_settings;

/* Marks for the tool, empty functions: run `id` begins, and its results are in the TCDM. */
void stream_begin(uint32_t id);
void stream_end(uint32_t id);

/* Scrambles an index, so that operands look random and can be computed again anywhere. */
static inline uint32_t stream_word(uint32_t index) {
  uint32_t x = (index + 1) * 0x9e3779b1u;
  x ^= x >> 15;
  x *= 0x85ebca6bu;
  return x ^ x >> 13;
}

/* Allocates `bytes` bytes of the TCDM and fills them from word `first` of the scrambled sequence. */
void *stream_operand(uint32_t bytes, uint32_t first);

/* Words of the sequence from which the operands come. */
enum { CELLS_FIRST = 0x100000, INPUT_FIRST = 0, WEIGHTS_FIRST = 0x200000 };

/* All runs of one engine; the number of wrong results. */
uint32_t ima_streams(void);
uint32_t layer_streams(void);

/* Prints one line about a run and returns `wrong`. */
uint32_t stream_report(const char *what, uint32_t cycles, uint32_t wrong);

#endif
