/* The layers that the harts compute, by mapping: scalar, the algorithm of PULP-NN, or the best that we have. */
#include "bottleneck.h"

#include "kernels/depthwise_xcv.h"
#include "kernels/pointwise_xcv.h"
#include "kernels/pulpnn.h"
#include "kernels/residual_xcv.h"

static uint32_t harts(void) { return (uint32_t)pi_cl_team_nb_cores(); }

typedef struct pointwise_job {
  pointwise_xcv_t fast;
  uint32_t width;
} pointwise_job_t;

static void pointwise_scalar(void *arg) {
  pointwise_cores(&((const pointwise_job_t *)arg)->fast.layer, pi_core_id(), harts());
}
static void pointwise_best(void *arg) {
  pointwise_xcv(&((const pointwise_job_t *)arg)->fast, pi_core_id(), harts());
}
static void pointwise_pulpnn(void *arg) {
  const pointwise_job_t *job = arg;
  pulpnn_pointwise(&job->fast, job->width, pi_core_id(), harts());
}

void harts_pointwise(const work_t *w, const pointwise_t *l, const requant_xcv_t *fast,
                     uint32_t width) {
  const bn_image *i = &w->block->image;
  pointwise_job_t job = {{*l, *fast}, width};
  if (!uses_xcv(i) || !pointwise_xcv_fits(l))
    pi_cl_team_fork(0, pointwise_scalar, &job);
  else
    pi_cl_team_fork(0, i->mapping == BN_MAPPING_PULP_NN ? pointwise_pulpnn : pointwise_best, &job);
}

static void depthwise_scalar(void *arg) {
  depthwise_cores(&((const depthwise_xcv_t *)arg)->layer, pi_core_id(), harts());
}
static void depthwise_best(void *arg) { depthwise_xcv(arg, pi_core_id(), harts()); }
static void depthwise_pulpnn(void *arg) { pulpnn_depthwise(arg, pi_core_id(), harts()); }

void harts_depthwise(const work_t *w, const depthwise_t *l) {
  const bn_image *i = &w->block->image;
  depthwise_xcv_t job = {*l, w->depthwise.fast, w->scratch, w->plan->scratch_bytes};
  const int pulpnn = i->mapping == BN_MAPPING_PULP_NN;
  if (!uses_xcv(i) || !(pulpnn ? pulpnn_depthwise_fits(l) : depthwise_xcv_fits(l)))
    pi_cl_team_fork(0, depthwise_scalar, &job);
  else
    pi_cl_team_fork(0, pulpnn ? depthwise_pulpnn : depthwise_best, &job);
}

uint32_t harts_scratch(const block_t *b, uint32_t rows) {
  enum { PLENTY = 6144 };
  const bn_image *i = &b->image;
  if (!uses_xcv(i) || !depthwise_on_harts(i)) return 0;
  const uint32_t window = (rows - 1) * i->stride + 3;
  /* The stripe that needs most: padding above, and all rows that there are. */
  const depthwise_t l = {.in_h = window < i->in_h ? window : i->in_h,
                         .in_w = i->in_w,
                         .channels = i->hidden_c,
                         .out_h = rows,
                         .out_w = i->out_w,
                         .stride = i->stride,
                         .pad_top = 1,
                         .pad_left = i->pad_left};
  if (i->mapping == BN_MAPPING_PULP_NN)
    return pulpnn_depthwise_fits(&l) ? pulpnn_depthwise_scratch(&l) : 0;
  /* A stripe of one row has no pair. */
  if (i->in_w < 2) return 0;
  const uint32_t least = depthwise_xcv_least_scratch(&l), full = depthwise_xcv_full_scratch(&l);
  return full <= PLENTY || full < least ? full : least > PLENTY ? least : PLENTY;
}

typedef struct residual_job {
  residual_t layer;
  uint32_t row_bytes;
} residual_job_t;

static void residual_scalar(void *arg) {
  residual_cores(&((const residual_job_t *)arg)->layer, pi_core_id(), harts());
}
static void residual_best(void *arg) {
  residual_xcv(&((const residual_job_t *)arg)->layer, pi_core_id(), harts());
}
static void residual_pulpnn(void *arg) {
  const residual_job_t *job = arg;
  pulpnn_add(&job->layer, job->row_bytes, pi_core_id(), harts());
}

void harts_residual(const work_t *w, const residual_t *l, uint32_t row_bytes) {
  const bn_image *i = &w->block->image;
  residual_job_t job = {*l, row_bytes};
  pi_cl_team_fork(0, !uses_xcv(i) ? residual_scalar
                     : i->mapping == BN_MAPPING_PULP_NN ? residual_pulpnn : residual_best, &job);
}
