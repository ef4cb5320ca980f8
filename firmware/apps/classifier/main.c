/*
 * Classifies pictures with a trained network whose weights stay in the arrays. Core 0 runs the jobs of a picture
 * while the other cores make the input of the next one. Answers go to L2.
 */
#include "classifier.h"
#include "drivers/timer.h"
#include "metric.h"
#include "pmsis.h"

/* In L2, where start-up does not clear it. */
__attribute__((section(".rodata.settings"))) const volatile settings_t classifier_settings = {0};

typedef struct turn {
  network_t *network;
  uint32_t picture, next; /* next = count: there is none */
} turn_t;

static void turn(void *arg) {
  const turn_t *t = arg;
  const network_t *n = t->network;
  const uint32_t core = pi_core_id(), cores = (uint32_t)pi_cl_team_nb_cores();
  if (core == 0) n->answers[t->picture] = (uint8_t)network_run(n, t->picture);
  if (t->next == classifier_settings.count) return;
  if (cores == 1) network_expand(n, t->next, 0, 1);
  else if (core != 0) network_expand(n, t->next, core - 1, cores - 1);
}

static void expand_first(void *arg) {
  network_expand(arg, 0, pi_core_id(), (uint32_t)pi_cl_team_nb_cores());
}

int main(void) {
  const uint32_t count = classifier_settings.count;
  if (count == 0) {
    printf("classifier: no network; octobar classify writes one\n");
    return 2;
  }
  network_t network;
  ima_select();
  timer_start(1);
  const uint32_t cells = network_open(&network);
  octobar_metric("program_cycles", "cycles", (int32_t)timer_get(1), 0);
  octobar_metric("cells_written", "", (int32_t)cells, 0);

  network_fetch(&network, 0);
  network_fetched();
  pi_cl_team_fork(0, expand_first, &network);
  /* The mean is kept as whole cycles a picture and a rest: no 64-bit division. */
  uint32_t cycles = 0, rest = 0;
  for (uint32_t p = 0; p < count; p++) {
    /* Started anew for each picture: 32 bits are not enough for all of them. */
    timer_start(1);
    turn_t t = {&network, p, p + 1};
    if (t.next < count) {
      network_fetch(&network, t.next);
      network_fetched();
    }
    pi_cl_team_fork(0, turn, &t);
    rest += timer_get(1);
    cycles += rest / count;
    rest %= count;
  }
  pi_cl_dma_cmd_t command;
  pi_cl_dma_cmd(classifier_settings.answers, (uint32_t)network.answers, count, PI_CL_DMA_DIR_LOC2EXT, &command);
  pi_cl_dma_cmd_wait(&command);
  const uint8_t *labels = (const uint8_t *)classifier_settings.labels;
  uint32_t correct = 0;
  for (uint32_t p = 0; p < count; p++) correct += network.answers[p] == labels[p];
  printf("correct %lu of %lu\n", correct, count);
  octobar_metric("correct", "", (int32_t)correct, 0);
  octobar_metric("pictures", "", (int32_t)count, 0);
  octobar_metric("picture_cycles", "cycles", (int32_t)cycles, 0);
  return 0;
}
