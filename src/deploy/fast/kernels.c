// Integer layers with WebAssembly SIMD; the formulas are those of src/deploy/reference, which a test
// compares byte for byte. build-kernels.sh turns this file into generated/kernels.ts.
//
// Pointers are addresses in the module's memory. Rows are padded to a multiple of 8 with zero
// weights, columns to a multiple of 4, so that loads may run past the end of a pixel.
#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(name)))

typedef struct {
  uint32_t first;   // first input of the span
  uint32_t rows;    // padded to a multiple of 8
  uint32_t weights; // cells [padded cols][rows], int8
  uint32_t shift;   // the sum counts 2^shift times
} Part;

typedef struct {
  uint32_t rows, cols, outBytes, parts;
  uint32_t inSigned, converts, m, r;
  int32_t lo, hi;   // of converter codes
  uint32_t mul;     // int32 [padded cols]
  uint32_t bias;    // int64 [padded cols], half of the last place added
  uint32_t shift;
  int32_t outLo, outHi;
  uint32_t list;    // Part[parts]
} Product;

static inline v128_t load8(const uint8_t *x, int isSigned) {
  return isSigned ? wasm_i16x8_load8x8(x) : wasm_u16x8_load8x8(x);
}

// Sums of four vectors of four lanes, one per lane of the result.
static inline v128_t sum4(v128_t a, v128_t b, v128_t c, v128_t d) {
  v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 2, 6), wasm_i32x4_shuffle(a, b, 1, 5, 3, 7));
  v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 2, 6), wasm_i32x4_shuffle(c, d, 1, 5, 3, 7));
  return wasm_i32x4_add(wasm_i32x4_shuffle(ab, cd, 0, 1, 4, 5), wasm_i32x4_shuffle(ab, cd, 2, 3, 6, 7));
}

// code = clip(sign(s) ((|s| m + 2^(r-1)) >> r), lo, hi)
static inline v128_t convert(v128_t s, uint32_t m, uint32_t r, int32_t lo, int32_t hi) {
  v128_t magnitude = wasm_i32x4_abs(s), factor = wasm_i32x4_splat(m);
  v128_t half = wasm_i64x2_splat((int64_t)1 << (r - 1));
  v128_t low = wasm_u64x2_shr(wasm_i64x2_add(wasm_u64x2_extmul_low_u32x4(magnitude, factor), half), r);
  v128_t high = wasm_u64x2_shr(wasm_i64x2_add(wasm_u64x2_extmul_high_u32x4(magnitude, factor), half), r);
  v128_t code = wasm_i32x4_shuffle(low, high, 0, 2, 4, 6), sign = wasm_i32x4_shr(s, 31);
  code = wasm_i32x4_sub(wasm_v128_xor(code, sign), sign);
  return wasm_i32x4_max(wasm_i32x4_min(code, wasm_i32x4_splat(hi)), wasm_i32x4_splat(lo));
}

// clip((acc mul + bias) >> shift, lo, hi) of two lanes of 64 bit
static inline v128_t scaled(v128_t product, v128_t bias, uint32_t shift, v128_t lo, v128_t hi) {
  v128_t q = wasm_i64x2_shr(wasm_i64x2_add(product, bias), shift);
  q = wasm_v128_bitselect(hi, q, wasm_i64x2_gt(q, hi));
  return wasm_v128_bitselect(lo, q, wasm_i64x2_lt(q, lo));
}

static inline v128_t requantise(v128_t acc, const int32_t *mul, const int64_t *bias, uint32_t shift, int32_t lo, int32_t hi) {
  v128_t factor = wasm_v128_load(mul), low64 = wasm_i64x2_splat(lo), high64 = wasm_i64x2_splat(hi);
  v128_t low = scaled(wasm_i64x2_extmul_low_i32x4(acc, factor), wasm_v128_load(bias), shift, low64, high64);
  v128_t high = scaled(wasm_i64x2_extmul_high_i32x4(acc, factor), wasm_v128_load(bias + 2), shift, low64, high64);
  return wasm_i32x4_shuffle(low, high, 0, 2, 4, 6);
}

static inline void store(uint8_t *out, v128_t q, uint32_t bytes, uint32_t count) {
  if (bytes == 4) {
    for (uint32_t i = 0; i < count; i += 1) {
      ((int32_t *)out)[i] = wasm_i32x4_extract_lane(q, 0);
      q = wasm_i32x4_shuffle(q, q, 1, 2, 3, 0);
    }
    return;
  }
  uint32_t packed = wasm_i32x4_extract_lane(
      wasm_i8x16_shuffle(q, q, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
  if (count == 4) {
    __builtin_memcpy(out, &packed, 4);
    return;
  }
  for (uint32_t i = 0; i < count; i += 1) out[i] = packed >> (8 * i);
}

// The accumulators of 4 columns of two pixels.
static inline void block(const Product *p, const uint8_t *x0, const uint8_t *x1, uint32_t col,
                         int isSigned, v128_t *acc0, v128_t *acc1) {
  const Part *parts = (const Part *)(uintptr_t)p->list;
  v128_t total0 = wasm_i32x4_splat(0), total1 = total0;
  for (uint32_t n = 0; n < p->parts; n += 1) {
    const Part part = parts[n];
    const int8_t *w0 = (const int8_t *)(uintptr_t)part.weights + col * part.rows;
    const int8_t *w1 = w0 + part.rows, *w2 = w1 + part.rows, *w3 = w2 + part.rows;
    v128_t a = wasm_i32x4_splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (uint32_t i = 0; i < part.rows; i += 8) {
      v128_t u = load8(x0 + part.first + i, isSigned), v = load8(x1 + part.first + i, isSigned);
      v128_t w = wasm_i16x8_load8x8(w0 + i);
      a = wasm_i32x4_add(a, wasm_i32x4_dot_i16x8(u, w));
      e = wasm_i32x4_add(e, wasm_i32x4_dot_i16x8(v, w));
      w = wasm_i16x8_load8x8(w1 + i);
      b = wasm_i32x4_add(b, wasm_i32x4_dot_i16x8(u, w));
      f = wasm_i32x4_add(f, wasm_i32x4_dot_i16x8(v, w));
      w = wasm_i16x8_load8x8(w2 + i);
      c = wasm_i32x4_add(c, wasm_i32x4_dot_i16x8(u, w));
      g = wasm_i32x4_add(g, wasm_i32x4_dot_i16x8(v, w));
      w = wasm_i16x8_load8x8(w3 + i);
      d = wasm_i32x4_add(d, wasm_i32x4_dot_i16x8(u, w));
      h = wasm_i32x4_add(h, wasm_i32x4_dot_i16x8(v, w));
    }
    v128_t s0 = sum4(a, b, c, d), s1 = sum4(e, f, g, h);
    if (p->converts) {
      s0 = convert(s0, p->m, p->r, p->lo, p->hi);
      s1 = convert(s1, p->m, p->r, p->lo, p->hi);
    }
    total0 = wasm_i32x4_add(total0, wasm_i32x4_shl(s0, part.shift));
    total1 = wasm_i32x4_add(total1, wasm_i32x4_shl(s1, part.shift));
  }
  *acc0 = total0;
  *acc1 = total1;
}

static inline void products(const Product *p, const uint8_t *x, uint8_t *out, uint32_t pixels, int isSigned) {
  const int32_t *mul = (const int32_t *)(uintptr_t)p->mul;
  const int64_t *bias = (const int64_t *)(uintptr_t)p->bias;
  for (uint32_t at = 0; at < pixels; at += 2) {
    uint32_t next = at + 1 < pixels ? at + 1 : at;
    for (uint32_t col = 0; col < p->cols; col += 4) {
      uint32_t count = p->cols - col < 4 ? p->cols - col : 4;
      v128_t acc0, acc1;
      block(p, x + at * p->rows, x + next * p->rows, col, isSigned, &acc0, &acc1);
      v128_t q = requantise(acc0, mul + col, bias + col, p->shift, p->outLo, p->outHi);
      store(out + (at * p->cols + col) * p->outBytes, q, p->outBytes, count);
      if (next == at) continue;
      q = requantise(acc1, mul + col, bias + col, p->shift, p->outLo, p->outHi);
      store(out + (next * p->cols + col) * p->outBytes, q, p->outBytes, count);
    }
  }
}

/** x [pixels][rows], out [pixels][cols]. */
EXPORT("product") void product(const Product *p, const uint8_t *x, uint8_t *out, uint32_t pixels) {
  if (p->inSigned) products(p, x, out, pixels, 1);
  else products(p, x, out, pixels, 0);
}

/** Accumulators [pixels][pitch] of the columns [first, first + cols) as codes of out [pixels][p->cols]. */
EXPORT("settle") void settle(const Product *p, const int32_t *acc, uint8_t *out, uint32_t pixels, uint32_t pitch,
                             uint32_t first, uint32_t cols) {
  const int32_t *mul = (const int32_t *)(uintptr_t)p->mul + first;
  const int64_t *bias = (const int64_t *)(uintptr_t)p->bias + first;
  for (out += first * p->outBytes; pixels > 0; pixels -= 1, acc += pitch, out += p->cols * p->outBytes) {
    for (uint32_t col = 0; col < cols; col += 4) {
      uint32_t count = cols - col < 4 ? cols - col : 4;
      v128_t q = requantise(wasm_v128_load(acc + col), mul + col, bias + col, p->shift, p->outLo, p->outHi);
      store(out + col * p->outBytes, q, p->outBytes, count);
    }
  }
}

typedef struct {
  int32_t inHeight, inWidth, channels, outHeight, outWidth;
  int32_t kernelHeight, kernelWidth, strideY, strideX, padTop, padLeft;
} Geometry;

/** Windows of one row of outputs as a matrix [outWidth][kernel rows][kernel columns][channels]. */
EXPORT("windows") void windows(const Geometry *g, const uint8_t *x, uint8_t *out, int32_t y) {
  for (int32_t ox = 0; ox < g->outWidth; ox += 1) {
    for (int32_t ky = 0; ky < g->kernelHeight; ky += 1) {
      int32_t iy = y * g->strideY - g->padTop + ky;
      for (int32_t kx = 0; kx < g->kernelWidth; kx += 1, out += g->channels) {
        int32_t ix = ox * g->strideX - g->padLeft + kx;
        int inside = iy >= 0 && ix >= 0 && iy < g->inHeight && ix < g->inWidth;
        if (inside) __builtin_memcpy(out, x + (iy * g->inWidth + ix) * g->channels, g->channels);
        else __builtin_memset(out, 0, g->channels);
      }
    }
  }
}

/** Weights [taps][channels]; tables as in a product. Sums of 8 channels at a time. */
EXPORT("depthwise") void depthwise(const Geometry *g, const Product *p, const int8_t *weights, const uint8_t *x, uint8_t *out) {
  const int32_t *mul = (const int32_t *)(uintptr_t)p->mul;
  const int64_t *bias = (const int64_t *)(uintptr_t)p->bias;
  uint32_t channels = g->channels;
  for (int32_t oy = 0; oy < g->outHeight; oy += 1) {
    for (int32_t ox = 0; ox < g->outWidth; ox += 1) {
      for (uint32_t c = 0; c < channels; c += 8) {
        v128_t low = wasm_i32x4_splat(0), high = low;
        for (int32_t ky = 0; ky < g->kernelHeight; ky += 1) {
          int32_t iy = oy * g->strideY - g->padTop + ky;
          if (iy < 0 || iy >= g->inHeight) continue;
          for (int32_t kx = 0; kx < g->kernelWidth; kx += 1) {
            int32_t ix = ox * g->strideX - g->padLeft + kx;
            if (ix < 0 || ix >= g->inWidth) continue;
            v128_t u = load8(x + (iy * g->inWidth + ix) * channels + c, p->inSigned);
            v128_t w = wasm_i16x8_load8x8(weights + (ky * g->kernelWidth + kx) * channels + c);
            low = wasm_i32x4_add(low, wasm_i32x4_extmul_low_i16x8(u, w));
            high = wasm_i32x4_add(high, wasm_i32x4_extmul_high_i16x8(u, w));
          }
        }
        uint8_t *to = out + ((oy * g->outWidth + ox) * channels + c) * p->outBytes;
        uint32_t left = channels - c;
        v128_t q = requantise(low, mul + c, bias + c, p->shift, p->outLo, p->outHi);
        store(to, q, p->outBytes, left < 4 ? left : 4);
        if (left <= 4) continue;
        q = requantise(high, mul + c + 4, bias + c + 4, p->shift, p->outLo, p->outHi);
        store(to + 4 * p->outBytes, q, p->outBytes, left < 8 ? left - 4 : 4);
      }
    }
  }
}

static inline int32_t code(const uint8_t *x, uint32_t i, uint32_t isSigned) {
  return isSigned ? ((const int8_t *)x)[i] : x[i];
}

/** out = clip((a mulA + b mulB + 2^(shift-1)) >> shift, lo, hi); bits 0 and 1 of signs: a, b signed. */
EXPORT("add") void add(const uint8_t *a, const uint8_t *b, uint8_t *out, uint32_t count, int32_t mulA, int32_t mulB,
                       uint32_t shift, int32_t lo, int32_t hi, uint32_t signs) {
  for (uint32_t i = 0; i < count; i += 1) {
    int32_t sum = code(a, i, signs & 1) * mulA + code(b, i, signs & 2) * mulB;
    int32_t q = (sum + (1 << (shift - 1))) >> shift;
    out[i] = q < lo ? lo : q > hi ? hi : q;
  }
}

/** out = clip((sum mul + 2^(shift-1)) >> shift, lo, hi) over windows that stay on the map. */
EXPORT("pool") void pool(const Geometry *g, const uint8_t *x, uint8_t *out, int32_t mul, uint32_t shift, int32_t lo,
                         int32_t hi, uint32_t isSigned) {
  for (int32_t oy = 0; oy < g->outHeight; oy += 1) {
    for (int32_t ox = 0; ox < g->outWidth; ox += 1) {
      for (int32_t c = 0; c < g->channels; c += 1) {
        int32_t sum = 0;
        for (int32_t ky = 0; ky < g->kernelHeight; ky += 1) {
          for (int32_t kx = 0; kx < g->kernelWidth; kx += 1) {
            int32_t pixel = (oy * g->strideY + ky) * g->inWidth + ox * g->strideX + kx;
            sum += code(x, pixel * g->channels + c, isSigned);
          }
        }
        int64_t q = ((int64_t)sum * mul + ((int64_t)1 << (shift - 1))) >> shift;
        *out++ = q < lo ? lo : q > hi ? hi : q;
      }
    }
  }
}
