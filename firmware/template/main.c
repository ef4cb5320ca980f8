/* @APP@: runs on all cores of the cluster. */
#include "pmsis.h"

static void work(void *arg) {
  (void)arg;
  pi_cl_team_critical_enter();
  printf("@APP@: core %u of %d\n", pi_core_id(), pi_cl_team_nb_cores());
  pi_cl_team_critical_exit();
}

int main(void) {
  pi_cl_team_fork(0, work, NULL);
  return 0;
}
