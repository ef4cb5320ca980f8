/* The event load of CORE-V, cv.elw: a load whose answer may let the hart sleep. */
#ifndef OCTOBAR_HAL_ELW_H
#define OCTOBAR_HAL_ELW_H

#include <stdint.h>

static inline uint32_t event_load(uint32_t address) {
  uint32_t value;
  /* cv.elw rd, 0(rs1): opcode custom-0, funct3 3. Assemblers before binutils 2.42 do not know its name. */
  __asm__ volatile(".insn i 0x0b, 3, %0, %1, 0" : "=r"(value) : "r"(address) : "memory");
  return value;
}

#endif
