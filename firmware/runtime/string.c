/* gcc calls these for structures and loops even without a C library. */
#include <stddef.h>
#include <stdint.h>

#include "pmsis.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if ((((uintptr_t)t | (uintptr_t)f) & 3) == 0) {
    for (; bytes >= 4; bytes -= 4, t += 4, f += 4) *(uint32_t *)(void *)t = *(const uint32_t *)(const void *)f;
  }
  while (bytes-- > 0) *t++ = *f++;
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  uint8_t *t = to;
  const uint32_t word = (uint8_t)value * 0x01010101u;
  for (; bytes > 0 && ((uintptr_t)t & 3) != 0; bytes--) *t++ = (uint8_t)value;
  for (; bytes >= 16; bytes -= 16, t += 16) {
    uint32_t *w = (uint32_t *)(void *)t;
    w[0] = word, w[1] = word, w[2] = word, w[3] = word;
  }
  while (bytes-- > 0) *t++ = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  const uint8_t *x = a, *y = b;
  for (; bytes > 0; bytes--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end != 0) end++;
  return (size_t)(end - text);
}
