#include "network.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float *floats(long count) {
  float *p = calloc(count, sizeof *p);
  if (p == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(70);
  }
  return p;
}

// xorshift64*, 0 <= x < 1
double randomUniform(Network *n) {
  n->seed ^= n->seed >> 12;
  n->seed ^= n->seed << 25;
  n->seed ^= n->seed >> 27;
  return ((n->seed * 2685821657736338717ull) >> 11) * 0x1p-53;
}

static double randomNormal(Network *n) {
  double radius = sqrt(-2 * log(1 - randomUniform(n)));
  return radius * cos(6.283185307179586 * randomUniform(n));
}

int weightCount(const Unit *u) {
  if (u->kind == POINTWISE) return u->inputs * u->outputs;
  return u->kind == DEPTHWISE ? 9 * u->outputs : 9 * u->inputs * u->outputs;
}

static int addUnit(Network *n, const char *name, Kind kind, int from, int outputs, int stride, int relu6) {
  Unit *u = &n->units[n->count];
  memset(u, 0, sizeof *u);
  snprintf(u->name, sizeof u->name, "%s", name);
  u->kind = kind;
  u->stride = stride;
  u->from = from;
  u->skip = -1;
  u->relu6 = relu6;
  u->inSide = from < 0 ? SIDE : n->units[from].outSide;
  u->inputs = from < 0 ? 1 : n->units[from].outputs;
  u->outputs = outputs;
  u->outSide = (u->inSide + stride - 1) / stride;
  int weights = weightCount(u);
  long values = (long)BATCH * u->outSide * u->outSide * outputs;
  u->weights = floats(weights), u->dWeights = floats(weights), u->vWeights = floats(weights);
  float **vectors[] = {&u->gamma, &u->beta,   &u->mean,  &u->variance, &u->dGamma,
                       &u->dBeta, &u->vGamma, &u->vBeta, &u->invDev};
  for (unsigned i = 0; i < sizeof vectors / sizeof *vectors; i += 1) *vectors[i] = floats(outputs);
  u->normal = floats(values), u->out = floats(values), u->dOut = floats(values);
  int fanIn = weights / outputs;
  for (int i = 0; i < weights; i += 1) u->weights[i] = randomNormal(n) * sqrt(2.0 / fanIn);
  for (int c = 0; c < outputs; c += 1) u->gamma[c] = u->variance[c] = 1;
  n->count += 1;
  return n->count - 1;
}

// Expansion, channels, stride of each bottleneck.
static const int blocks[][3] = {{1, 8, 1}, {4, 16, 2}, {4, 16, 1}, {4, 24, 1}, {4, 24, 1}};

void makeNetwork(Network *n, uint64_t seed) {
  memset(n, 0, sizeof *n);
  n->seed = seed;
  int last = addUnit(n, "stem", CONVOLUTION, -1, 16, 2, 1);
  for (unsigned b = 0; b < sizeof blocks / sizeof *blocks; b += 1) {
    char name[32];
    int input = last, channels = n->units[last].outputs;
    const int *block = blocks[b];
    if (block[0] > 1) {
      snprintf(name, sizeof name, "block_%u_expand", b);
      last = addUnit(n, name, POINTWISE, last, channels * block[0], 1, 1);
    }
    snprintf(name, sizeof name, "block_%u_depthwise", b);
    last = addUnit(n, name, DEPTHWISE, last, channels * block[0], block[2], 1);
    snprintf(name, sizeof name, "block_%u_project", b);
    last = addUnit(n, name, POINTWISE, last, block[1], 1, 0);
    if (block[2] == 1 && block[1] == channels) n->units[last].skip = input;
  }
  addUnit(n, "head", POINTWISE, last, 96, 1, 1);
  int weights = 96 * CLASSES;
  n->dense = floats(weights), n->dDense = floats(weights), n->vDense = floats(weights);
  n->bias = floats(CLASSES), n->dBias = floats(CLASSES), n->vBias = floats(CLASSES);
  for (int i = 0; i < weights; i += 1) n->dense[i] = randomNormal(n) * sqrt(1.0 / 96);
}

// Calls for each tap of a 3x3 window on the map: output pixel, input pixel, tap.
#define EACH_TAP(u, pictures, BODY)                                                                \
  do {                                                                                             \
    int side = (u)->outSide, in = (u)->inSide, before = ((side - 1) * (u)->stride + 3 - in) / 2;   \
    for (int picture = 0; picture < (pictures); picture += 1)                                      \
      for (int oy = 0; oy < side; oy += 1)                                                         \
        for (int ox = 0; ox < side; ox += 1)                                                       \
          for (int tap = 0; tap < 9; tap += 1) {                                                   \
            int iy = oy * (u)->stride - before + tap / 3, ix = ox * (u)->stride - before + tap % 3; \
            if (iy < 0 || ix < 0 || iy >= in || ix >= in) continue;                                \
            long to = ((long)picture * side + oy) * side + ox;                                     \
            long at = ((long)picture * in + iy) * in + ix;                                         \
            BODY                                                                                   \
          }                                                                                        \
  } while (0)

static void sums(const Unit *u, const float *restrict x, int pictures, float *restrict z) {
  int I = u->inputs, O = u->outputs;
  long pixels = (long)pictures * u->outSide * u->outSide;
  const float *restrict w = u->weights;
  memset(z, 0, pixels * O * sizeof *z);
  if (u->kind == POINTWISE) {
    for (long p = 0; p < pixels; p += 1)
      for (int i = 0; i < I; i += 1) {
        float v = x[p * I + i];
        for (int o = 0; o < O; o += 1) z[p * O + o] += v * w[i * O + o];
      }
  } else if (u->kind == DEPTHWISE) {
    EACH_TAP(u, pictures, for (int c = 0; c < O; c += 1) z[to * O + c] += x[at * O + c] * w[tap * O + c];);
  } else {
    EACH_TAP(u, pictures, for (int o = 0; o < O; o += 1) z[to * O + o] += x[at] * w[tap * O + o];);
  }
}

enum { MOST_CHANNELS = 512 };

static void forwardUnit(Unit *u, const float *x, const float *skip, int pictures, int training) {
  int O = u->outputs;
  long pixels = (long)pictures * u->outSide * u->outSide;
  float *z = u->normal, shift[MOST_CHANNELS];
  sums(u, x, pictures, z);
  if (training) {
    double sum[MOST_CHANNELS] = {0}, squares[MOST_CHANNELS] = {0};
    for (long p = 0; p < pixels; p += 1)
      for (int c = 0; c < O; c += 1) {
        sum[c] += z[p * O + c];
        squares[c] += (double)z[p * O + c] * z[p * O + c];
      }
    for (int c = 0; c < O; c += 1) {
      double mean = sum[c] / pixels, variance = fmax(0, squares[c] / pixels - mean * mean);
      u->mean[c] += 0.02f * (float)(mean - u->mean[c]);
      u->variance[c] += 0.02f * (float)(variance - u->variance[c]);
      u->invDev[c] = 1 / sqrt(variance + EPSILON);
      shift[c] = mean;
    }
  } else {
    for (int c = 0; c < O; c += 1) {
      u->invDev[c] = 1 / sqrtf(u->variance[c] + EPSILON);
      shift[c] = u->mean[c];
    }
  }
  float top = u->relu6 ? 6 : 1e30f, bottom = u->relu6 ? 0 : -1e30f;
  for (long p = 0; p < pixels; p += 1)
    for (int c = 0; c < O; c += 1) {
      long i = p * O + c;
      z[i] = (z[i] - shift[c]) * u->invDev[c];
      float y = u->gamma[c] * z[i] + u->beta[c];
      y = y < bottom ? bottom : y > top ? top : y;
      u->out[i] = skip == NULL ? y : y + skip[i];
    }
}

void forward(Network *n, const float *x, int pictures, int training, float *scores) {
  for (int i = 0; i < n->count; i += 1) {
    Unit *u = &n->units[i];
    const float *input = u->from < 0 ? x : n->units[u->from].out;
    forwardUnit(u, input, u->skip < 0 ? NULL : n->units[u->skip].out, pictures, training);
  }
  const Unit *last = &n->units[n->count - 1];
  int C = last->outputs, pixels = last->outSide * last->outSide;
  for (int b = 0; b < pictures; b += 1) {
    float *score = scores + b * CLASSES;
    memcpy(score, n->bias, CLASSES * sizeof *score);
    for (int c = 0; c < C; c += 1) {
      float mean = 0;
      for (int p = 0; p < pixels; p += 1) mean += last->out[((long)b * pixels + p) * C + c];
      for (int k = 0; k < CLASSES; k += 1) score[k] += mean / pixels * n->dense[c * CLASSES + k];
    }
  }
}

// Gradient of the sums, in place of that of the outputs.
static void backwardNormal(Unit *u, int pictures) {
  int O = u->outputs;
  long pixels = (long)pictures * u->outSide * u->outSide;
  double dBeta[MOST_CHANNELS] = {0}, dGamma[MOST_CHANNELS] = {0};
  float scale[MOST_CHANNELS], shift[MOST_CHANNELS], slope[MOST_CHANNELS];
  for (long p = 0; p < pixels; p += 1)
    for (int c = 0; c < O; c += 1) {
      long i = p * O + c;
      float y = u->gamma[c] * u->normal[i] + u->beta[c];
      if (u->relu6 && (y <= 0 || y >= 6)) u->dOut[i] = 0;
      dBeta[c] += u->dOut[i];
      dGamma[c] += u->dOut[i] * u->normal[i];
    }
  for (int c = 0; c < O; c += 1) {
    u->dBeta[c] = dBeta[c];
    u->dGamma[c] = dGamma[c];
    scale[c] = u->gamma[c] * u->invDev[c];
    shift[c] = dBeta[c] / pixels;
    slope[c] = dGamma[c] / pixels;
  }
  for (long p = 0; p < pixels; p += 1)
    for (int c = 0; c < O; c += 1) {
      long i = p * O + c;
      u->dOut[i] = scale[c] * (u->dOut[i] - shift[c] - u->normal[i] * slope[c]);
    }
}

static void backwardSums(Unit *u, const float *restrict x, int pictures, float *restrict dx) {
  int I = u->inputs, O = u->outputs;
  long pixels = (long)pictures * u->outSide * u->outSide;
  const float *restrict w = u->weights, *restrict dz = u->dOut;
  float *restrict dw = u->dWeights;
  memset(dw, 0, weightCount(u) * sizeof *dw);
  if (u->kind == POINTWISE) {
    for (long p = 0; p < pixels; p += 1)
      for (int i = 0; i < I; i += 1) {
        float v = x[p * I + i], sum = 0;
        for (int o = 0; o < O; o += 1) {
          dw[i * O + o] += v * dz[p * O + o];
          sum += w[i * O + o] * dz[p * O + o];
        }
        dx[p * I + i] += sum;
      }
  } else if (u->kind == DEPTHWISE) {
    EACH_TAP(u, pictures, for (int c = 0; c < O; c += 1) {
      dw[tap * O + c] += x[at * O + c] * dz[to * O + c];
      dx[at * O + c] += w[tap * O + c] * dz[to * O + c];
    });
  } else {
    EACH_TAP(u, pictures, for (int o = 0; o < O; o += 1) dw[tap * O + o] += x[at] * dz[to * O + o];);
  }
}

void backward(Network *n, const float *x, int pictures, const float *dScores) {
  for (int i = 0; i < n->count; i += 1) {
    Unit *u = &n->units[i];
    memset(u->dOut, 0, (long)pictures * u->outSide * u->outSide * u->outputs * sizeof(float));
  }
  Unit *last = &n->units[n->count - 1];
  int C = last->outputs, pixels = last->outSide * last->outSide;
  memset(n->dDense, 0, C * CLASSES * sizeof(float));
  memset(n->dBias, 0, CLASSES * sizeof(float));
  for (int b = 0; b < pictures; b += 1) {
    const float *d = dScores + b * CLASSES;
    for (int k = 0; k < CLASSES; k += 1) n->dBias[k] += d[k];
    for (int c = 0; c < C; c += 1) {
      float mean = 0, back = 0;
      for (int p = 0; p < pixels; p += 1) mean += last->out[((long)b * pixels + p) * C + c];
      for (int k = 0; k < CLASSES; k += 1) {
        n->dDense[c * CLASSES + k] += mean / pixels * d[k];
        back += n->dense[c * CLASSES + k] * d[k];
      }
      for (int p = 0; p < pixels; p += 1) last->dOut[((long)b * pixels + p) * C + c] = back / pixels;
    }
  }
  for (int i = n->count - 1; i >= 0; i -= 1) {
    Unit *u = &n->units[i];
    if (u->skip >= 0) {
      long values = (long)pictures * u->outSide * u->outSide * u->outputs;
      for (long v = 0; v < values; v += 1) n->units[u->skip].dOut[v] += u->dOut[v];
    }
    backwardNormal(u, pictures);
    if (u->from < 0) backwardSums(u, x, pictures, NULL);
    else backwardSums(u, n->units[u->from].out, pictures, n->units[u->from].dOut);
  }
}

// Nesterov's momentum; `decay` pulls weights, not normalisation, towards 0.
static void descend(float *w, const float *d, float *v, int count, float rate, float decay) {
  for (int i = 0; i < count; i += 1) {
    float slope = d[i] + decay * w[i];
    v[i] = 0.9f * v[i] + slope;
    w[i] -= rate * (slope + 0.9f * v[i]);
  }
}

void step(Network *n, float rate) {
  const float decay = 1e-4f;
  for (int i = 0; i < n->count; i += 1) {
    Unit *u = &n->units[i];
    descend(u->weights, u->dWeights, u->vWeights, weightCount(u), rate, decay);
    descend(u->gamma, u->dGamma, u->vGamma, u->outputs, rate, 0);
    descend(u->beta, u->dBeta, u->vBeta, u->outputs, rate, 0);
  }
  descend(n->dense, n->dDense, n->vDense, n->units[n->count - 1].outputs * CLASSES, rate, decay);
  descend(n->bias, n->dBias, n->vBias, CLASSES, rate, 0);
}
