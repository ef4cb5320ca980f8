/* The cluster timer: two 32-bit counters of cycles, 0 = low, 1 = high. */
#ifndef OCTOBAR_DRIVERS_TIMER_H
#define OCTOBAR_DRIVERS_TIMER_H

#include <stdint.h>

/* Counts up from 0. */
void timer_start(uint32_t counter);
void timer_stop(uint32_t counter);
uint32_t timer_get(uint32_t counter);

/* Sleeps for at least `cycles` cycles (1 or more); uses and stops the counter. */
void timer_sleep(uint32_t counter, uint32_t cycles);

#endif
