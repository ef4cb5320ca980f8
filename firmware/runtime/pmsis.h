/*
 * The part of the PULP runtime interface (PMSIS) that a cluster program needs, under its usual
 * names. Everything runs on the cluster: main() is called on core 0, the others wait for work.
 */
#ifndef OCTOBAR_RUNTIME_PMSIS_H
#define OCTOBAR_RUNTIME_PMSIS_H

#include <stddef.h>
#include <stdint.h>

#include "../hal/csr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Cores of the cluster as published; pi_cl_cluster_nb_cores() says how many this machine has. */
#define ARCHI_CLUSTER_NB_PE 8

/* ---- where am I ---- */

/* Plain unsigned, not uint32_t (which gcc makes an unsigned long): printf takes them with %d and %u. */

static inline unsigned pi_core_id(void) { return csr_read(mhartid) & 31; }
static inline unsigned pi_cluster_id(void) { return csr_read(mhartid) >> 5; }
static inline int pi_is_fc(void) { return 0; }
unsigned pi_cl_cluster_nb_cores(void);
#define pi_cl_cluster_nb_pe_cores pi_cl_cluster_nb_cores

/* ---- teams ---- */

/* Runs entry(arg) on cores 0 .. nb_cores - 1 (0 = all) and returns when all have returned. Core 0 only. */
void pi_cl_team_fork(int nb_cores, void (*entry)(void *), void *arg);
/* Number of cores of the running team. */
int pi_cl_team_nb_cores(void);
/* Waits for all cores of the team. */
void pi_cl_team_barrier(void);
/* One core at a time between these two. */
void pi_cl_team_critical_enter(void);
void pi_cl_team_critical_exit(void);

/* ---- memory of the cluster ---- */

/* Bump allocator in the TCDM, 16-byte aligned; NULL when it is full. Core 0 only. */
void *pi_l1_malloc(uint32_t size);
/* Gives back `chunk` and whatever was allocated after it. */
void pi_l1_free(void *chunk, uint32_t size);
/* Bytes that the largest allocation can have. */
unsigned pi_l1_available(void);

/* ---- DMA between TCDM and L2 ---- */

typedef enum { PI_CL_DMA_DIR_LOC2EXT = 0, PI_CL_DMA_DIR_EXT2LOC = 1 } pi_cl_dma_dir_e;

typedef struct pi_cl_dma_cmd_s {
  uint32_t id;
} pi_cl_dma_cmd_t;

/* Starts a copy of `size` bytes; any length. */
void pi_cl_dma_cmd(uint32_t ext, uint32_t loc, uint32_t size, pi_cl_dma_dir_e dir,
                   pi_cl_dma_cmd_t *cmd);
/* The same with lines of `length` bytes, `stride` apart outside, contiguous in the TCDM. */
void pi_cl_dma_cmd_2d(uint32_t ext, uint32_t loc, uint32_t size, uint32_t stride, uint32_t length,
                      pi_cl_dma_dir_e dir, pi_cl_dma_cmd_t *cmd);
/* Sleeps until the copy is done. */
void pi_cl_dma_cmd_wait(pi_cl_dma_cmd_t *cmd);
#define pi_cl_dma_wait(cmd) pi_cl_dma_cmd_wait((pi_cl_dma_cmd_t *)(cmd))

/* ---- performance counters ---- */

typedef enum {
  PI_PERF_ACTIVE_CYCLES = 0, /* of this core; stand still while it sleeps */
  PI_PERF_INSTR = 1,
  PI_PERF_LD_STALL = 2,
  PI_PERF_JR_STALL = 3,
  PI_PERF_IMISS = 4,
  PI_PERF_LD = 5,
  PI_PERF_ST = 6,
  PI_PERF_JUMP = 7,
  PI_PERF_BRANCH = 8,
  PI_PERF_BTAKEN = 9,
  PI_PERF_RVC = 10,
  PI_PERF_LD_EXT = 11,
  PI_PERF_ST_EXT = 12,
  PI_PERF_LD_EXT_CYC = 13,
  PI_PERF_ST_EXT_CYC = 14,
  PI_PERF_TCDM_CONT = 15,
  PI_PERF_PIPE_STALL = 16, /* extra cycles of event loads */
  PI_PERF_CYCLES = 17,     /* time: the low cluster timer, shared by all cores */
  /* The rest is not in PMSIS: misses, and stall cycles by cause. */
  PI_PERF_ICACHE_MISS = 18,
  PI_PERF_ICACHE_PREFETCH = 19,
  PI_PERF_ICACHE_REFILL = 20,
  PI_PERF_MISALIGNED = 21,
  PI_PERF_OUTER_MEMORY = 22,
  PI_PERF_PERIPHERAL = 23,
  PI_PERF_BRANCH_CYC = 24,
  PI_PERF_JUMP_CYC = 25,
  PI_PERF_MULH_CYC = 26,
  PI_PERF_DIV_CYC = 27,
  PI_PERF_CSR_CYC = 28,
  PI_PERF_FENCE_CYC = 29,
  PI_PERF_TRAP_CYC = 30,
  PI_PERF_LAST = PI_PERF_TRAP_CYC,
} pi_perf_event_e;

/*
 * Selects the events of the calling core, one bit each (1 << PI_PERF_...). With PI_PERF_CYCLES among
 * them, reset, start and stop also work on the timer, for all cores: let one core select it.
 */
void pi_perf_conf(uint32_t events);
void pi_perf_reset(void);
void pi_perf_start(void);
void pi_perf_stop(void);
/* Count of one of the selected events; 0 for others. */
unsigned pi_perf_read(pi_perf_event_e event);

/* ---- text and end ---- */

/* %d %i %u %x %X %c %s %p %%, flags 0 and -, width, lengths l and ll. Returns the bytes written. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int putchar(int c);
int puts(const char *text);

/* Ends the run of the whole machine with this exit status. */
void exit(int status) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));
#define pmsis_exit exit

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);

#ifdef __cplusplus
}
#endif

#endif
