#!/bin/sh
# Compiles kernels.c with clang 19 (Debian: clang-19, lld-19) into generated/kernels.ts.
set -e
cd "$(dirname "$0")"
wasm=$(mktemp)
clang-19 --target=wasm32 -O3 -msimd128 -mbulk-memory -ffreestanding -nostdlib \
  -Wall -Wextra -Werror -Wl,--no-entry -Wl,--import-memory -Wl,--strip-all -Wl,--export=__heap_base -Wl,-z,stack-size=65536 \
  -o "$wasm" kernels.c
mkdir -p generated
{
  echo '/** kernels.c as WebAssembly, made by build-kernels.sh with clang 19; not written by hand. */'
  echo "export const kernelSource = '$(sha256sum kernels.c | cut -d' ' -f1)';"
  echo 'export const kernelModule ='
  echo "  '$(base64 -w0 "$wasm")';"
} > generated/kernels.ts
wc -c < "$wasm"
rm -f "$wasm"
