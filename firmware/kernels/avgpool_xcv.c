#include "avgpool_xcv.h"

#include "requant_xcv_c.h"

enum { TILE = 8 };

void avgpool_xcv(const avgpool_xcv_t *layer, uint32_t hart, uint32_t harts) {
  const avgpool_t *l = &layer->layer;
  const requant_xcv_t *rq = &layer->requant;
  int32_t sums[TILE];
  avgpool_xcv_run_t run = {.channels = l->channels,
                           .width = l->window_w,
                           .height = l->window_h,
                           .row_pitch = l->in_row_pitch,
                           .sums = sums};
  /* Rows without a gap are one long row. */
  if (l->in_row_pitch == l->window_w * l->channels) run.width *= run.height, run.height = 1;
  void (*const kernel)(const avgpool_xcv_run_t *) =
      l->in_signed ? avgpool_xcv_i8 : avgpool_xcv_u8;
  /* Outputs of all positions form one sequence of tiles, which is cut evenly. */
  const uint32_t tiles = (l->channels + TILE - 1) / TILE;
  const uint32_t total = l->out_h * l->out_w * tiles;
  const uint32_t begin = total * hart / harts, end = total * (hart + 1) / harts;
  uint32_t tile = begin % tiles, x = begin / tiles % l->out_w, y = begin / tiles / l->out_w;
  for (uint32_t i = begin; i < end; i++) {
    /* The last tile may overlap the one before it and writes the same bytes again. */
    const uint32_t channel =
        tile * TILE + TILE > l->channels ? l->channels - TILE : tile * TILE;
    run.in = (const uint8_t *)l->in + y * l->stride * l->in_row_pitch +
             x * l->stride * l->channels + channel;
    kernel(&run);
    uint8_t *out = (uint8_t *)l->out + (y * l->out_w + x) * l->channels + channel;
    requant_xcv_bytes(rq, channel, sums, out, TILE);
    if (++tile < tiles) continue;
    tile = 0;
    if (++x < l->out_w) continue;
    x = 0;
    y++;
  }
}
