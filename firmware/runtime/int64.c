/*
 * The 64-bit helpers that compilers call and libgcc has. Only linked where there is no libgcc
 * (TOOLCHAIN=clang); no division, which nothing here needs.
 */
#include <stdint.h>

typedef union parts {
  uint64_t whole;
  struct {
    uint32_t low, high;
  } half;
} parts_t;

uint64_t __ashldi3(uint64_t value, int count);
uint64_t __lshrdi3(uint64_t value, int count);
int64_t __ashrdi3(int64_t value, int count);
uint64_t __muldi3(uint64_t a, uint64_t b);

uint64_t __ashldi3(uint64_t value, int count) {
  parts_t in = {value}, out;
  if (count == 0) return value;
  out.half.high = count >= 32 ? in.half.low << (count - 32)
                              : in.half.high << count | in.half.low >> (32 - count);
  out.half.low = count >= 32 ? 0 : in.half.low << count;
  return out.whole;
}

uint64_t __lshrdi3(uint64_t value, int count) {
  parts_t in = {value}, out;
  if (count == 0) return value;
  out.half.low = count >= 32 ? in.half.high >> (count - 32)
                             : in.half.low >> count | in.half.high << (32 - count);
  out.half.high = count >= 32 ? 0 : in.half.high >> count;
  return out.whole;
}

int64_t __ashrdi3(int64_t value, int count) {
  parts_t in = {(uint64_t)value}, out;
  if (count == 0) return value;
  const int32_t high = (int32_t)in.half.high;
  out.half.low = count >= 32 ? (uint32_t)(high >> (count - 32))
                             : in.half.low >> count | in.half.high << (32 - count);
  out.half.high = (uint32_t)(count >= 32 ? high >> 31 : high >> count);
  return (int64_t)out.whole;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
  const parts_t x = {a}, y = {b};
  parts_t out = {(uint64_t)x.half.low * y.half.low};
  out.half.high += x.half.low * y.half.high + x.half.high * y.half.low;
  return out.whole;
}
