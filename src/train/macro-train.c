// Trains the networks that firmware runs on in-memory computing macros; `npm run train:macros` prepares
// the data and calls it. The seed is fixed: one compiler and processor give the same weights again.
#include "macro-net.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int32_t train, validation, side, channels, classes;
  const uint8_t *pixels, *labels; // training pictures first, then those of the validation
} Data;

static int argCount;
static char **args;

static const char *option(const char *key, const char *otherwise) {
  size_t length = strlen(key);
  for (int i = 1; i < argCount; i += 1)
    if (strncmp(args[i], key, length) == 0 && args[i][length] == '=') return args[i] + length + 1;
  return otherwise;
}

static double number(const char *key, double otherwise) {
  const char *value = option(key, NULL);
  return value == NULL ? otherwise : atof(value);
}

static Data readData(const char *path) {
  Data d;
  FILE *f = fopen(path, "rb");
  if (f == NULL || fread(&d, 4, 5, f) != 5) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(66);
  }
  long count = (long)d.train + d.validation, size = (long)d.side * d.side * d.channels;
  uint8_t *bytes = malloc(count * (size + 1));
  if (bytes == NULL || fread(bytes, 1, count * (size + 1), f) != (size_t)(count * (size + 1))) exit(66);
  fclose(f);
  d.pixels = bytes, d.labels = bytes + count * size;
  return d;
}

// Rotation, shear, size and place by chance; bilinear.
static void warp(Net *n, const uint8_t *from, float *to) {
  int s = n->side, c = n->channels;
  double angle = 0.22 * (2 * uniform(n) - 1), zoom = 1 + 0.12 * (2 * uniform(n) - 1), shear = 0.15 * (2 * uniform(n) - 1);
  double dx = 3 * (2 * uniform(n) - 1) * 0.7, dy = 3 * (2 * uniform(n) - 1) * 0.7, middle = (s - 1) / 2.0;
  for (int y = 0; y < s; y += 1)
    for (int x = 0; x < s; x += 1) {
      double px = x - middle, py = y - middle;
      double qx = zoom * (cos(angle) * px - sin(angle) * py + shear * py) + middle + dx;
      double qy = zoom * (sin(angle) * px + cos(angle) * py) + middle + dy;
      int ix = floor(qx), iy = floor(qy);
      for (int k = 0; k < c; k += 1) {
        double sum = 0;
        for (int j = 0; j < 4; j += 1) {
          int ax = ix + j % 2, ay = iy + j / 2;
          if (ax < 0 || ay < 0 || ax >= s || ay >= s) continue;
          sum += (1 - fabs(qx - ax)) * (1 - fabs(qy - ay)) * from[(ay * s + ax) * c + k];
        }
        to[(y * s + x) * c + k] = sum;
      }
    }
}

static void shiftFlip(Net *n, const uint8_t *from, float *to) {
  int s = n->side, c = n->channels, flip = uniform(n) < 0.5;
  int dx = (int)(uniform(n) * 5) - 2, dy = (int)(uniform(n) * 5) - 2;
  for (int y = 0; y < s; y += 1)
    for (int x = 0; x < s; x += 1) {
      int ax = (flip ? s - 1 - x : x) + dx, ay = y + dy;
      for (int k = 0; k < c; k += 1)
        to[(y * s + x) * c + k] = ax < 0 || ay < 0 || ax >= s || ay >= s ? 0 : from[(ay * s + ax) * c + k];
    }
}

// As the firmware's table does: whole levels, rounded.
static void setInput(Net *n, int b, const float *pixels) {
  int pad = n->layers[0].fromPad, s = n->side, c = n->channels, pitch = (s + 2 * pad) * c;
  float *to = n->in + (long)b * (s + 2 * pad) * pitch + pad * pitch + pad * c;
  for (int y = 0; y < s; y += 1)
    for (int x = 0; x < s * c; x += 1)
      to[y * pitch + x] = floorf(pixels[y * s * c + x] * n->inputLevels / 255 + 0.5f) / n->inputLevels;
}

static double crossEntropy(Net *n, const float *scores, const uint8_t *labels, float *d) {
  double loss = 0;
  for (int b = 0; b < BATCH; b += 1) {
    const float *s = scores + b * n->classes;
    double top = s[0], total = 0;
    for (int k = 1; k < n->classes; k += 1) top = fmax(top, s[k]);
    for (int k = 0; k < n->classes; k += 1) total += exp(s[k] - top);
    for (int k = 0; k < n->classes; k += 1) {
      double likely = exp(s[k] - top) / total;
      d[b * n->classes + k] = (likely - (k == labels[b])) / BATCH;
      if (k == labels[b]) loss -= log(likely + 1e-12);
    }
  }
  return loss / BATCH;
}

static float scores[BATCH * MOST_CHANNELS], dScores[BATCH * MOST_CHANNELS];

static double validate(Net *n, const Data *d) {
  long size = (long)d->side * d->side * d->channels;
  float *x = malloc(size * sizeof(float));
  int right = 0;
  quantise(n);
  for (int first = 0; first < d->validation; first += BATCH) {
    int count = d->validation - first < BATCH ? d->validation - first : BATCH;
    for (int b = 0; b < count; b += 1) {
      const uint8_t *from = d->pixels + (d->train + first + b) * size;
      for (long i = 0; i < size; i += 1) x[i] = from[i];
      setInput(n, b, x);
    }
    forward(n, count, 0, scores);
    for (int b = 0; b < count; b += 1) {
      int best = 0;
      for (int k = 1; k < n->classes; k += 1)
        if (scores[b * n->classes + k] > scores[b * n->classes + best]) best = k;
      right += best == d->labels[d->train + first + b];
    }
  }
  free(x);
  return (double)right / d->validation;
}

static void batch(Net *n, const Data *d, const int *order, const char *augment, uint8_t *wanted) {
  long size = (long)d->side * d->side * d->channels;
  float *x = malloc(size * sizeof(float));
  for (int b = 0; b < BATCH; b += 1) {
    const uint8_t *from = d->pixels + order[b] * size;
    if (strcmp(augment, "warp") == 0) warp(n, from, x);
    else if (strcmp(augment, "flip") == 0) shiftFlip(n, from, x);
    else
      for (long i = 0; i < size; i += 1) x[i] = from[i];
    setInput(n, b, x);
    wanted[b] = d->labels[order[b]];
  }
  free(x);
}

// Cosine from `rate` to nothing.
static void train(Net *n, const Data *d, int epochs, double rate, const char *augment, const char *what) {
  int *order = malloc(d->train * sizeof *order), steps = d->train / BATCH;
  uint8_t wanted[BATCH];
  for (int i = 0; i < d->train; i += 1) order[i] = i;
  for (int epoch = 0; epoch < epochs; epoch += 1) {
    double loss = 0;
    for (int i = d->train - 1; i > 0; i -= 1) {
      int j = uniform(n) * (i + 1), kept = order[i];
      order[i] = order[j], order[j] = kept;
    }
    for (int s = 0; s < steps; s += 1) {
      batch(n, d, order + s * BATCH, augment, wanted);
      quantise(n);
      forward(n, BATCH, 1, scores);
      loss += crossEntropy(n, scores, wanted, dScores);
      backward(n, dScores);
      double done = ((double)epoch * steps + s) / ((double)epochs * steps);
      step(n, rate * 0.5 * (1 + cos(3.141592653589793 * done)), 1e-4);
    }
    fprintf(stderr, "%s, epoch %d of %d: loss %.4f, validation %.4f\n", what, epoch + 1, epochs, loss / steps, validate(n, d));
  }
  free(order);
}

int main(int argc, char **argv) {
  argCount = argc, args = argv;
  if (option("data", NULL) == NULL || option("out", NULL) == NULL || option("shape", NULL) == NULL) {
    fprintf(stderr, "usage: %s data=file shape='k s p n,...' out=file [trunk=file] [keep='n ...'] [...]\n", argv[0]);
    return 64;
  }
  static Net n;
  const char *trunk = option("trunk", NULL), *keep = option("keep", "");
  Data data = readData(option("data", ""));
  makeNet(&n, option("shape", ""), data.side, data.channels, data.classes, number("weights", 8), number("activations", 8),
          number("seed", 1));
  n.noise = number("noise", 0);
  double rate = number("rate", 0.003);
  if (trunk != NULL) {
    Data first = readData(trunk);
    train(&n, &first, number("trunkepochs", 4), rate, option("trunkaugment", "none"), "trunk");
    uint8_t wanted[BATCH];
    int order[BATCH];
    for (int b = 0; b < BATCH; b += 1) order[b] = b;
    batch(&n, &first, order, "none", wanted);
    quantise(&n);
    forward(&n, BATCH, 0, scores);
    if (number("branch", 1) != 0) {
      addBranches(&n, number("ratio", 4));
      quantise(&n);
      calibrateBranches(&n);
    } else
      for (int i = 0; i + 1 < n.count; i += 1) n.layers[i].frozen = 1, n.layers[i].conv.trainable = 0;
    n.steps = 0;
  }
  train(&n, &data, number("epochs", 4), rate, option("augment", "none"), "whole");
  if (*keep != 0) {
    int layer = 0;
    for (char *at = (char *)keep; *at != 0; layer += 1) {
      int left = strtol(at, &at, 10);
      if (left > 0) prune(&n, layer, left);
    }
    fprintf(stderr, "pruned: validation %.4f\n", validate(&n, &data));
    train(&n, &data, number("finetune", 4), rate / 2, option("augment", "none"), "pruned");
  }
  double found = validate(&n, &data);
  fprintf(stderr, "validation %.4f\n", found);
  writeNet(&n, option("out", ""));
  return 0;
}
