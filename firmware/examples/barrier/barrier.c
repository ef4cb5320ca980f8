/* Cores arrive at a barrier one after the other and leave it together; the counters show it. */
#include "pmsis.h"

enum { MAX_CORES = 32, STEP = 100 };

static unsigned arrived[MAX_CORES], left[MAX_CORES];

static void meet(void *arg) {
  (void)arg;
  const unsigned core = pi_core_id();
  pi_perf_conf(1 << PI_PERF_CYCLES); /* a clock that all cores share */
  if (core == 0) pi_perf_reset();
  if (core == 0) pi_perf_start();
  pi_cl_team_barrier(); /* a common start */
  for (volatile unsigned i = 0; i < core * STEP; i++) {
  }
  arrived[core] = pi_perf_read(PI_PERF_CYCLES);
  pi_cl_team_barrier();
  left[core] = pi_perf_read(PI_PERF_CYCLES);
}

int main(void) {
  pi_cl_team_fork(0, meet, NULL);
  const unsigned last = pi_cl_cluster_nb_cores() - 1;
  for (unsigned core = 0; core <= last; core++)
    printf("core %u: arrived after %5u cycles, left after %5u\n", core, arrived[core],
           left[core]);
  return left[0] < arrived[last];
}
