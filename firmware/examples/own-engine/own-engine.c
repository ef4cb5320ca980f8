/* Drives the tutorial engine (accel/example): it adds up bytes. See docs/engine-tutorial.md. */
#include "drivers/hwpe.h"
#include "hal/generated/example.h"
#include "hal/mmio.h"
#include "pmsis.h"

enum { LENGTH = 1000, SLOT = 0 };

static uint8_t bytes[LENGTH];
static volatile unsigned sum;

static void example_sum(const uint8_t *from, uint32_t length, volatile unsigned *to) {
  hwpe_acquire(EXAMPLE_BASE, SLOT);
  mmio_write(EXAMPLE_BASE + EXAMPLE_SRC_ADDR, (uint32_t)from);
  mmio_write(EXAMPLE_BASE + EXAMPLE_LENGTH, length);
  mmio_write(EXAMPLE_BASE + EXAMPLE_DST_ADDR, (uint32_t)to);
  hwpe_trigger_job(EXAMPLE_BASE);
}

int main(void) {
  unsigned expected = 0;
  for (uint32_t i = 0; i < LENGTH; i++) expected += bytes[i] = (uint8_t)(7 * i);

  if (mmio_read(EXAMPLE_BASE + EXAMPLE_CAP_ENGINE_ID) != 255) {
    printf("slot %d holds another engine; run with the preset of the tutorial\n", SLOT);
    return 2;
  }
  hwpe_select(SLOT);
  example_sum(bytes, LENGTH, &sum);
  hwpe_wait(EXAMPLE_BASE, SLOT);
  printf("sum of %d bytes: %u, expected %u\n", LENGTH, sum, expected);
  return sum != expected;
}
