/* Exercises the runtime: text, teams, mutex, memory, DMA, counters, timer. */
#include "drivers/timer.h"
#include "pmsis.h"

#define L2_SCRATCH 0x1C100000u

static void text(void) {
  printf("[%d] [%5d] [%-5d] [%05d] [%x] [%08X]\n", -42, -42, -42, -42, 0xbeef, 0xbeef);
  printf("[%lld] [%llx] [%llu]\n", -1234567890123456789ll, 0x123456789abcdefull,
         18446744073709551615ull);
  printf("[%c] [%s] [%6s] [%-6s] [%%] [%p] [%i]\n", 'c', "text", "r", "l", (void *)0x1c000000,
         -2147483647 - 1);
  const char *volatile nothing = NULL;
  printf("[%u] [%ld] [%lu] [%s]\n", 4000000000u, -5l, 7ul, nothing);
}

static volatile unsigned count, order[32], finished;

static void add(void *arg) {
  const unsigned times = (unsigned)(uintptr_t)arg;
  for (unsigned i = 0; i < times; i++) {
    pi_cl_team_critical_enter();
    const unsigned before = count; /* without the mutex, updates of other cores would be lost */
    for (volatile unsigned delay = 0; delay < 3; delay++) {
    }
    count = before + 1;
    pi_cl_team_critical_exit();
  }
  pi_cl_team_barrier();
  order[pi_core_id()] = count; /* behind the barrier all cores see the sum */
}

static void teams(void) {
  for (int size = 1; size <= 8; size += 7) {
    count = 0;
    pi_cl_team_fork(size, add, (void *)50);
    unsigned same = 0;
    for (int core = 0; core < size; core++) same += order[core] == 50u * (unsigned)size;
    printf("team of %d: %u of %u, %u cores agree\n", size, count, 50u * (unsigned)size, same);
  }
}

static void memory(void) {
  const unsigned before = pi_l1_available();
  uint8_t *a = pi_l1_malloc(100), *b = pi_l1_malloc(1);
  printf("malloc: %d %d, aligned %d %d, ", b - a >= 100, a != NULL, (uintptr_t)a % 16 == 0,
         (uintptr_t)b % 16 == 0);
  pi_l1_free(b, 1);
  pi_l1_free(a, 100);
  printf("all back %d, too much %d\n", before == pi_l1_available(),
         pi_l1_malloc(before + 16) == NULL);
  uint8_t odd[40];
  memset(odd, 0xaa, sizeof odd);
  memset(odd + 3, 0x55, 21);
  memcpy(odd + 25, odd + 1, 5);
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof odd; i++) sum = sum * 31 + odd[i];
  printf("memset and memcpy: %u, memcmp %d\n", sum, memcmp("abd", "abc", 3));
}

static void dma(void) {
  uint8_t *const outside = (uint8_t *)L2_SCRATCH;
  for (unsigned i = 0; i < 600; i++) outside[i] = (uint8_t)(i * 7);
  uint8_t *inside = pi_l1_malloc(300000);
  pi_cl_dma_cmd_t first, second;
  /* 10 lines of 13 bytes, 37 apart, and 100 bytes from an odd address, at the same time */
  pi_cl_dma_cmd_2d(L2_SCRATCH + 5, (uint32_t)inside, 130, 37, 13, PI_CL_DMA_DIR_EXT2LOC, &first);
  pi_cl_dma_cmd(L2_SCRATCH + 1, (uint32_t)inside + 203, 100, PI_CL_DMA_DIR_EXT2LOC, &second);
  pi_cl_dma_wait(&second);
  pi_cl_dma_wait(&first);
  unsigned wrong = 0;
  for (unsigned i = 0; i < 130; i++) wrong += inside[i] != (uint8_t)((5 + i / 13 * 37 + i % 13) * 7);
  for (unsigned i = 0; i < 100; i++) wrong += inside[203 + i] != (uint8_t)((1 + i) * 7);
  printf("dma: %u bytes wrong, ", wrong);
  /* longer than one command, and back */
  for (unsigned i = 0; i < 150000; i += 1000) inside[i] = (uint8_t)(i / 1000);
  pi_cl_dma_cmd(L2_SCRATCH, (uint32_t)inside, 150000, PI_CL_DMA_DIR_LOC2EXT, &first);
  pi_cl_dma_wait(&first);
  pi_cl_dma_cmd(L2_SCRATCH, (uint32_t)inside + 150000, 150000, PI_CL_DMA_DIR_EXT2LOC, &first);
  pi_cl_dma_wait(&first);
  wrong = 0;
  for (unsigned i = 0; i < 150000; i += 1000) wrong += inside[150000 + i] != (uint8_t)(i / 1000);
  printf("%u of the long transfer\n", wrong);
  pi_l1_free(inside, 300000);
}

static void counters(void) {
  pi_perf_conf(1 << PI_PERF_CYCLES | 1 << PI_PERF_INSTR | 1 << PI_PERF_LD | 1 << PI_PERF_ST |
               1 << PI_PERF_BRANCH | 1 << PI_PERF_BTAKEN | 1 << PI_PERF_LD_STALL);
  static volatile unsigned scratch;
  scratch = 5;
  pi_perf_reset();
  pi_perf_start();
  __asm__ volatile(
      "li t0, 10\n"
      "1: lw t1, 0(%0)\n"
      "addi t1, t1, 1\n" /* uses what was just loaded: one stall */
      "sw t1, 0(%0)\n"
      "lw t2, 0(%0)\n"
      "addi t0, t0, -1\n"
      "bnez t0, 1b\n" ::"r"(&scratch) : "t0", "t1", "t2", "memory");
  pi_perf_stop();
  printf("counters: loads %u, stores %u, branches %u, taken %u, load stalls %u, result %u\n",
         pi_perf_read(PI_PERF_LD), pi_perf_read(PI_PERF_ST), pi_perf_read(PI_PERF_BRANCH),
         pi_perf_read(PI_PERF_BTAKEN), pi_perf_read(PI_PERF_LD_STALL), scratch);
  /* stopped counters stand still; one that was not selected reads 0 */
  const unsigned cycles = pi_perf_read(PI_PERF_CYCLES);
  printf("stopped %d, cycles not below instructions %d, not selected %u\n",
         cycles == pi_perf_read(PI_PERF_CYCLES), cycles >= pi_perf_read(PI_PERF_INSTR),
         pi_perf_read(PI_PERF_JUMP));
}

static void timers(void) {
  timer_start(1);
  timer_sleep(0, 1000);
  const unsigned slept = timer_get(1);
  printf("timer: slept for 1000 to 1100 cycles %d\n", slept >= 1000 && slept <= 1100);
}

int main(void) {
  text();
  teams();
  memory();
  dma();
  counters();
  timers();
  return 7;
}
