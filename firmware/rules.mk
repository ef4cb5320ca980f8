# Rules for one application. A folder anywhere holds a Makefile like this:
#
#   APP := hello                 name of the ELF file
#   APP_SRCS := hello.c          C and assembler sources
#   APP_CFLAGS := -O3            optional; also APP_LDFLAGS
#   include <octobar>/firmware/rules.mk
#
# and `make clean all run` builds build/$(APP).elf and runs it. `runner_args` goes to octobar:
#   make run runner_args="--harts 4 --json stats.json"

OCTOBAR_FIRMWARE := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

# gcc (riscv64-unknown-elf-gcc 12 or newer) or clang (clang-19 and lld-19)
TOOLCHAIN ?= gcc
CROSS ?= riscv64-unknown-elf-
BUILD ?= build
# Objects of the library; applications that are built together share them.
OCTOBAR_LIB_BUILD ?= $(BUILD)/octobar
OCTOBAR ?= $(if $(wildcard $(OCTOBAR_FIRMWARE)/../dist/src/cli/main.js),node $(abspath $(OCTOBAR_FIRMWARE)/../dist/src/cli/main.js),npx octobar)

ifeq ($(TOOLCHAIN),clang)
CC_RISCV ?= clang-19
OCTOBAR_ARCH := --target=riscv32-unknown-elf -march=rv32imc_zicsr -mabi=ilp32 -mstrict-align
OCTOBAR_LINK := -fuse-ld=lld
OCTOBAR_HELPERS := runtime/int64.c
else
CC_RISCV ?= $(CROSS)gcc
# misa-spec 2.2: CSR instructions are part of the base, and gcc finds the 32-bit libgcc.
OCTOBAR_ARCH := -march=rv32imc -misa-spec=2.2 -mabi=ilp32 -mstrict-align
OCTOBAR_LINK := -Wl,--no-warn-rwx-segments
OCTOBAR_HELPERS :=
OCTOBAR_LIBS := -lgcc
# Else memcpy() and memset() are compiled into calls of themselves.
OCTOBAR_ARCH += -fno-tree-loop-distribute-patterns
# The assembler needs to be told on its own that paths are to be left out.
OCTOBAR_REPRODUCIBLE := -gno-record-gcc-switches -Wa,--debug-prefix-map=$(OCTOBAR_FIRMWARE)=firmware \
  -Wa,--debug-prefix-map=$(CURDIR)=$(APP)
endif
# No path of the build machine and no time stamp ends up in the ELF file.
OCTOBAR_REPRODUCIBLE += -ffile-prefix-map=$(OCTOBAR_FIRMWARE)=firmware -ffile-prefix-map=$(CURDIR)=$(APP) \
  -Wdate-time
OCTOBAR_CFLAGS := $(OCTOBAR_ARCH) -std=gnu11 -O2 -g1 -ffreestanding -fno-common -ffunction-sections \
  -fdata-sections -Wall -Wextra -Werror=implicit-function-declaration \
  $(OCTOBAR_REPRODUCIBLE) -I$(OCTOBAR_FIRMWARE)/runtime -I$(OCTOBAR_FIRMWARE)
OCTOBAR_LDFLAGS := $(OCTOBAR_ARCH) -nostdlib -static -T$(OCTOBAR_FIRMWARE)/boot/link.ld -Wl,--gc-sections \
  -Wl,--build-id=none -Wl,-z,max-page-size=16 $(OCTOBAR_LINK) -Wl,-Map=$(BUILD)/$(APP).map

# The library: everything but the application. Unused functions are dropped by the linker.
OCTOBAR_LIB := boot/crt0.S $(addprefix runtime/,start.c team.c l1.c dma.c perf.c printf.c string.c metric.S) $(OCTOBAR_HELPERS) \
  $(addprefix drivers/,mchan.c hwpe.c ima.c mvm.c depthwise.c fpirm.c timer.c) \
  $(addprefix kernels/,pointwise.c pointwise_tile.S depthwise.c residual.c requant.c ima_layer.c linear.c \
    conv3x3.c avgpool.c) \
  $(addprefix kernels/,pointwise_xcv.c pointwise_xcv_tile.S depthwise_xcv.c depthwise_xcv_rows.S residual_xcv.c \
    residual_xcv_words.S requant_xcv.c depthwise_xcv_stride2.c depthwise_xcv_tiles.S linear_xcv.c linear_xcv_tile.S \
    conv3x3_xcv.c conv3x3_rgb.c conv3x3_rgb_tile.S avgpool_xcv.c avgpool_xcv_tile.S) \
  $(addprefix kernels/,pulpnn.c pulpnn_depthwise.c pulpnn_matmul.S pulpnn_rows.S)

OCTOBAR_LIB += $(addprefix network/,open.c transfers.c engines.c harts.c marks.S)

OCTOBAR_LIB_OBJS := $(addprefix $(OCTOBAR_LIB_BUILD)/,$(addsuffix .o,$(OCTOBAR_LIB)))
OCTOBAR_APP_OBJS := $(addprefix $(BUILD)/,$(addsuffix .o,$(APP_SRCS)))

.DEFAULT_GOAL := all
.PHONY: all lib run clean disasm
.DELETE_ON_ERROR:

all: $(BUILD)/$(APP).elf

lib: $(OCTOBAR_LIB_OBJS)

$(BUILD)/$(APP).elf: $(OCTOBAR_APP_OBJS) $(OCTOBAR_LIB_OBJS) $(OCTOBAR_FIRMWARE)/boot/link.ld
	$(CC_RISCV) $(OCTOBAR_LDFLAGS) $(APP_LDFLAGS) $(OCTOBAR_APP_OBJS) $(OCTOBAR_LIB_OBJS) $(OCTOBAR_LIBS) -o $@

$(OCTOBAR_LIB_BUILD)/%.o: $(OCTOBAR_FIRMWARE)/%
	@mkdir -p $(@D)
	$(CC_RISCV) $(OCTOBAR_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/%.o: %
	@mkdir -p $(@D)
	$(CC_RISCV) $(OCTOBAR_CFLAGS) $(APP_CFLAGS) -MMD -MP -c $< -o $@

run: all
	$(OCTOBAR) run $(runner_args) $(BUILD)/$(APP).elf

disasm: all
	$(CROSS)objdump -d -S $(BUILD)/$(APP).elf

clean:
	rm -rf $(BUILD)

-include $(OCTOBAR_APP_OBJS:.o=.d) $(OCTOBAR_LIB_OBJS:.o=.d)
