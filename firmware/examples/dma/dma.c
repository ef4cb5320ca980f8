/* Brings a table from L2 into the TCDM, works on it with all cores, takes it back, checks it. */
#include "pmsis.h"

enum { WORDS = 4096, BYTES = 4 * WORDS };

/* L2 behind the image of the program. */
static uint32_t *const source = (uint32_t *)0x1C100000;
static uint32_t *const result = (uint32_t *)0x1C110000;

static void square(void *arg) {
  uint32_t *table = arg;
  const uint32_t cores = (uint32_t)pi_cl_team_nb_cores();
  for (uint32_t i = pi_core_id(); i < WORDS; i += cores) table[i] *= table[i];
}

int main(void) {
  pi_cl_dma_cmd_t in, out;
  for (uint32_t i = 0; i < WORDS; i++) source[i] = i;
  uint32_t *table = pi_l1_malloc(BYTES);

  pi_perf_conf(1 << PI_PERF_CYCLES);
  pi_perf_reset();
  pi_perf_start();
  pi_cl_dma_cmd((uint32_t)source, (uint32_t)table, BYTES, PI_CL_DMA_DIR_EXT2LOC, &in);
  pi_cl_dma_wait(&in);
  const unsigned loaded = pi_perf_read(PI_PERF_CYCLES);
  pi_cl_team_fork(0, square, table);
  const unsigned done = pi_perf_read(PI_PERF_CYCLES);
  pi_cl_dma_cmd((uint32_t)result, (uint32_t)table, BYTES, PI_CL_DMA_DIR_LOC2EXT, &out);
  pi_cl_dma_wait(&out);

  printf("%d bytes in: %u cycles; squared: %u cycles\n", BYTES, loaded, done - loaded);
  for (unsigned i = 0; i < WORDS; i++)
    if (result[i] != i * i) {
      printf("word %u is %u\n", i, (unsigned)result[i]);
      return 1;
    }
  printf("all %d words are right\n", WORDS);
  return 0;
}
