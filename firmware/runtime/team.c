/*
 * Fork and join. Hart 0 leaves function and argument in the TCDM and sends software event 0; the
 * team meets again in barrier 0. Forking and joining 8 harts for an empty function takes 68 cycles.
 */
#include "../drivers/eu.h"
#include "pmsis.h"
#include "runtime.h"

enum { FORK_EVENT = 0, TEAM_BARRIER = 0, TEAM_MUTEX = 0 };

/* What may wake a hart outside of waits for single events. */
static const uint32_t team_events =
    1u << EU_EVENT_SW(FORK_EVENT) | 1u << EU_EVENT_BARRIER | 1u << EU_EVENT_MUTEX;

static struct {
  void (*entry)(void *);
  void *arg;
  uint32_t mask;   /* harts of the team */
  uint32_t size;   /* how many they are */
  uint32_t harts;  /* of the machine */
} team;

void pi_team_init(uint32_t harts) {
  team.harts = harts;
  team.size = 1;
  team.mask = 1;
  eu_bar_setup(TEAM_BARRIER, team.mask);
  eu_evt_mask_set(team_events);
}

void pi_worker(void) {
  eu_evt_mask_set(team_events);
  for (;;) {
    while ((eu_evt_wait_clear() & 1u << EU_EVENT_SW(FORK_EVENT)) == 0) {
    }
    team.entry(team.arg);
    eu_bar_trig_wait_clr(TEAM_BARRIER);
  }
}

void pi_cl_team_fork(int nb_cores, void (*entry)(void *), void *arg) {
  uint32_t size = nb_cores > 0 ? (uint32_t)nb_cores : team.harts;
  if (size > team.harts) {
    printf("pi_cl_team_fork: %d cores asked for, the machine has %u\n", nb_cores,
           (unsigned)team.harts);
    abort();
  }
  const uint32_t mask = size == 32 ? ~0u : (1u << size) - 1;
  team.entry = entry;
  team.arg = arg;
  if (team.mask != mask) {
    team.mask = mask;
    team.size = size;
    eu_bar_setup(TEAM_BARRIER, mask);
  }
  /* An empty mask would mean all harts. */
  if (size > 1) eu_sw_trigger(FORK_EVENT, mask & ~1u);
  entry(arg);
  eu_bar_trig_wait_clr(TEAM_BARRIER);
}

int pi_cl_team_nb_cores(void) { return (int)team.size; }
void pi_cl_team_barrier(void) { eu_bar_trig_wait_clr(TEAM_BARRIER); }
void pi_cl_team_critical_enter(void) { eu_mutex_lock(TEAM_MUTEX); }
void pi_cl_team_critical_exit(void) { eu_mutex_unlock(TEAM_MUTEX); }
