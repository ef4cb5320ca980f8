/* Copies from and to any address. */
#ifndef OCTOBAR_KERNELS_UNALIGNED_H
#define OCTOBAR_KERNELS_UNALIGNED_H

#include <stdint.h>

#ifndef __riscv
#include <string.h>
#endif

#ifdef __riscv
/* The core splits a word that lies across two in two accesses, which beats four of a byte. */
static inline void copy_word(uint8_t *to, const uint8_t *from) {
  uint32_t word;
  __asm__ volatile("lw %0, 0(%1)" : "=r"(word) : "r"(from) : "memory");
  __asm__ volatile("sw %0, 0(%1)" : : "r"(word), "r"(to) : "memory");
}
static inline void copy_nine(uint8_t *to, const uint8_t *from) {
  uint32_t a, b, c;
  __asm__ volatile("lw %0, 0(%3)\n\tlw %1, 4(%3)\n\tlbu %2, 8(%3)\n\t"
                   "sw %0, 0(%4)\n\tsw %1, 4(%4)\n\tsb %2, 8(%4)"
                   : "=&r"(a), "=&r"(b), "=&r"(c) : "r"(from), "r"(to) : "memory");
}
#else
static inline void copy_word(uint8_t *to, const uint8_t *from) { memcpy(to, from, 4); }
static inline void copy_nine(uint8_t *to, const uint8_t *from) { memcpy(to, from, 9); }
#endif

#endif
