/*
 * A LeNet-5-class network for pictures of 28x28: convolution 5x5x6, average pooling, convolution 5x5x16,
 * average pooling, 120, 84, 10; ReLU behind both convolutions and both hidden layers. Tensors are
 * [row][column][channel], weights [row of window][column of window][input][output].
 */
#ifndef LENET_H
#define LENET_H

#include <stdint.h>

#include "drivers/fpirm.h"

enum {
  BATCH = 8,
  SIDE = 28, PIXELS = SIDE * SIDE,
  WINDOW = 5, TAPS = WINDOW * WINDOW,
  C1 = 6, S1 = 24, P1 = 12,   /* channels, side, side pooled */
  C2 = 16, S2 = 8, P2 = 4,
  FLAT = P2 * P2 * C2, H1 = 120, H2 = 84, CLASSES = 10,
  /* Elements of the intermediate tensors of a picture. */
  A1 = S1 * S1 * C1, Q1 = P1 * P1 * C1, A2 = S2 * S2 * C2,
  /* The gradient before the second pooling lies in a frame of zeros, WINDOW - 1 wide. */
  FRAME = S2 + 2 * (WINDOW - 1),
  /* Elements of the constant rows: the longest row that is added to or compared with. */
  ROW = S1 * C1,
};

/* Where the parameters lie, in elements from the first; the order of the file that the tool writes. */
enum {
  W1 = 0, B1 = W1 + TAPS * C1, W2 = B1 + C1, B2 = W2 + TAPS * C1 * C2, F1 = B2 + C2,
  G1 = F1 + FLAT * H1, F2 = G1 + H1, G2 = F2 + H1 * H2, F3 = G2 + H2, G3 = F3 + H2 * CLASSES,
  PARAMETERS = G3 + CLASSES,
};

/* What the tool writes before the run; addresses are of L2. */
typedef struct lenet_settings {
  uint32_t mode;          /* 0 nothing was written, 1 train and test, 2 test, 3 test with integers */
  uint32_t format;        /* FPIRM_FP32, or FPIRM_BF16 in mode 2 */
  uint32_t parameters;    /* [PARAMETERS] elements; mode 1 leaves the trained ones there */
  uint32_t table;         /* [256] elements: the value of each byte of a picture */
  uint32_t train_pictures, train_labels, train_steps; /* bytes; batches */
  uint32_t test_pictures, test_labels, test_count;    /* a multiple of BATCH */
  uint32_t rates;         /* single [train_steps]: - learning rate / BATCH */
  uint32_t report_every;  /* batches */
  uint32_t report_scale;  /* single: 1 / (BATCH * report_every) */
  uint32_t integers;      /* mode 3: integer_network_t */
} lenet_settings_t;

extern const volatile lenet_settings_t lenet_settings;

/* Tensors in the TCDM, [BATCH] of each but for those without a bracket. */
typedef struct lenet {
  uint32_t format;
  int32_t e; /* bytes of an element */
  char *parameters;
  char *table, *zeros, *row1, *row2, *scratch;
  char *pictures, *a1, *q1, *a2, *flat, *h1, *h2, *scores;
  uint8_t *bytes; /* the batch as it came from L2 */
  uint8_t labels[BATCH];
} lenet_t;

/* Gradients, scaled by the learning rate: what is added to a parameter, and constants. */
typedef struct lenet_training {
  float *ones, *flipped, *framed, *d_q1, *d_a1;
  float *d_flat, *d_h1, *d_h2, *d_scores, *hot;
  float *work; /* vectors of the softmax */
  float *loss; /* one sum */
} lenet_training_t;

void *need(uint32_t bytes);
void fetch(uint32_t from, void *to, uint32_t bytes);

void lenet_open(lenet_t *n);
/* A batch from L2: bytes to elements, by all harts. */
void lenet_fetch(lenet_t *n, uint32_t pictures, uint32_t labels, uint32_t batch);
/* Biases in the rows that the engine adds; again whenever they have changed. */
void lenet_spread_biases(lenet_t *n);
void lenet_forward(lenet_t *n);
uint32_t lenet_correct(const lenet_t *n);

void training_open(const lenet_t *n, lenet_training_t *t);
/* Losses are added to *t->loss; then the steps of the scores in t->d_scores. */
void softmax_loss(const lenet_t *n, lenet_training_t *t, uint32_t step);
/* All parameters take their step. */
void lenet_backward(lenet_t *n, lenet_training_t *t);

int integer_test(void);

#endif
