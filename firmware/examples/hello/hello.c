/* Every core says hello. Lines come out whole, because each core prints while it holds the mutex. */
#include "pmsis.h"

static void hello(void *arg) {
  (void)arg;
  pi_cl_team_critical_enter();
  printf("Hello from core %u of %d\n", pi_core_id(), pi_cl_team_nb_cores());
  pi_cl_team_critical_exit();
}

int main(void) {
  pi_cl_team_fork(0, hello, NULL);
  return 0;
}
