/* Event unit through the fast port of the running hart: sleep, events, barriers, mutexes. */
#ifndef OCTOBAR_DRIVERS_EU_H
#define OCTOBAR_DRIVERS_EU_H

#include <stdint.h>

#include "../hal/elw.h"
#include "../hal/generated/eu.h"
#include "../hal/mmio.h"

/* Event lines of a hart. */
#define EU_EVENT_SW(n) (n) /* 0..7 */
#define EU_EVENT_DMA 8
#define EU_EVENT_TIMER_LO 10
#define EU_EVENT_TIMER_HI 11
#define EU_EVENT_ACC(slot) (12 + 2 * (slot))
#define EU_EVENT_BARRIER 16
#define EU_EVENT_MUTEX 17
#define EU_EVENT_DISPATCH 18

static inline void eu_evt_mask_set(uint32_t mask) { mmio_write(EU_BASE + EU_MASK, mask); }
static inline uint32_t eu_evt_mask_get(void) { return mmio_read(EU_BASE + EU_MASK); }
static inline void eu_evt_clear(uint32_t mask) { mmio_write(EU_BASE + EU_BUFFER_CLEAR, mask); }

/* Sleeps until an event of the mask register is there; returns and clears those that are. */
static inline uint32_t eu_evt_wait_clear(void) {
  return event_load(EU_BASE + EU_EVENT_WAIT_CLEAR);
}

/* The same for the events of `mask` alone; the mask register is put back afterwards. */
static inline uint32_t eu_evt_mask_wait_clear(uint32_t mask) {
  const uint32_t before = eu_evt_mask_get();
  eu_evt_mask_set(mask);
  const uint32_t events = eu_evt_wait_clear();
  eu_evt_mask_set(before);
  return events;
}

/* Sends software event `n` to the harts of `harts` (0 = all). */
static inline void eu_sw_trigger(uint32_t n, uint32_t harts) {
  compiler_fence();
  mmio_write(EU_BASE + EU_SW_TRIGGER(n), harts);
}

/* Barrier `n` waits for `harts` and wakes them. */
static inline void eu_bar_setup(uint32_t n, uint32_t harts) {
  mmio_write(EU_BASE + EU_BARRIER_TRIGGER_MASK(n), harts);
  mmio_write(EU_BASE + EU_BARRIER_TARGET_MASK(n), harts);
}

/* The event mask must hold line 16 and nothing else that may come meanwhile. */
static inline void eu_bar_trig_wait_clr(uint32_t n) {
  event_load(EU_BASE + EU_BARRIER_TRIGGER_WAIT_CLEAR(n));
}

static inline void eu_mutex_lock(uint32_t n) { event_load(EU_BASE + EU_MUTEX(n)); }
static inline void eu_mutex_unlock(uint32_t n) {
  compiler_fence();
  mmio_write(EU_BASE + EU_MUTEX(n), 0);
}

#endif
