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

void hwpe_wait(uint32_t base, uint32_t slot) {
  /* An event that came before the sleep is in the buffer, so none is missed; a stale one costs a turn. */
  while (hwpe_get_status(base) != 0) eu_evt_mask_wait_clear(1u << EU_EVENT_ACC(slot));
  compiler_fence();
}

void hwpe_soft_clear(uint32_t base) { mmio_write(base + IMA_SOFT_CLEAR, 0); }
