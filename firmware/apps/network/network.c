/* Runs the network image that lies in L2: group after group, step after step. */
#include "network/network.h"

#include "drivers/timer.h"
#include "pmsis.h"

enum { BLOB_SLOT = 0 };

static const net_image *const image = (const net_image *)NET_IMAGE_BASE;

static void run_step(const net_step *s) {
  const net_layer *layer = (const net_layer *)(uintptr_t)s->layer;
  const uint32_t a = s->arg0, b = s->arg1, c = s->arg2, d = s->arg3, e = s->arg4, f = s->arg5;
  switch (s->kind) {
    case NET_STEP_COPY_IN: net_copy_in(a, b, c, d); break;
    case NET_STEP_COPY_OUT: net_copy_out(a, b, c, d); break;
    case NET_STEP_WAIT: net_wait(a); break;
    case NET_STEP_MOVE: net_move(a, b, c); break;
    case NET_STEP_PROGRAM: net_program(a, b); break;
    case NET_STEP_ARRAY: net_array(layer, a, b, c, d, e); break;
    case NET_STEP_ARRAY_START: net_array_start(layer, a, b, c, d, e); break;
    case NET_STEP_ARRAY_FINISH: net_array_finish(layer); break;
    case NET_STEP_DEPTHWISE: net_depthwise(layer, a, b, c, d, e); break;
    case NET_STEP_DEPTHWISE_HARTS: net_depthwise_harts(layer, a, b, c, d, e); break;
    case NET_STEP_CONVOLUTION: net_convolution(layer, a, b, c, d, e); break;
    case NET_STEP_CONVOLUTION_RGB: net_convolution_rgb(layer, a, b, c, d, e); break;
    case NET_STEP_WINDOWS: net_windows(layer, a, b, c, d, e); break;
    case NET_STEP_PRODUCTS: net_products(layer, a, b, c, d, e, f); break;
    case NET_STEP_LINEAR: net_linear(layer, a, b, c, d, e); break;
    case NET_STEP_ADD: net_add(layer, a, b, c, d); break;
    case NET_STEP_POOL: net_pool(layer, a, b, c); break;
    case NET_STEP_SHOW: net_show(layer, a, b, c); break;
    default: printf("network: unknown step %u\n", (unsigned)s->kind); abort();
  }
}

int main(void) {
  if (!net_open(0)) return 2;
  net_group group = *(const net_group *)(uintptr_t)image->groups;
  const uint32_t n_groups = image->n_groups;
  net_copy_in(BLOB_SLOT, group.blob, group.to, group.bytes);
  net_wait(BLOB_SLOT);
  timer_start(0);
  net_start();
  for (uint32_t g = 0; g < n_groups; g++) {
    net_group next = {0};
    if (g + 1 < n_groups) {
      /* What the next group needs travels while this one runs. */
      next = ((const net_group *)(uintptr_t)image->groups)[g + 1];
      net_copy_in(BLOB_SLOT, next.blob, next.to, next.bytes);
    }
    const net_step *step = (const net_step *)(uintptr_t)group.steps;
    for (uint32_t n = 0; n < group.n_steps; n++) run_step(&step[n]);
    net_wait(BLOB_SLOT);
    group = next;
  }
  net_end();
  printf("network: %u groups, %u cycles\n", (unsigned)n_groups, (unsigned)timer_get(0));
  return 0;
}
