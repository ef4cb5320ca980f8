#include "macro-net.h"
#include <string.h>

// Rows of the window at an output: `kernel` runs of kernel * inputs values.
static const float *window(const Conv *c, const float *x, int pad, int oy, int ox, int ky) {
  int pitch = c->inSide + 2 * pad;
  int top = oy * c->stride - c->pad + pad + ky, left = ox * c->stride - c->pad + pad;
  return x + ((long)top * pitch + left) * c->inputs;
}

// y [pictures][outSide + 2 yPad]^2[outputs] += conv(x); zeros in x cost nothing.
void convForward(const Conv *c, const float *x, int pad, float *y, int yPad, int pictures) {
  int run = c->kernel * c->inputs, n = c->outputs, pitch = c->outSide + 2 * yPad;
  long xSize = (long)(c->inSide + 2 * pad) * (c->inSide + 2 * pad) * c->inputs;
  for (int b = 0; b < pictures; b += 1)
    for (int oy = 0; oy < c->outSide; oy += 1)
      for (int ox = 0; ox < c->outSide; ox += 1) {
        float *to = y + (((long)b * pitch + oy + yPad) * pitch + ox + yPad) * n;
        for (int ky = 0; ky < c->kernel; ky += 1) {
          const float *from = window(c, x + b * xSize, pad, oy, ox, ky), *w = c->wq + (long)ky * run * n;
          for (int t = 0; t < run; t += 1) {
            float value = from[t];
            if (value == 0) continue;
            const float *row = w + (long)t * n;
            for (int o = 0; o < n; o += 1) to[o] += value * row[o];
          }
        }
      }
}

// Adds the gradient of the weights, and of the input where `dx` is there.
void convBackward(Conv *c, const float *x, int pad, const float *dy, int yPad, float *dx, int pictures) {
  int run = c->kernel * c->inputs, n = c->outputs, pitch = c->outSide + 2 * yPad, rows = c->kernel * run;
  long xSize = (long)(c->inSide + 2 * pad) * (c->inSide + 2 * pad) * c->inputs;
  for (int b = 0; b < pictures; b += 1)
    for (int oy = 0; oy < c->outSide; oy += 1)
      for (int ox = 0; ox < c->outSide; ox += 1) {
        const float *d = dy + (((long)b * pitch + oy + yPad) * pitch + ox + yPad) * n;
        for (int ky = 0; ky < c->kernel; ky += 1) {
          const float *from = window(c, x + b * xSize, pad, oy, ox, ky);
          if (c->trainable)
            for (int t = 0; t < run; t += 1) {
              float value = from[t], *row = c->d + ((long)ky * run + t) * n;
              if (value == 0) continue;
              for (int o = 0; o < n; o += 1) row[o] += value * d[o];
            }
          if (dx == 0) continue;
          float *to = dx + (from - x);
          for (int o = 0; o < n; o += 1) {
            float value = d[o];
            if (value == 0) continue;
            const float *row = c->wqT + (long)o * rows + ky * run;
            for (int t = 0; t < run; t += 1) to[t] += value * row[t];
          }
        }
      }
}
