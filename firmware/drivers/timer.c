#include "timer.h"

#include "../hal/generated/timer.h"
#include "eu.h"

/* The registers of the high counter lie one word behind those of the low one. */
static inline uint32_t at(uint32_t offset, uint32_t counter) {
  return TIMER_BASE + offset + 4 * counter;
}

void timer_start(uint32_t counter) {
  mmio_write(at(TIMER_CFG_LO, counter), TIMER_CFG_LO_ENABLE_MASK | TIMER_CFG_LO_RESET_MASK);
}

void timer_stop(uint32_t counter) { mmio_write(at(TIMER_CFG_LO, counter), 0); }

uint32_t timer_get(uint32_t counter) { return mmio_read(at(TIMER_CNT_LO, counter)); }

void timer_sleep(uint32_t counter, uint32_t cycles) {
  const uint32_t line = 1u << (counter == 0 ? EU_EVENT_TIMER_LO : EU_EVENT_TIMER_HI);
  timer_stop(counter);
  eu_evt_clear(line);
  mmio_write(at(TIMER_CMP_LO, counter), cycles);
  mmio_write(at(TIMER_CFG_LO, counter), TIMER_CFG_LO_ENABLE_MASK | TIMER_CFG_LO_RESET_MASK |
                                            TIMER_CFG_LO_IRQ_MASK | TIMER_CFG_LO_ONE_SHOT_MASK);
  eu_evt_mask_wait_clear(line);
}
