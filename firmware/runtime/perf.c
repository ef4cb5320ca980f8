/*
 * pi_perf_* over the standard counters: active cycles and instructions have their own, every other event
 * takes mhpmcounter3, 4, ... in the order of its number. mhpmevent selects by one bit an event.
 * PI_PERF_CYCLES is the low cluster timer, which all cores share: it goes on while a core sleeps.
 */
#include "../hal/generated/timer.h"
#include "../hal/mmio.h"
#include "pmsis.h"

/* CSR numbers are part of the instruction, so each counter needs its own. */
#define EVENT_COUNTERS(DO)                                                                        \
  DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15) DO(16)      \
  DO(17) DO(18) DO(19) DO(20) DO(21) DO(22) DO(23) DO(24) DO(25) DO(26) DO(27) DO(28) DO(29)      \
  DO(30) DO(31)
enum { FIRST_COUNTER = 3, COUNTERS = 29, MAX_HARTS = 32 };
enum { COUNTER_CYCLES = 0, COUNTER_INSTR = 2 };

static uint32_t selected[MAX_HARTS];

static void select_event(uint32_t counter, uint32_t events) {
  switch (counter) {
#define CASE(n) case n: csr_write(mhpmevent##n, events); break;
    EVENT_COUNTERS(CASE)
#undef CASE
  }
}

static uint32_t read_counter(uint32_t counter) {
  switch (counter) {
    case COUNTER_CYCLES: return csr_read(mcycle);
    case COUNTER_INSTR: return csr_read(minstret);
#define CASE(n) case n: return csr_read(mhpmcounter##n);
    EVENT_COUNTERS(CASE)
#undef CASE
  }
  return 0;
}

/* The counter of an event, given the selection. */
static uint32_t counter_of(uint32_t events, uint32_t event) {
  if (event == PI_PERF_ACTIVE_CYCLES) return COUNTER_CYCLES;
  if (event == PI_PERF_INSTR) return COUNTER_INSTR;
  uint32_t counter = FIRST_COUNTER;
  for (uint32_t e = PI_PERF_LD_STALL; e < event; e++)
    if (e != PI_PERF_CYCLES) counter += events >> e & 1;
  return counter;
}

static int counts_time(void) {
  return (selected[pi_core_id()] >> PI_PERF_CYCLES & 1) != 0;
}

void pi_perf_conf(uint32_t events) {
  selected[pi_core_id()] = events;
  for (uint32_t event = PI_PERF_LD_STALL; event <= PI_PERF_LAST; event++) {
    if ((events >> event & 1) != 0 && event != PI_PERF_CYCLES)
      select_event(counter_of(events, event), 1u << event);
  }
}

void pi_perf_reset(void) {
  csr_write(mcycle, 0);
  csr_write(minstret, 0);
#define RESET(n) csr_write(mhpmcounter##n, 0);
  EVENT_COUNTERS(RESET)
#undef RESET
  if (counts_time()) mmio_write(TIMER_BASE + TIMER_RESET_LO, 1);
}

/* No calls in these two: their own loads and stores would be counted. */
void pi_perf_start(void) {
  if (counts_time()) mmio_write(TIMER_BASE + TIMER_CFG_LO, TIMER_CFG_LO_ENABLE_MASK);
  csr_write(mcountinhibit, 0);
}

void pi_perf_stop(void) {
  csr_write(mcountinhibit, 0xffffffff);
  if (counts_time()) mmio_write(TIMER_BASE + TIMER_CFG_LO, 0);
}

unsigned pi_perf_read(pi_perf_event_e event) {
  const uint32_t events = selected[pi_core_id()];
  if ((events >> event & 1) == 0) return 0;
  if (event == PI_PERF_CYCLES) return mmio_read(TIMER_BASE + TIMER_CNT_LO);
  return read_counter(counter_of(events, event));
}
