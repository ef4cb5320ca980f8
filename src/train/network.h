// A small MobileNetV2 (Sandler et al., arXiv 1801.04381) for pictures of 28x28 with one channel, and
// its training. Tensors are [picture][row][column][channel], padding is TensorFlow's SAME.
#ifndef NETWORK_H
#define NETWORK_H
#include <stdint.h>

enum { SIDE = 28, CLASSES = 10, BATCH = 64, MOST_UNITS = 40 };

typedef enum { CONVOLUTION, DEPTHWISE, POINTWISE } Kind;

// A convolution with batch normalisation and, where `relu6` says so, ReLU6.
typedef struct {
  char name[32];
  Kind kind;
  int stride, inSide, outSide, inputs, outputs, relu6;
  int from; // unit that feeds it, -1: the picture
  int skip; // unit whose output is added behind it, -1: none
  float *weights, *gamma, *beta, *mean, *variance;
  float *dWeights, *dGamma, *dBeta, *vWeights, *vGamma, *vBeta;
  // Of one batch: normalised sums, outputs, gradient of the outputs.
  float *normal, *out, *dOut, *invDev;
} Unit;

typedef struct {
  Unit units[MOST_UNITS];
  int count;
  float *dense, *bias, *dDense, *dBias, *vDense, *vBias;
  uint64_t seed;
} Network;

int weightCount(const Unit *u);
void makeNetwork(Network *n, uint64_t seed);
double randomUniform(Network *n);

// Class scores [pictures][CLASSES]; with `training` batch statistics are used and kept.
void forward(Network *n, const float *x, int pictures, int training, float *scores);
// Gradients from those of the scores.
void backward(Network *n, const float *x, int pictures, const float *dScores);
void step(Network *n, float rate);

// A tfjs layers model: model.json and group1-shard1of1.bin in `folder`. Returns 0 when it is written.
int writeModel(const Network *n, const char *folder);

// What normalisation adds to a variance.
#define EPSILON 1e-3f
#endif
