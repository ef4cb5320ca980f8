/* CRC-32 of 1024 bytes, bit by bit and by table, each hart on bytes of its own. */
#include "bench.h"

#define BYTES 1024
#define POLYNOMIAL 0xedb88320u

static uint8_t message[MAX_HARTS][BYTES];
static uint32_t table[MAX_HARTS][256];

static uint32_t one(uint32_t crc) {
  for (int k = 0; k < 8; k++) crc = (crc >> 1) ^ (POLYNOMIAL & (0u - (crc & 1)));
  return crc;
}

uint32_t pass(int hart, int harts, uint32_t number) {
  uint8_t *mine = message[hart];
  uint32_t state = number * 8 + (uint32_t)hart;
  (void)harts;
  for (int i = 0; i < BYTES; i++) mine[i] = (uint8_t)next_random(&state);
  for (uint32_t i = 0; i < 256; i++) table[hart][i] = one(i);
  uint32_t slow = ~0u, fast = ~0u;
  for (int i = 0; i < BYTES; i++) slow = one(slow ^ mine[i]);
  for (int i = 0; i < BYTES; i++) fast = (fast >> 8) ^ table[hart][(fast ^ mine[i]) & 255];
  return slow == fast ? slow : 0xdead;
}
