/* The tile of pointwise_tile.S in C, for machines that are not the target. */
#include "pointwise.h"

#ifndef __riscv

void pointwise_tile_u8(const uint8_t *x, uint32_t x_pitch, const int8_t *w, uint32_t w_pitch,
                       uint32_t rows, int32_t acc[16]) {
  for (uint32_t p = 0; p < 4; p++)
    for (uint32_t c = 0; c < 4; c++) {
      int32_t sum = 0;
      for (uint32_t r = 0; r < rows; r++) sum += x[p * x_pitch + r] * w[c * w_pitch + r];
      acc[4 * p + c] = sum;
    }
}

void pointwise_tile_i8(const int8_t *x, uint32_t x_pitch, const int8_t *w, uint32_t w_pitch,
                       uint32_t rows, int32_t acc[16]) {
  for (uint32_t p = 0; p < 4; p++)
    for (uint32_t c = 0; c < 4; c++) {
      int32_t sum = 0;
      for (uint32_t r = 0; r < rows; r++) sum += x[p * x_pitch + r] * w[c * w_pitch + r];
      acc[4 * p + c] = sum;
    }
}

#endif
