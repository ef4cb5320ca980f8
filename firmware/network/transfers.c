/* Transfers between L2 and TCDM, and moves inside the TCDM. */
#include "network.h"
#include "pmsis.h"

static struct {
  pi_cl_dma_cmd_t cmd;
  int pending;
} slots[NET_SLOTS];

void net_copy_in(uint32_t slot, net_address l2, net_address tcdm, uint32_t bytes) {
  pi_cl_dma_cmd(l2, tcdm, bytes, PI_CL_DMA_DIR_EXT2LOC, &slots[slot].cmd);
  slots[slot].pending = 1;
}

void net_copy_out(uint32_t slot, net_address l2, net_address tcdm, uint32_t bytes) {
  pi_cl_dma_cmd(l2, tcdm, bytes, PI_CL_DMA_DIR_LOC2EXT, &slots[slot].cmd);
  slots[slot].pending = 1;
}

void net_wait(uint32_t slot) {
  if (!slots[slot].pending) return;
  pi_cl_dma_wait(&slots[slot].cmd);
  slots[slot].pending = 0;
}

typedef struct move {
  uint32_t *to;
  const uint32_t *from;
  uint32_t words;
} move_t;

static void move_part(void *arg) {
  const move_t *m = arg;
  const uint32_t hart = pi_core_id(), harts = (uint32_t)pi_cl_team_nb_cores();
  uint32_t n = m->words * hart / harts;
  const uint32_t end = m->words * (hart + 1) / harts;
  /* Four loads before four stores: no load is followed by the user of its result. */
  for (; n + 4 <= end; n += 4) {
    const uint32_t a = m->from[n], b = m->from[n + 1], c = m->from[n + 2], d = m->from[n + 3];
    m->to[n] = a, m->to[n + 1] = b, m->to[n + 2] = c, m->to[n + 3] = d;
  }
  for (; n < end; n++) m->to[n] = m->from[n];
}

void net_move(net_address to, net_address from, uint32_t bytes) {
  move_t m = {(uint32_t *)(uintptr_t)to, (const uint32_t *)(uintptr_t)from, bytes / 4};
  pi_cl_team_fork(0, move_part, &m);
}
