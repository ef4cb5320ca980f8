#include "network.h"
#include <stdio.h>

typedef struct {
  FILE *json, *bytes;
  int entries;
} Writer;

static void weight(Writer *w, const char *name, const char *part, const char *shape, const float *values, int count) {
  fprintf(w->json, "%s{\"name\":\"%s/%s\",\"shape\":[%s],\"dtype\":\"float32\"}", w->entries++ > 0 ? "," : "", name, part, shape);
  fwrite(values, sizeof *values, count, w->bytes);
}

static void inbound(FILE *f, const char *a, const char *b) {
  if (b == NULL) fprintf(f, "\"inbound_nodes\":[[[\"%s\",0,0,{}]]]}", a);
  else fprintf(f, "\"inbound_nodes\":[[[\"%s\",0,0,{}],[\"%s\",0,0,{}]]]}", a, b);
}

static void begin(FILE *f, const char *name, const char *suffix, const char *kind) {
  fprintf(f, ",\n{\"name\":\"%s%s\",\"class_name\":\"%s\",\"config\":{\"name\":\"%s%s\",\"trainable\":false,", name, suffix, kind, name, suffix);
}

// Name of the layer whose output is that of a unit.
static const char *outputName(const Network *n, int unit, char *to, int size) {
  if (unit < 0) return "picture";
  const Unit *u = &n->units[unit];
  snprintf(to, size, "%s_%s", u->name, u->skip >= 0 ? "add" : u->relu6 ? "relu" : "BN");
  return to;
}

static void layers(const Network *n, FILE *f) {
  fprintf(f, "{\"name\":\"picture\",\"class_name\":\"InputLayer\",\"config\":{\"name\":\"picture\",\"batch_input_shape\":[null,%d,%d,1],\"dtype\":\"float32\",\"sparse\":false},\"inbound_nodes\":[]}", SIDE, SIDE);
  char input[64], skip[64], own[64];
  for (int i = 0; i < n->count; i += 1) {
    const Unit *u = &n->units[i];
    int kernel = u->kind == POINTWISE ? 1 : 3;
    begin(f, u->name, "", u->kind == DEPTHWISE ? "DepthwiseConv2D" : "Conv2D");
    if (u->kind == DEPTHWISE) fprintf(f, "\"depth_multiplier\":1,");
    else fprintf(f, "\"filters\":%d,", u->outputs);
    fprintf(f, "\"kernel_size\":[%d,%d],\"strides\":[%d,%d],\"padding\":\"same\",\"data_format\":\"channels_last\",\"dilation_rate\":[1,1],\"activation\":\"linear\",\"use_bias\":false},", kernel, kernel, u->stride, u->stride);
    inbound(f, outputName(n, u->from, input, sizeof input), NULL);
    begin(f, u->name, "_BN", "BatchNormalization");
    fprintf(f, "\"axis\":3,\"momentum\":0.98,\"epsilon\":%g,\"center\":true,\"scale\":true},", EPSILON);
    inbound(f, u->name, NULL);
    snprintf(own, sizeof own, "%s_BN", u->name);
    if (u->relu6) {
      begin(f, u->name, "_relu", "ReLU");
      fprintf(f, "\"max_value\":6,\"negative_slope\":0,\"threshold\":0},");
      inbound(f, own, NULL);
    }
    if (u->skip >= 0) {
      begin(f, u->name, "_add", "Add");
      fprintf(f, "\"dtype\":\"float32\"},");
      inbound(f, outputName(n, u->skip, skip, sizeof skip), own);
    }
  }
  begin(f, "mean", "", "GlobalAveragePooling2D");
  fprintf(f, "\"data_format\":\"channels_last\"},");
  inbound(f, outputName(n, n->count - 1, own, sizeof own), NULL);
  begin(f, "dense", "", "Dense");
  fprintf(f, "\"units\":%d,\"activation\":\"softmax\",\"use_bias\":true},", CLASSES);
  inbound(f, "mean", NULL);
}

int writeModel(const Network *n, const char *folder) {
  char path[512], shape[64], name[64];
  snprintf(path, sizeof path, "%s/model.json", folder);
  Writer w = {fopen(path, "w"), NULL, 0};
  snprintf(path, sizeof path, "%s/group1-shard1of1.bin", folder);
  w.bytes = fopen(path, "wb");
  if (w.json == NULL || w.bytes == NULL) {
    fprintf(stderr, "cannot write to %s\n", folder);
    return 66;
  }
  fprintf(w.json, "{\"format\":\"layers-model\",\"modelTopology\":{\"model_config\":{\"class_name\":\"Model\",\"config\":{\"name\":\"fashion-mnist\",\"layers\":[\n");
  layers(n, w.json);
  fprintf(w.json, "],\n\"input_layers\":[[\"picture\",0,0]],\"output_layers\":[[\"dense\",0,0]]}}},\n\"weightsManifest\":[{\"paths\":[\"group1-shard1of1.bin\"],\"weights\":[\n");
  for (int i = 0; i < n->count; i += 1) {
    const Unit *u = &n->units[i];
    if (u->kind == DEPTHWISE) snprintf(shape, sizeof shape, "3,3,%d,1", u->outputs);
    else snprintf(shape, sizeof shape, "%s,%d,%d", u->kind == POINTWISE ? "1,1" : "3,3", u->inputs, u->outputs);
    weight(&w, u->name, u->kind == DEPTHWISE ? "depthwise_kernel" : "kernel", shape, u->weights, weightCount(u));
    snprintf(name, sizeof name, "%s_BN", u->name);
    snprintf(shape, sizeof shape, "%d", u->outputs);
    weight(&w, name, "gamma", shape, u->gamma, u->outputs);
    weight(&w, name, "beta", shape, u->beta, u->outputs);
    weight(&w, name, "moving_mean", shape, u->mean, u->outputs);
    weight(&w, name, "moving_variance", shape, u->variance, u->outputs);
  }
  int features = n->units[n->count - 1].outputs;
  snprintf(shape, sizeof shape, "%d,%d", features, CLASSES);
  weight(&w, "dense", "kernel", shape, n->dense, features * CLASSES);
  snprintf(shape, sizeof shape, "%d", CLASSES);
  weight(&w, "dense", "bias", shape, n->bias, CLASSES);
  fprintf(w.json, "]}]}\n");
  return fclose(w.json) == 0 && fclose(w.bytes) == 0 ? 0 : 66;
}
