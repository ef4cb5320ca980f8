#include "stream.h"

/* The runs behind the published figures; the tool writes other ones for its sweeps. */
const stream_settings_t stream_settings = {
    .ima = {{1, 512, 0}, {8, 64, 0}, {8, 64, 1}},
    .layers = {{14, 14, 384, 1}},
};

void *stream_operand(uint32_t bytes, uint32_t first) {
  uint32_t *words = pi_l1_malloc(bytes);
  if (words == NULL) {
    printf("stream: %lu bytes do not fit the TCDM, %u are left\n", bytes, pi_l1_available());
    exit(3);
  }
  for (uint32_t i = 0; i < (bytes + 3) / 4; i++) words[i] = stream_word(first + i);
  return words;
}

uint32_t stream_report(const char *what, uint32_t cycles, uint32_t wrong) {
  printf("%s: %lu cycles, %s\n", what, cycles, wrong == 0 ? "correct" : "WRONG");
  return wrong;
}

int main(void) {
  return ima_streams() + layer_streams() == 0 ? 0 : 1;
}
