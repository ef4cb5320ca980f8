// A family of small quantised convolutional networks for in-memory computing macros, and their training: weights,
// activations and noise of the arrays are in the loop (straight-through estimator). Tensors are
// [picture][row][column][channel] with the border that their reader wants.
#ifndef MACRO_NET_H
#define MACRO_NET_H
#include <stdint.h>

enum { BATCH = 64, MOST_LAYERS = 6, MOST_CHANNELS = 256 };

// A convolution, square in every sense. The last layer is one whose window is its whole input.
typedef struct {
  int kernel, stride, pad, inputs, outputs, inSide, outSide;
  int bits;            // of a weight; 1: plus or minus one
  int trainable;
  float *w;            // [rows][outputs], rows = kernel * kernel * inputs
  float *wq, *wqT;     // quantised, and transposed
  float *d, *v1, *v2;  // gradient, moments
  float *scale;        // [outputs], of one step of a weight
} Conv;

// A convolution with normalisation and clipped, rounded activations; with a residual branch where `res.w` is there:
// pre = conv(x) + decompress(res(compress(x))), the outer two fixed and pointwise.
typedef struct {
  Conv conv, compress, res, decompress;
  int last;                 // scores: bias only
  int frozen;               // normalisation uses what it has learnt
  float *gamma, *beta, *mean, *variance, *dGamma, *dBeta, *mGamma, *vGamma, *mBeta, *vBeta;
  float *mask;              // [outputs], 0: pruned
  float inStep, step, high; // value of one input step, of one activation step; highest activation
  int fromPad;              // border of the input tensor
  float compressGain, resGain; // integers behind compress and res are round(gain * value)
  // Of one batch
  float *x, *u, *z, *pre, *normal, *invDev, *dPre, *dx, *du, *dz;
} Layer;

typedef struct {
  Layer layers[MOST_LAYERS];
  int count, side, channels, classes, inputLevels;
  float noise;              // of a sum in training, in steps of it
  uint64_t seed;
  float *in;                // [BATCH][side + 2 pad][..][channels], bordered for layer 0
  long steps;
} Net;

double uniform(Net *n);
double normal(Net *n);

// `shape` is "kernel stride pad outputs" of each convolution, separated by commas; the last one gives the scores.
void makeNet(Net *n, const char *shape, int side, int channels, int classes, int weightBits, int activationBits,
             uint64_t seed);
// Residual branches on all layers with enough channels but the first and the last; everything else is frozen but the last layer.
void addBranches(Net *n, int ratio);
// Sets gains and fixed weights of the branches from the batch that was run forward last.
void calibrateBranches(Net *n);
void quantise(Net *n);
// Scores of the pictures in `in`, [pictures][classes].
void forward(Net *n, int pictures, int training, float *scores);
void backward(Net *n, const float *dScores);
void step(Net *n, float rate, float decay);
// Masks all but the `keep` strongest outputs of a layer.
void prune(Net *n, int layer, int keep);
void writeNet(const Net *n, const char *path);

// What normalisation adds to a variance.
#define EPSILON 1e-3f
#endif
