/* What the files of the runtime share; not for applications. */
#ifndef OCTOBAR_RUNTIME_RUNTIME_H
#define OCTOBAR_RUNTIME_RUNTIME_H

#include <stdint.h>

/* Called by crt0 on hart 0 and on the others. */
void pi_start(void) __attribute__((noreturn));
void pi_worker(void) __attribute__((noreturn));

void pi_team_init(uint32_t harts);

extern uint8_t *pi_l1_next;
extern uint8_t *pi_l1_end;

#endif
