#include "bottleneck.h"

#include "drivers/timer.h"

static const char *const mappings[] = {"cores",     "pulp-nn",  "best",
                                       "ima-cores", "ima-only", "ima-dw"};

static block_t block;
static plan_t plan;
static work_t work;

int main(void) {
  const char *problem = image_read(&block);
  if (problem != NULL) {
    printf("bottleneck: bad block image: %s\n", problem);
    return 2;
  }
  const unsigned available = pi_l1_available();
  const load_t loaded =
      plan_make(&plan, &block, available) ? operands_load(&work, &block, &plan) : LOAD_NO_MEMORY;
  if (loaded == LOAD_NO_FIT) {
    printf("bottleneck: a multiplier is negative or above 2^30, which the kernels with CORE-V do not "
           "take; mapping cores does\n");
    return 4;
  }
  if (loaded != LOAD_OK) {
    printf("bottleneck: the block does not fit into %u bytes of TCDM, not even row by row\n",
           available);
    return 3;
  }
  operands_plot(&block);
  stripes_prefetch(&work);
  bn_programmed();

  timer_start(0);
  stripes_run(&work);
  const unsigned cycles = timer_get(0);

  const bn_image *i = &block.image;
  const unsigned stripes = (i->out_h + plan.stripe_rows - 1) / plan.stripe_rows;
  printf("bottleneck: %ux%ux%u -> %u -> %ux%ux%u, %s, %u-bit weights\n", (unsigned)i->in_h,
         (unsigned)i->in_w, (unsigned)i->in_c, (unsigned)i->hidden_c, (unsigned)i->out_h,
         (unsigned)i->out_w, (unsigned)i->out_c, mappings[i->mapping], (unsigned)i->weight_bits);
  printf("bottleneck: %u stripe(s) of %u rows, %u of %u bytes of TCDM, %u cycles with output\n",
         stripes, (unsigned)plan.stripe_rows, (unsigned)plan.total_bytes, available, cycles);
  return 0;
}
