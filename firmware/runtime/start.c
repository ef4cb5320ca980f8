/* From crt0 to main() and back: the team of harts, and the end of the run. */
#include "../boot/layout.h"
#include "../drivers/eu.h"
#include "../hal/generated/soc_ctrl.h"
#include "pmsis.h"
#include "runtime.h"

extern int main(void);

uint8_t *pi_l1_next;
uint8_t *pi_l1_end;

extern uint8_t __stacks_start[];
extern const volatile uint32_t octobar_l1_end; /* see crt0.S */

unsigned pi_cl_cluster_nb_cores(void) {
  return (mmio_read(SOC_CTRL_BASE + SOC_CTRL_INFO) & SOC_CTRL_INFO_CORES_MASK) >>
         SOC_CTRL_INFO_CORES_LSB;
}

void pi_start(void) {
  const uint32_t harts = pi_cl_cluster_nb_cores();
  pi_team_init(harts);
  pi_l1_next = __stacks_start + PI_MAIN_STACK_EXTRA + harts * PI_STACK_PITCH;
  pi_l1_end = (uint8_t *)octobar_l1_end;
  exit(main());
}

void exit(int status) {
  compiler_fence();
  mmio_write(SOC_CTRL_BASE + SOC_CTRL_CORESTATUS,
             SOC_CTRL_CORESTATUS_EOC_MASK | ((uint32_t)status & SOC_CTRL_CORESTATUS_STATUS_MASK));
  for (;;) {
  }
}

void abort(void) { exit(134); }
