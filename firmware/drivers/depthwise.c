#include "depthwise.h"

#include "../hal/generated/depthwise.h"
#include "../hal/mmio.h"
#include "hwpe.h"

static inline void dw_set(uint32_t offset, uint32_t value) {
  mmio_write(DEPTHWISE_BASE + offset, value);
}
static inline uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }

void depthwise_select(void) { hwpe_select(HWPE_SLOT_DEPTHWISE); }

void depthwise_submit(const depthwise_t *l) {
  hwpe_acquire(DEPTHWISE_BASE, HWPE_SLOT_DEPTHWISE);
  dw_set(DEPTHWISE_SRC_ADDR, address(l->in));
  dw_set(DEPTHWISE_DST_ADDR, address(l->out));
  dw_set(DEPTHWISE_WEIGHT_ADDR, address(l->weights));
  dw_set(DEPTHWISE_WEIGHT_PITCH, l->channels);
  dw_set(DEPTHWISE_IN_H, l->in_h);
  dw_set(DEPTHWISE_IN_W, l->in_w);
  dw_set(DEPTHWISE_CHANNELS, l->channels);
  dw_set(DEPTHWISE_STRIDE, l->stride);
  dw_set(DEPTHWISE_OUT_H, l->out_h);
  dw_set(DEPTHWISE_OUT_W, l->out_w);
  dw_set(DEPTHWISE_PAD_TOP, l->pad_top);
  dw_set(DEPTHWISE_PAD_LEFT, l->pad_left);
  dw_set(DEPTHWISE_SRC_ROW_PITCH, l->in_row_pitch);
  dw_set(DEPTHWISE_SRC_PIXEL_PITCH, l->channels);
  dw_set(DEPTHWISE_DST_ROW_PITCH, l->out_w * l->channels);
  dw_set(DEPTHWISE_DST_PIXEL_PITCH, l->channels);
  dw_set(DEPTHWISE_MUL_ADDR, address(l->requant.mul));
  dw_set(DEPTHWISE_BIAS_ADDR, address(l->requant.bias));
  dw_set(DEPTHWISE_SHIFT, l->requant.shift);
  dw_set(DEPTHWISE_CLIP_LO, (uint32_t)l->requant.lo);
  dw_set(DEPTHWISE_CLIP_HI, (uint32_t)l->requant.hi);
  dw_set(DEPTHWISE_INPUT_SIGNED, (uint32_t)(l->in_signed != 0));
  hwpe_trigger_job(DEPTHWISE_BASE);
}

void depthwise_wait(void) { hwpe_wait(DEPTHWISE_BASE, HWPE_SLOT_DEPTHWISE); }
