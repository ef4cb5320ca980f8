/*
 * CORE-V instructions as C functions, named after the mnemonics (dots are underscores). On the target each
 * is one instruction, by `.insn`; elsewhere the same in portable C, so that kernels run on any machine. A
 * first argument `rd` belongs to instructions that also read their destination. Hardware loops are
 * not here: the compiler does not know their registers, so they belong into assembly (hal/xcv_asm.h).
 */
#ifndef OCTOBAR_HAL_XCV_H
#define OCTOBAR_HAL_XCV_H

#include <stdint.h>

#define XCV static inline __attribute__((always_inline))

#ifdef __riscv
#define XCV_BINARY(name, funct, portable)                                            \
  XCV uint32_t name(uint32_t a, uint32_t b) {                                        \
    uint32_t rd;                                                                     \
    __asm__(".insn r " funct ", %0, %1, %2" : "=r"(rd) : "r"(a), "r"(b));            \
    return rd;                                                                       \
  }
#define XCV_TERNARY(name, funct, portable)                                           \
  XCV uint32_t name(uint32_t rd, uint32_t a, uint32_t b) {                           \
    __asm__(".insn r " funct ", %0, %1, %2" : "+r"(rd) : "r"(a), "r"(b));            \
    return rd;                                                                       \
  }
/* A macro, because the shift is part of the instruction: a constant from 0 to 31. */
#define XCV_SHIFTED(funct3, upper, rd, a, b, shift)                                  \
  ({                                                                                 \
    uint32_t rd_ = (rd);                                                             \
    __asm__(".insn r 0x5b, " funct3 ", %3, %0, %1, %2"                               \
            : "+r"(rd_)                                                              \
            : "r"((uint32_t)(a)), "r"((uint32_t)(b)), "i"((upper) + (shift)));       \
    rd_;                                                                             \
  })
#define cv_macsn(rd, a, b, shift) XCV_SHIFTED("6", 0, rd, a, b, shift)
#define cv_machhsn(rd, a, b, shift) XCV_SHIFTED("6", 32, rd, a, b, shift)
#define cv_macun(rd, a, b, shift) XCV_SHIFTED("7", 0, rd, a, b, shift)
#define cv_machhun(rd, a, b, shift) XCV_SHIFTED("7", 32, rd, a, b, shift)
#else
#define XCV_BINARY(name, funct, portable) \
  XCV uint32_t name(uint32_t a, uint32_t b) { return (uint32_t)(portable); }
#define XCV_TERNARY(name, funct, portable) \
  XCV uint32_t name(uint32_t rd, uint32_t a, uint32_t b) { return (uint32_t)(portable); }
XCV uint32_t cv_macsn(uint32_t rd, uint32_t a, uint32_t b, uint32_t shift) {
  return (uint32_t)((int32_t)(rd + (uint32_t)((int16_t)a * (int16_t)b)) >> shift);
}
XCV uint32_t cv_machhsn(uint32_t rd, uint32_t a, uint32_t b, uint32_t shift) {
  return cv_macsn(rd, a >> 16, b >> 16, shift);
}
XCV uint32_t cv_macun(uint32_t rd, uint32_t a, uint32_t b, uint32_t shift) {
  return (rd + (a & 0xffff) * (b & 0xffff)) >> shift;
}
XCV uint32_t cv_machhun(uint32_t rd, uint32_t a, uint32_t b, uint32_t shift) {
  return cv_macun(rd, a >> 16, b >> 16, shift);
}
#endif

/* What the portable forms are written with: byte `i`, with and without sign. */
XCV int32_t xcv_s8(uint32_t word, uint32_t i) { return (int8_t)(word >> 8 * i); }
XCV int32_t xcv_u8(uint32_t word, uint32_t i) { return (uint8_t)(word >> 8 * i); }
#define XCV_DOT(first, second)                                                       \
  (uint32_t)(first(a, 0) * second(b, 0) + first(a, 1) * second(b, 1) +               \
             first(a, 2) * second(b, 2) + first(a, 3) * second(b, 3))
#define XCV_BYTES(at) ((at(0) & 255u) | (at(1) & 255u) << 8 | (at(2) & 255u) << 16 | (at(3) & 255u) << 24)
XCV int32_t xcv_smaller(int32_t a, int32_t b) { return a < b ? a : b; }
XCV int32_t xcv_larger(int32_t a, int32_t b) { return a > b ? a : b; }

/* Dot products of four bytes: up unsigned, sp signed, usp unsigned `a` by signed `b`; s: added to rd. */
XCV_BINARY(cv_dotup_b, "0x7b, 1, 0x40", XCV_DOT(xcv_u8, xcv_u8))
XCV_BINARY(cv_dotusp_b, "0x7b, 1, 0x44", XCV_DOT(xcv_u8, xcv_s8))
XCV_BINARY(cv_dotsp_b, "0x7b, 1, 0x48", XCV_DOT(xcv_s8, xcv_s8))
XCV_TERNARY(cv_sdotup_b, "0x7b, 1, 0x4c", rd + XCV_DOT(xcv_u8, xcv_u8))
XCV_TERNARY(cv_sdotusp_b, "0x7b, 1, 0x50", rd + XCV_DOT(xcv_u8, xcv_s8))
XCV_TERNARY(cv_sdotsp_b, "0x7b, 1, 0x54", rd + XCV_DOT(xcv_s8, xcv_s8))

/* Sums of bytes. */
#define XCV_ADDED(i) ((uint32_t)xcv_u8(a, i) + (uint32_t)xcv_u8(b, i))
XCV_BINARY(cv_add_b, "0x7b, 1, 0x00", XCV_BYTES(XCV_ADDED))

/* Bytes by number: bit 2 of each byte of `b` chooses a over rd, bits 1 and 0 name the byte. */
#define XCV_CHOSEN(i) (uint32_t)xcv_u8((b >> (8 * (i) + 2) & 1) != 0 ? a : rd, b >> 8 * (i) & 3)
XCV_TERNARY(cv_shuffle2_b, "0x7b, 1, 0x70", XCV_BYTES(XCV_CHOSEN))
/* Byte 0 of b and of a, in this order, to the lower or upper half of rd. */
XCV_TERNARY(cv_packlo_b, "0x7b, 1, 0x7c", (rd & 0xffff0000u) | (a & 255u) << 8 | (b & 255u))
XCV_TERNARY(cv_packhi_b, "0x7b, 1, 0x7d", (rd & 0xffffu) | (a & 255u) << 24 | (b & 255u) << 16)
/* Lower halves, upper halves: that of a on top. */
XCV_BINARY(cv_pack, "0x7b, 0, 0x78", a << 16 | (b & 0xffffu))
XCV_BINARY(cv_pack_h, "0x7b, 0, 0x79", (a & 0xffff0000u) | b >> 16)

/* 32-bit product added and subtracted. */
XCV_TERNARY(cv_mac, "0x2b, 3, 0x48", rd + a * b)
XCV_TERNARY(cv_msu, "0x2b, 3, 0x49", rd - a * b)

/* Signed minimum and maximum; a within -b-1 .. b, and within 0 .. b, for b >= 0. */
XCV_BINARY(cv_min, "0x2b, 3, 0x2b", xcv_smaller((int32_t)a, (int32_t)b))
XCV_BINARY(cv_max, "0x2b, 3, 0x2d", xcv_larger((int32_t)a, (int32_t)b))
XCV_BINARY(cv_clipr, "0x2b, 3, 0x3a",
           xcv_larger(xcv_smaller((int32_t)a, (int32_t)b), -(int32_t)b - 1))
XCV_BINARY(cv_clipur, "0x2b, 3, 0x3b", xcv_larger(xcv_smaller((int32_t)a, (int32_t)b), 0))

#endif
