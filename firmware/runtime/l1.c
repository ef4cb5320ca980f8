#include "pmsis.h"
#include "runtime.h"

enum { ALIGNMENT = 16 };

void *pi_l1_malloc(uint32_t size) {
  if (size > pi_l1_available()) return NULL;
  uint8_t *chunk = pi_l1_next;
  pi_l1_next += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return chunk;
}

void pi_l1_free(void *chunk, uint32_t size) {
  (void)size;
  if ((uint8_t *)chunk < pi_l1_next) pi_l1_next = chunk;
}

unsigned pi_l1_available(void) {
  return (unsigned)(pi_l1_end - pi_l1_next) / ALIGNMENT * ALIGNMENT;
}
