#include "macro-net.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void convForward(const Conv *c, const float *x, int pad, float *y, int yPad, int pictures);
void convBackward(Conv *c, const float *x, int pad, const float *dy, int yPad, float *dx, int pictures);

static float *floats(long count) {
  float *p = calloc(count, sizeof *p);
  if (p == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(70);
  }
  return p;
}

// xorshift64*, 0 <= x < 1
double uniform(Net *n) {
  n->seed ^= n->seed >> 12;
  n->seed ^= n->seed << 25;
  n->seed ^= n->seed >> 27;
  return ((n->seed * 2685821657736338717ull) >> 11) * 0x1p-53;
}

double normal(Net *n) {
  double radius = sqrt(-2 * log(1 - uniform(n)));
  return radius * cos(6.283185307179586 * uniform(n));
}

static int rowsOf(const Conv *c) { return c->kernel * c->kernel * c->inputs; }
static long square(int side) { return (long)side * side; }

static void makeConv(Net *n, Conv *c, float gain) {
  long size = (long)rowsOf(c) * c->outputs;
  c->outSide = (c->inSide + 2 * c->pad - c->kernel) / c->stride + 1;
  float **all[] = {&c->w, &c->wq, &c->wqT, &c->d, &c->v1, &c->v2};
  for (int i = 0; i < 6; i += 1) *all[i] = floats(size);
  c->scale = floats(c->outputs);
  for (long i = 0; i < size; i += 1) c->w[i] = gain * sqrt(2.0 / rowsOf(c)) * normal(n);
}

void makeNet(Net *n, const char *shape, int side, int channels, int classes, int weightBits, int activationBits,
             uint64_t seed) {
  memset(n, 0, sizeof *n);
  n->side = side, n->channels = channels, n->classes = classes, n->seed = seed;
  n->inputLevels = (1 << activationBits) - 1;
  int inputs = channels, from = side;
  for (const char *at = shape; at != NULL && n->count < MOST_LAYERS; at = strchr(at, ',')) {
    Layer *l = &n->layers[n->count];
    Conv *c = &l->conv;
    if (*at == ',') at += 1;
    if (sscanf(at, "%d %d %d %d", &c->kernel, &c->stride, &c->pad, &c->outputs) != 4 || c->outputs > MOST_CHANNELS) {
      fprintf(stderr, "cannot read the shape at '%s'\n", at);
      exit(64);
    }
    c->inputs = inputs, c->inSide = from, c->bits = weightBits, c->trainable = 1;
    makeConv(n, c, 1);
    l->last = strchr(at, ',') == NULL;
    l->inStep = n->count == 0 ? 1.0f / n->inputLevels : n->layers[n->count - 1].step;
    l->high = n->inputLevels;
    // Few levels are spent on the common activations, many also reach the rare ones
    l->step = (activationBits < 5 ? 2.8f : 4.5f) / l->high;
    l->fromPad = c->pad;
    float **tables[] = {&l->gamma, &l->beta, &l->mean, &l->variance, &l->dGamma, &l->dBeta, &l->mGamma,
                        &l->vGamma, &l->mBeta, &l->vBeta, &l->mask, &l->invDev};
    for (int i = 0; i < 12; i += 1) *tables[i] = floats(c->outputs);
    for (int o = 0; o < c->outputs; o += 1) l->gamma[o] = l->variance[o] = l->mask[o] = 1;
    long in = BATCH * square(from + 2 * c->pad) * inputs, out = BATCH * square(c->outSide) * c->outputs;
    l->x = floats(in), l->dx = floats(in);
    l->pre = floats(out), l->normal = floats(out), l->dPre = floats(out);
    inputs = c->outputs, from = c->outSide;
    n->count += 1;
  }
  n->in = n->layers[0].x;
}

void addBranches(Net *n, int ratio) {
  for (int i = 0; i < n->count; i += 1) {
    Layer *l = &n->layers[i];
    l->frozen = !l->last;
    l->conv.trainable = l->last;
    if (l->last || i == 0) continue;
    Conv shape = l->conv;
    Conv *compress = &l->compress, *res = &l->res, *decompress = &l->decompress;
    *compress = (Conv){.kernel = 1, .stride = 1, .inputs = shape.inputs, .outputs = shape.inputs / ratio,
                       .inSide = shape.inSide, .bits = 8};
    *res = (Conv){.kernel = shape.kernel, .stride = shape.stride, .pad = shape.pad, .inputs = compress->outputs,
                  .outputs = shape.outputs / ratio, .inSide = shape.inSide, .bits = 8, .trainable = 1};
    *decompress = (Conv){.kernel = 1, .stride = 1, .inputs = res->outputs, .outputs = shape.outputs,
                         .inSide = shape.outSide, .bits = 0};
    makeConv(n, compress, 1), makeConv(n, res, 0.5f), makeConv(n, decompress, 1);
    long in = BATCH * square(shape.inSide + 2 * shape.pad) * compress->outputs;
    long mid = BATCH * square(shape.outSide) * res->outputs;
    l->u = floats(in), l->du = floats(in), l->z = floats(mid), l->dz = floats(mid);
    l->compressGain = l->resGain = 1;
  }
}

// The step that loses least of a normal distribution, by number of bits.
static const float normalStep[9] = {0, 0.7979f * 2, 0.9957f, 0.5860f, 0.3352f, 0.1881f, 0.1041f, 0, 0};

// Weights of 0 bits are on their grid as they are.
static void quantiseConv(Conv *c) {
  int rows = rowsOf(c), n = c->outputs;
  if (c->bits == 0)
    for (long i = 0; i < (long)rows * n; i += 1) c->wq[i] = c->wqT[i % n * rows + i / n] = c->w[i];
  for (int o = 0; o < n && c->bits > 0; o += 1) {
    double power = 0, top = 1e-9;
    for (int r = 0; r < rows; r += 1) {
      double value = c->w[(long)r * n + o];
      power += value * value, top = fmax(top, fabs(value));
    }
    // 8-bit weights are two nibbles from -8 to 7, so that 119 is the largest on both sides
    double s = c->bits == 8 ? top / 119 : fmax(1e-9, normalStep[c->bits] * sqrt(power / rows));
    double low = c->bits == 8 ? -119 : -(1 << (c->bits - 1)), high = c->bits == 8 ? 119 : -low - 1;
    c->scale[o] = s;
    for (int r = 0; r < rows; r += 1) {
      double value = c->w[(long)r * n + o] / s;
      double code = c->bits == 1 ? (value < 0 ? -0.5 : 0.5) : fmin(high, fmax(low, floor(value + 0.5)));
      c->wq[(long)r * n + o] = c->wqT[(long)o * rows + r] = code * s;
    }
  }
}

void quantise(Net *n) {
  for (int i = 0; i < n->count; i += 1) {
    Layer *l = &n->layers[i];
    quantiseConv(&l->conv);
    if (l->res.w == NULL) continue;
    quantiseConv(&l->compress), quantiseConv(&l->res), quantiseConv(&l->decompress);
  }
}

// Signed bytes of a branch; returns what a saturated one has lost.
static void roundSigned(float *x, long count, float gain) {
  for (long i = 0; i < count; i += 1) x[i] = fminf(127, fmaxf(-127, floorf(gain * x[i] + 0.5f)));
}

static void branchForward(Layer *l, int pictures) {
  Conv *c = &l->conv;
  long in = pictures * square(c->inSide + 2 * c->pad) * l->compress.outputs;
  long mid = pictures * square(c->outSide) * l->res.outputs;
  memset(l->u, 0, in * sizeof(float)), memset(l->z, 0, mid * sizeof(float));
  convForward(&l->compress, l->x, l->fromPad, l->u, l->fromPad, pictures);
  roundSigned(l->u, in, l->compressGain);
  convForward(&l->res, l->u, l->fromPad, l->z, 0, pictures);
  roundSigned(l->z, mid, l->resGain);
  convForward(&l->decompress, l->z, 0, l->pre, 0, pictures);
}

static void normalise(Layer *l, int pictures, int training) {
  int c = l->conv.outputs;
  long places = pictures * square(l->conv.outSide);
  int learn = training && !l->frozen;
  for (int o = 0; o < c; o += 1) {
    double mean = l->mean[o], variance = l->variance[o];
    if (learn) {
      double sum = 0, squares = 0;
      for (long p = 0; p < places; p += 1) {
        double value = l->pre[p * c + o];
        sum += value, squares += value * value;
      }
      mean = sum / places, variance = fmax(0, squares / places - mean * mean);
      l->mean[o] += 0.05f * (mean - l->mean[o]), l->variance[o] += 0.05f * (variance - l->variance[o]);
    }
    l->invDev[o] = 1 / sqrt(variance + EPSILON);
    for (long p = 0; p < places; p += 1) l->normal[p * c + o] = (l->pre[p * c + o] - mean) * l->invDev[o];
  }
}

void forward(Net *n, int pictures, int training, float *scores) {
  for (int i = 0; i < n->count; i += 1) {
    Layer *l = &n->layers[i];
    int c = l->conv.outputs;
    long places = pictures * square(l->conv.outSide);
    memset(l->pre, 0, places * c * sizeof(float));
    convForward(&l->conv, l->x, l->fromPad, l->pre, 0, pictures);
    if (l->res.w != NULL) branchForward(l, pictures);
    if (training && n->noise > 0)
      for (long p = 0; p < places * c; p += 1) {
        float wild = uniform(n) + uniform(n) + uniform(n) - 1.5;
        l->pre[p] += 2 * wild * n->noise * l->conv.scale[p % c] * l->inStep;
      }
    if (l->last) {
      for (long p = 0; p < places * c; p += 1) scores[p] = l->pre[p] + l->beta[p % c];
      return;
    }
    normalise(l, pictures, training);
    Layer *next = l + 1;
    int pad = next->fromPad, side = l->conv.outSide, pitch = side + 2 * pad;
    for (long b = 0; b < pictures; b += 1)
      for (int y = 0; y < side; y += 1)
        for (int x = 0; x < side; x += 1)
          for (int o = 0; o < c; o += 1) {
            float value = l->gamma[o] * l->normal[((b * side + y) * side + x) * c + o] + l->beta[o];
            float code = fminf(l->high, fmaxf(0, floorf(value / l->step + 0.5f)));
            next->x[((b * pitch + y + pad) * pitch + x + pad) * c + o] = code * l->step * l->mask[o];
          }
  }
}

// From the gradient of the next input to that of the sums.
static void backNormalise(Layer *l) {
  const Layer *next = l + 1;
  int c = l->conv.outputs, pad = next->fromPad, side = l->conv.outSide, pitch = side + 2 * pad;
  long places = BATCH * square(side);
  float top = (l->high + 0.5f) * l->step, bottom = -0.5f * l->step;
  for (long b = 0; b < BATCH; b += 1)
    for (int y = 0; y < side; y += 1)
      for (int x = 0; x < side; x += 1)
        for (int o = 0; o < c; o += 1) {
          long at = ((b * side + y) * side + x) * c + o;
          float value = l->gamma[o] * l->normal[at] + l->beta[o];
          int passes = value > bottom && value < top && l->mask[o] != 0;
          l->dPre[at] = passes ? next->dx[((b * pitch + y + pad) * pitch + x + pad) * c + o] : 0;
        }
  for (int o = 0; o < c; o += 1) {
    double sum = 0, dot = 0;
    for (long p = 0; p < places; p += 1)
      sum += l->dPre[p * c + o], dot += l->dPre[p * c + o] * l->normal[p * c + o];
    l->dBeta[o] += sum, l->dGamma[o] += dot;
    float factor = l->gamma[o] * l->invDev[o];
    for (long p = 0; p < places; p += 1) {
      float d = l->dPre[p * c + o];
      if (!l->frozen) d -= (sum + l->normal[p * c + o] * dot) / places;
      l->dPre[p * c + o] = factor * d;
    }
  }
}

static void passSigned(float *d, const float *codes, long count, float gain) {
  for (long i = 0; i < count; i += 1) d[i] = fabsf(codes[i]) < 127 ? gain * d[i] : 0;
}

static void branchBackward(Layer *l, float *dx) {
  Conv *c = &l->conv;
  long in = BATCH * square(c->inSide + 2 * c->pad) * l->compress.outputs;
  long mid = BATCH * square(c->outSide) * l->res.outputs;
  memset(l->dz, 0, mid * sizeof(float)), memset(l->du, 0, in * sizeof(float));
  convBackward(&l->decompress, l->z, 0, l->dPre, 0, l->dz, BATCH);
  passSigned(l->dz, l->z, mid, l->resGain);
  convBackward(&l->res, l->u, l->fromPad, l->dz, 0, dx == NULL ? NULL : l->du, BATCH);
  if (dx == NULL) return;
  passSigned(l->du, l->u, in, l->compressGain);
  convBackward(&l->compress, l->x, l->fromPad, l->du, l->fromPad, dx, BATCH);
}

void backward(Net *n, const float *dScores) {
  int lowest = 0;
  while (n->layers[lowest].frozen && n->layers[lowest].res.w == NULL) lowest += 1;
  for (int i = n->count - 1; i >= lowest; i -= 1) {
    Layer *l = &n->layers[i];
    Conv *c = &l->conv;
    if (l->last) {
      memcpy(l->dPre, dScores, BATCH * c->outputs * sizeof(float));
      for (int p = 0; p < BATCH * c->outputs; p += 1) l->dBeta[p % c->outputs] += dScores[p];
    } else backNormalise(l);
    float *dx = i == lowest ? NULL : l->dx;
    if (dx != NULL) memset(dx, 0, BATCH * square(c->inSide + 2 * l->fromPad) * c->inputs * sizeof(float));
    convBackward(c, l->x, l->fromPad, l->dPre, 0, dx, BATCH);
    if (l->res.w != NULL) branchBackward(l, dx);
  }
}

// Adam.
static void adam(Net *n, float *w, float *d, float *m, float *v, long count, float rate, float decay) {
  float first = 1 - powf(0.9f, n->steps), second = 1 - powf(0.999f, n->steps);
  for (long i = 0; i < count; i += 1) {
    m[i] += 0.1f * (d[i] - m[i]);
    v[i] += 0.001f * (d[i] * d[i] - v[i]);
    w[i] -= rate * (m[i] / first / (sqrtf(v[i] / second) + 1e-8f) + decay * w[i]);
    d[i] = 0;
  }
}

static void stepConv(Net *n, Conv *c, float rate, float decay) {
  if (c->w != NULL && c->trainable) adam(n, c->w, c->d, c->v1, c->v2, (long)rowsOf(c) * c->outputs, rate, decay);
}

void step(Net *n, float rate, float decay) {
  n->steps += 1;
  for (int i = 0; i < n->count; i += 1) {
    Layer *l = &n->layers[i];
    stepConv(n, &l->conv, rate, decay), stepConv(n, &l->res, rate, decay);
    if (l->frozen) continue;
    adam(n, l->beta, l->dBeta, l->mBeta, l->vBeta, l->conv.outputs, rate, 0);
    if (!l->last) adam(n, l->gamma, l->dGamma, l->mGamma, l->vGamma, l->conv.outputs, rate, 0);
  }
}

void prune(Net *n, int layer, int keep) {
  Layer *l = &n->layers[layer];
  const Conv *after = &l[1].conv;
  double strength[MOST_CHANNELS];
  for (int o = 0; o < l->conv.outputs; o += 1) {
    // What the next layer makes of the channel
    double power = 0;
    for (int r = o; r < rowsOf(after); r += after->inputs)
      for (int k = 0; k < after->outputs; k += 1) power += after->w[(long)r * after->outputs + k] * after->w[(long)r * after->outputs + k];
    strength[o] = fabs(l->gamma[o]) * sqrt(power);
  }
  for (int o = 0; o < l->conv.outputs; o += 1) {
    int stronger = 0;
    for (int k = 0; k < l->conv.outputs; k += 1)
      stronger += strength[k] > strength[o] || (strength[k] == strength[o] && k < o);
    l->mask[o] = stronger < keep;
  }
}

static double deviation(const float *x, long count) {
  double squares = 0;
  for (long i = 0; i < count; i += 1) squares += (double)x[i] * x[i];
  return sqrt(squares / count) + 1e-9;
}

void calibrateBranches(Net *n) {
  for (int i = 0; i < n->count; i += 1) {
    Layer *l = &n->layers[i];
    if (l->res.w == NULL) continue;
    Conv *c = &l->conv;
    long places = BATCH * square(c->outSide), in = BATCH * square(c->inSide + 2 * c->pad) * l->compress.outputs;
    // Fixed weights whose output is as strong as the trunk's when the branch is at a third of its range.
    memset(l->u, 0, in * sizeof(float));
    convForward(&l->compress, l->x, l->fromPad, l->u, l->fromPad, BATCH);
    l->compressGain = 32 / deviation(l->u, in);
    // The sums of decompress and trunk are one: a weight of it is a whole number of the trunk's steps.
    for (int o = 0; o < c->outputs; o += 1) {
      double squares = 0;
      for (long p = 0; p < places; p += 1) squares += pow(l->pre[p * c->outputs + o] - l->mean[o], 2);
      double one = l->decompress.scale[o] = c->scale[o] * l->inStep, spread = sqrt(squares / places) / one / 40 / sqrt(l->res.outputs);
      for (int r = 0; r < l->res.outputs; r += 1) {
        double code = fmin(119, fmax(-119, floor(spread * normal(n) + 0.5)));
        l->decompress.w[(long)r * c->outputs + o] = code * one;
      }
    }
  }
}
