#include "hwpe.h"

#include "../hal/generated/cluster_ctrl.h"
#include "../hal/generated/ima.h"
#include "eu.h"

/* The mandatory registers have the same offsets in every engine; those of the IMA stand for all. */

void hwpe_select(uint32_t slot) {
  mmio_write(CLUSTER_CTRL_BASE + CLUSTER_CTRL_CONFIG,
             CLUSTER_CTRL_CONFIG_HWPE_ENABLE_MASK |
                 slot << CLUSTER_CTRL_CONFIG_HWPE_SELECT_LSB);
}

int hwpe_try_acquire(uint32_t base) { return (int)mmio_read(base + IMA_ACQUIRE); }

int hwpe_acquire(uint32_t base, uint32_t slot) {
  for (;;) {
    const int id = hwpe_try_acquire(base);
    if (id >= 0) return id;
    /* Another hart that programs gives no event when it is ready, so this one asks again. */
    if (id == HWPE_FULL) eu_evt_mask_wait_clear(1u << EU_EVENT_ACC(slot));
  }
}

void hwpe_trigger_job(uint32_t base) {
  compiler_fence();
  mmio_write(base + IMA_TRIGGER, 0);
}

uint32_t hwpe_get_status(uint32_t base) { return mmio_read(base + IMA_STATUS); }

uint32_t hwpe_wait_pending(uint32_t base, uint32_t slot, uint32_t most) {
  for (;;) {
    uint32_t pending = 0;
    for (uint32_t status = hwpe_get_status(base); status != 0; status >>= 8)
      pending += (status & 255) != 0;
    if (pending <= most) {
      compiler_fence();
      return pending;
    }
    /* An event that came before the sleep is in the buffer, so none is missed; a stale one costs a turn. */
    eu_evt_mask_wait_clear(1u << EU_EVENT_ACC(slot));
  }
}

void hwpe_wait(uint32_t base, uint32_t slot) { hwpe_wait_pending(base, slot, 0); }

void hwpe_soft_clear(uint32_t base) { mmio_write(base + IMA_SOFT_CLEAR, 0); }
