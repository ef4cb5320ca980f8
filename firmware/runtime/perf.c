/*
 * pi_perf_* over the standard counters: cycles and instructions have their own, every other event
 * takes mhpmcounter3, 4, ... in the order of its number. mhpmevent selects by one bit an event.
 */
#include "pmsis.h"

/* CSR numbers are part of the instruction, so each counter needs its own. */
#define EVENT_COUNTERS(DO) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)
enum { FIRST_COUNTER = 3, COUNTERS = 13, MAX_HARTS = 32 };
enum { COUNTER_CYCLES = 0, COUNTER_INSTR = 2 };

static uint16_t selected[MAX_HARTS];

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
  if (event == PI_PERF_CYCLES) return COUNTER_CYCLES;
  if (event == PI_PERF_INSTR) return COUNTER_INSTR;
  uint32_t counter = FIRST_COUNTER;
  for (uint32_t e = PI_PERF_LD_STALL; e < event; e++) counter += events >> e & 1;
  return counter;
}

void pi_perf_conf(uint32_t events) {
  selected[pi_core_id()] = (uint16_t)events;
  for (uint32_t event = PI_PERF_LD_STALL; event <= PI_PERF_TCDM_CONT; event++) {
    const uint32_t counter = counter_of(events, event);
    if ((events >> event & 1) != 0 && counter < FIRST_COUNTER + COUNTERS)
      select_event(counter, 1u << event);
  }
}

void pi_perf_reset(void) {
  csr_write(mcycle, 0);
  csr_write(minstret, 0);
#define RESET(n) csr_write(mhpmcounter##n, 0);
  EVENT_COUNTERS(RESET)
#undef RESET
}

void pi_perf_start(void) { csr_write(mcountinhibit, 0); }
void pi_perf_stop(void) { csr_write(mcountinhibit, 0xffffffff); }

unsigned pi_perf_read(pi_perf_event_e event) {
  const uint32_t events = selected[pi_core_id()];
  if ((events >> event & 1) == 0) return 0;
  return read_counter(counter_of(events, event));
}
