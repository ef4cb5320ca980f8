/* What all accelerators have in common: selection of the slot, acquire, trigger, wait. */
#ifndef OCTOBAR_DRIVERS_HWPE_H
#define OCTOBAR_DRIVERS_HWPE_H

#include <stdint.h>

#define HWPE_SLOT_DEPTHWISE 0
#define HWPE_SLOT_IMA 1

/* Answers of ACQUIRE that are no job id. */
#define HWPE_FULL (-1)    /* all contexts hold unfinished jobs */
#define HWPE_BUSY (-2)    /* a context is being programmed */

/* Clocks the slot and gives it the wide port. The other slot must be idle. */
void hwpe_select(uint32_t slot);

/* One attempt: a job id from 0 up, HWPE_FULL or HWPE_BUSY. */
int hwpe_try_acquire(uint32_t base);

/* Sleeps until a context is free and takes it; returns the job id. */
int hwpe_acquire(uint32_t base, uint32_t slot);

/* Commits the programmed context and starts it as soon as its turn comes. */
void hwpe_trigger_job(uint32_t base);

/* One byte for each context, not 0 while its job is committed or runs. */
uint32_t hwpe_get_status(uint32_t base);

/* Sleeps until no job is left. Jobs must have been committed by this hart: only it gets the event. */
void hwpe_wait(uint32_t base, uint32_t slot);

/* Sleeps until at most `most` jobs are left, committed or running; returns how many are. Jobs as above. */
uint32_t hwpe_wait_pending(uint32_t base, uint32_t slot, uint32_t most);

void hwpe_soft_clear(uint32_t base);

#endif
