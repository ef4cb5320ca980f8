#include "mchan.h"

#include "../hal/generated/mchan.h"
#include "eu.h"

/* Each hart has a command queue of its own behind this port. */
#define MCHAN_PORT MCHAN_BASE

enum { MAX_BYTES = 1 << 16 }; /* of one command, a power of two below the 17 bits of the field */

static inline void push_word(uint32_t word) { mmio_write(MCHAN_PORT + MCHAN_CMD, word); }

static uint32_t command(uint32_t bytes, int direction) {
  return bytes | (direction == MCHAN_EXT2LOC ? MCHAN_CMD_TO_TCDM_MASK : 0) | MCHAN_CMD_INC_MASK |
         MCHAN_CMD_EVENT_MASK;
}

uint32_t mchan_alloc(void) {
  compiler_fence(); /* what the transfer reads must be stored by now */
  return mmio_read(MCHAN_PORT + MCHAN_CMD);
}

void mchan_push(uint32_t ext, uint32_t loc, uint32_t bytes, int direction) {
  while (bytes > 0) {
    const uint32_t now = bytes < MAX_BYTES ? bytes : MAX_BYTES;
    push_word(command(now, direction));
    push_word(loc);
    push_word(ext);
    ext += now, loc += now, bytes -= now;
  }
}

void mchan_push_2d(uint32_t ext, uint32_t loc, uint32_t bytes, uint32_t line, uint32_t stride,
                   int direction) {
  const uint32_t lines = line < MAX_BYTES ? MAX_BYTES / line : 1;
  while (bytes > 0) {
    const uint32_t now = bytes < lines * line ? bytes : lines * line;
    push_word(command(now, direction) | MCHAN_CMD_EXT_2D_MASK);
    push_word(loc);
    push_word(ext);
    push_word(line);
    push_word(stride);
    ext += lines * stride, loc += now, bytes -= now;
  }
}

void mchan_wait(uint32_t id) {
  /* An event that came before the sleep is in the buffer, so none is missed. */
  while ((mmio_read(MCHAN_PORT + MCHAN_STATUS) >> id & 1) != 0)
    eu_evt_mask_wait_clear(1u << EU_EVENT_DMA);
  mmio_write(MCHAN_PORT + MCHAN_STATUS, 1u << id);
  compiler_fence();
}
