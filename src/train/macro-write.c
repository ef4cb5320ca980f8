#include "macro-net.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Outputs that pruning has left, in order; returns how many.
static int kept(const Layer *l, int *list) {
  int count = 0;
  for (int o = 0; o < l->conv.outputs; o += 1)
    if (l->last || l->mask[o] != 0) list[count++] = o;
  return count;
}

static int inputsOf(const Net *n, int layer, int *list) {
  if (layer > 0) return kept(&n->layers[layer - 1], list);
  for (int i = 0; i < n->channels; i += 1) list[i] = i;
  return n->channels;
}

// Whole steps, [row][output].
static void writeWeights(FILE *f, const Conv *c, const int *inputs, int nInputs, const int *outputs, int nOutputs) {
  fprintf(f, "\"kernel\":%d,\"stride\":%d,\"pad\":%d,\"inputs\":%d,\"outputs\":%d,\"weights\":[", c->kernel, c->stride,
          c->pad, nInputs, nOutputs);
  for (int tap = 0; tap < c->kernel * c->kernel; tap += 1)
    for (int i = 0; i < nInputs; i += 1)
      for (int k = 0; k < nOutputs; k += 1) {
        int o = outputs[k];
        float code = c->wq[((long)tap * c->inputs + inputs[i]) * c->outputs + o] / c->scale[o];
        // With one bit the code is half the weight, which is plus or minus one
        fprintf(f, "%s%d", tap + i + k == 0 ? "" : ",", c->bits == 1 ? (code < 0 ? -1 : 1) : (int)floorf(code + 0.5f));
      }
  fprintf(f, "]");
}

static void writeTable(FILE *f, const char *name, const double *values, int count) {
  fprintf(f, ",\"%s\":[", name);
  for (int i = 0; i < count; i += 1) fprintf(f, "%s%.9g", i == 0 ? "" : ",", values[i]);
  fprintf(f, "]");
}

// A fixed gain and no offset: compress and res.
static void writeBranchConv(FILE *f, const char *name, const Conv *c, const int *in, int nIn, double inStep, double gain) {
  int all[MOST_CHANNELS];
  double factor[MOST_CHANNELS], offset[MOST_CHANNELS];
  for (int o = 0; o < c->outputs; o += 1) all[o] = o, factor[o] = c->scale[o] * inStep * gain, offset[o] = 0;
  fprintf(f, ",\"%s\":{", name);
  writeWeights(f, c, in, nIn, all, c->outputs);
  writeTable(f, "factor", factor, c->outputs), writeTable(f, "offset", offset, c->outputs);
  fprintf(f, "}");
}

// activation = clip(round(factor * sum + offset), 0, high), sums in whole steps of weights and activations.
void writeNet(const Net *n, const char *path) {
  FILE *f = fopen(path, "w");
  if (f == NULL) {
    fprintf(stderr, "cannot write %s\n", path);
    exit(73);
  }
  fprintf(f, "{\"side\":%d,\"channels\":%d,\"classes\":%d,\"inputLevels\":%d,\"weightBits\":%d,\"layers\":[", n->side,
          n->channels, n->classes, n->inputLevels, n->layers[0].conv.bits);
  for (int i = 0; i < n->count; i += 1) {
    const Layer *l = &n->layers[i];
    const Conv *c = &l->conv;
    int inputs[MOST_CHANNELS], outputs[MOST_CHANNELS], all[MOST_CHANNELS];
    int nIn = inputsOf(n, i, inputs), nOut = kept(l, outputs);
    double factor[MOST_CHANNELS], offset[MOST_CHANNELS];
    for (int k = 0; k < nOut; k += 1) {
      int o = outputs[k];
      // A one-bit code is half a step of its weight
      double one = c->scale[o] * l->inStep * (c->bits == 1 ? 0.5 : 1);
      double slope = l->last ? 1 : l->gamma[o] / sqrt(l->variance[o] + EPSILON) / l->step;
      factor[k] = slope * one;
      offset[k] = l->last ? l->beta[o] : l->beta[o] / l->step - slope * l->mean[o];
    }
    fprintf(f, "%s\n{", i == 0 ? "" : ",");
    writeWeights(f, c, inputs, nIn, outputs, nOut);
    fprintf(f, ",\"high\":%d", l->last ? 0 : (int)l->high);
    writeTable(f, "factor", factor, nOut), writeTable(f, "offset", offset, nOut);
    if (l->res.w != NULL) {
      for (int r = 0; r < MOST_CHANNELS; r += 1) all[r] = r;
      writeBranchConv(f, "compress", &l->compress, inputs, nIn, l->inStep, l->compressGain);
      writeBranchConv(f, "res", &l->res, all, l->res.inputs, 1, l->resGain);
      fprintf(f, ",\"decompress\":{");
      writeWeights(f, &l->decompress, all, l->decompress.inputs, outputs, nOut);
      fprintf(f, "}");
    }
    fprintf(f, "}");
  }
  fprintf(f, "\n]}\n");
  fclose(f);
}
