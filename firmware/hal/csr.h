/* Control and status registers. The register is a literal name or number. */
#ifndef OCTOBAR_HAL_CSR_H
#define OCTOBAR_HAL_CSR_H

#include <stdint.h>

#define csr_read(csr)                                              \
  ({                                                               \
    uint32_t value_;                                               \
    __asm__ volatile("csrr %0, " #csr : "=r"(value_) : : "memory"); \
    value_;                                                        \
  })

#define csr_write(csr, value) \
  __asm__ volatile("csrw " #csr ", %0" : : "rK"((uint32_t)(value)) : "memory")

#define csr_set(csr, bits) \
  __asm__ volatile("csrs " #csr ", %0" : : "rK"((uint32_t)(bits)) : "memory")

#define csr_clear(csr, bits) \
  __asm__ volatile("csrc " #csr ", %0" : : "rK"((uint32_t)(bits)) : "memory")

/* 64-bit counters: the high word is read twice so that a carry in between does not matter. */
#define csr_read64(csr)                            \
  ({                                               \
    uint32_t low_, high_, again_;                  \
    do {                                           \
      high_ = csr_read(csr##h);                    \
      low_ = csr_read(csr);                        \
      again_ = csr_read(csr##h);                   \
    } while (high_ != again_);                     \
    ((uint64_t)high_ << 32) | low_;                \
  })

#endif
