/* Memory-mapped registers. The address is a plain number, as the generated headers give it. */
#ifndef OCTOBAR_HAL_MMIO_H
#define OCTOBAR_HAL_MMIO_H

#include <stdint.h>

static inline uint32_t mmio_read(uint32_t address) {
  return *(volatile uint32_t *)(uintptr_t)address;
}

static inline void mmio_write(uint32_t address, uint32_t value) {
  *(volatile uint32_t *)(uintptr_t)address = value;
}

static inline void mmio_write8(uint32_t address, uint8_t value) {
  *(volatile uint8_t *)(uintptr_t)address = value;
}

/* Keeps the compiler from moving memory accesses across; the harts themselves are in order. */
static inline void compiler_fence(void) { __asm__ volatile("" ::: "memory"); }

#endif
