#include "../drivers/mchan.h"
#include "pmsis.h"

void pi_cl_dma_cmd(uint32_t ext, uint32_t loc, uint32_t size, pi_cl_dma_dir_e dir,
                   pi_cl_dma_cmd_t *cmd) {
  cmd->id = mchan_alloc();
  mchan_push(ext, loc, size, (int)dir);
}

void pi_cl_dma_cmd_2d(uint32_t ext, uint32_t loc, uint32_t size, uint32_t stride, uint32_t length,
                      pi_cl_dma_dir_e dir, pi_cl_dma_cmd_t *cmd) {
  cmd->id = mchan_alloc();
  mchan_push_2d(ext, loc, size, length, stride, (int)dir);
}

void pi_cl_dma_cmd_wait(pi_cl_dma_cmd_t *cmd) { mchan_wait(cmd->id); }
