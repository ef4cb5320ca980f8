#include "bottleneck.h"

static const char *const mappings[] = {"cores", "ima-cores", "ima-only", "ima-dw"};

static block_t block;
static plan_t plan;
static work_t work;

int main(void) {
  const char *problem = image_read(&block);
  if (problem != NULL) {
    printf("bottleneck: bad block image: %s\n", problem);
    return 2;
  }
  const uint32_t available = pi_l1_available();
  if (!plan_make(&plan, &block, available) || !operands_load(&work, &block, &plan)) {
    printf("bottleneck: the block does not fit into %lu bytes of TCDM, not even row by row\n",
           available);
    return 3;
  }
  operands_plot(&block);
  stripes_prefetch(&work);
  bn_programmed();

  csr_write(mcountinhibit, 0);
  const uint32_t begin = csr_read(mcycle);
  stripes_run(&work);
  const uint32_t cycles = csr_read(mcycle) - begin;

  const bn_image *i = &block.image;
  printf("bottleneck: %lux%lux%lu -> %lu -> %lux%lux%lu, %s, %lu-bit weights\n", i->in_h, i->in_w,
         i->in_c, i->hidden_c, i->out_h, i->out_w, i->out_c, mappings[i->mapping], i->weight_bits);
  printf("bottleneck: %lu stripe(s) of %lu rows, %lu of %lu bytes of TCDM, %lu cycles with output\n",
         (i->out_h + plan.stripe_rows - 1) / plan.stripe_rows, plan.stripe_rows, plan.total_bytes,
         available, cycles);
  return 0;
}
