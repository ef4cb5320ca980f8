/* Whether the data in L2 belong to this program and this machine. */
#include "network.h"
#include "pmsis.h"

static const net_image *const image = (const net_image *)NET_IMAGE_BASE;

static const char *problem_of(uint32_t plan) {
  if (image->magic != NET_IMAGE_MAGIC) return "no network image in L2; `octobar infer` puts one there";
  if (image->version != NET_IMAGE_VERSION) return "it has another layout version than this program";
  if (plan != 0 && image->plan != plan) return "it belongs to another plan than this program";
  const uint32_t from = (uint32_t)(uintptr_t)pi_l1_malloc(0);
  if (image->tcdm_from < from || image->tcdm_end > from + pi_l1_available())
    return "it was planned for another TCDM or another number of harts";
  return NULL;
}

int net_open(uint32_t plan) {
  const char *problem = problem_of(plan);
  if (problem == NULL) return 1;
  printf("network: bad image: %s\n", problem);
  return 0;
}
