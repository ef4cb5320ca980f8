// Trains a small MobileNetV2 on Fashion-MNIST and writes it as a tfjs layers model:
//
//   apt-get install gcc libc6-dev dataset-fashion-mnist
//   make -C src/train        (writes fixtures/fashion-mnist)
//
// The seed is fixed; another compiler or processor adds floats in another order and gives other
// weights of like accuracy. The data set is (c) 2017 Zalando SE, MIT licence.
#include "network.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRAIN = 60000, TEST = 10000, PIXELS = SIDE * SIDE };

static uint8_t *unpack(const char *folder, const char *name, long skip, long bytes) {
  char command[512];
  snprintf(command, sizeof command, "gzip -dc %s/%s-ubyte.gz", folder, name);
  uint8_t *data = malloc(skip + bytes);
  FILE *pipe = popen(command, "r");
  if (data == NULL || pipe == NULL || fread(data, 1, skip + bytes, pipe) != (size_t)(skip + bytes)) {
    fprintf(stderr, "cannot read %s/%s-ubyte.gz; install dataset-fashion-mnist\n", folder, name);
    exit(66);
  }
  pclose(pipe);
  return data + skip;
}

static void picture(const uint8_t *pixels, int flipped, float *x) {
  for (int i = 0; i < PIXELS; i += 1) {
    int column = i % SIDE;
    x[i] = pixels[flipped ? i - column + SIDE - 1 - column : i] / 255.0f;
  }
}

static double accuracy(Network *n, const uint8_t *pixels, const uint8_t *labels, int count) {
  static float x[BATCH * PIXELS], scores[BATCH * CLASSES];
  int right = 0;
  for (int first = 0; first < count; first += BATCH) {
    int size = count - first < BATCH ? count - first : BATCH;
    for (int b = 0; b < size; b += 1) picture(pixels + (long)(first + b) * PIXELS, 0, x + b * PIXELS);
    forward(n, x, size, 0, scores);
    for (int b = 0; b < size; b += 1) {
      int best = 0;
      for (int k = 1; k < CLASSES; k += 1) {
        if (scores[b * CLASSES + k] > scores[b * CLASSES + best]) best = k;
      }
      right += best == labels[first + b];
    }
  }
  return (double)right / count;
}

// Gradient of the mean cross entropy; returns the loss.
static double crossEntropy(const float *scores, const uint8_t *labels, float *d) {
  double loss = 0;
  for (int b = 0; b < BATCH; b += 1) {
    double top = scores[b * CLASSES], total = 0;
    for (int k = 1; k < CLASSES; k += 1) top = fmax(top, scores[b * CLASSES + k]);
    for (int k = 0; k < CLASSES; k += 1) total += exp(scores[b * CLASSES + k] - top);
    for (int k = 0; k < CLASSES; k += 1) {
      double likely = exp(scores[b * CLASSES + k] - top) / total;
      d[b * CLASSES + k] = (likely - (k == labels[b])) / BATCH;
      if (k == labels[b]) loss -= log(likely + 1e-12);
    }
  }
  return loss / BATCH;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s <folder of the data set> <epochs> <output folder>\n", argv[0]);
    return 64;
  }
  int epochs = atoi(argv[2]);
  const uint8_t *pixels = unpack(argv[1], "train-images-idx3", 16, (long)TRAIN * PIXELS);
  const uint8_t *labels = unpack(argv[1], "train-labels-idx1", 8, TRAIN);
  const uint8_t *testPixels = unpack(argv[1], "t10k-images-idx3", 16, (long)TEST * PIXELS);
  const uint8_t *testLabels = unpack(argv[1], "t10k-labels-idx1", 8, TEST);
  static Network n;
  static int order[TRAIN];
  static float x[BATCH * PIXELS], scores[BATCH * CLASSES], d[BATCH * CLASSES];
  makeNetwork(&n, 20221);
  for (int i = 0; i < TRAIN; i += 1) order[i] = i;
  int steps = TRAIN / BATCH;
  for (int epoch = 0; epoch < epochs; epoch += 1) {
    double loss = 0;
    for (int i = TRAIN - 1; i > 0; i -= 1) {
      int j = randomUniform(&n) * (i + 1), kept = order[i];
      order[i] = order[j], order[j] = kept;
    }
    for (int s = 0; s < steps; s += 1) {
      uint8_t wanted[BATCH];
      for (int b = 0; b < BATCH; b += 1) {
        int i = order[s * BATCH + b];
        picture(pixels + (long)i * PIXELS, randomUniform(&n) < 0.5, x + b * PIXELS);
        wanted[b] = labels[i];
      }
      forward(&n, x, BATCH, 1, scores);
      loss += crossEntropy(scores, wanted, d);
      backward(&n, x, BATCH, d);
      double done = ((double)epoch * steps + s) / ((double)epochs * steps);
      double warm = fmin(1, done * epochs * 2);
      step(&n, warm * 0.05 * (1 + cos(3.141592653589793 * done)));
    }
    printf("epoch %d: loss %.4f\n", epoch + 1, loss / steps);
    fflush(stdout);
  }
  printf("test accuracy %.4f\n", accuracy(&n, testPixels, testLabels, TEST));
  return writeModel(&n, argv[3]);
}
