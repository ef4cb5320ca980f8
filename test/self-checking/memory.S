/* Loads and stores: widths, signs, offsets, byte order, misaligned addresses. */
#include "check.h"

    .macro load_at line, op, result, offset
    li gp, \line
    li t6, \result
    \op a0, \offset(s1)
    bne a0, t6, fail
    mv a1, s1
    \op a1, \offset(a1)
    bne a1, t6, fail
    \op x0, \offset(s1)
    bne x0, zero, fail
    .endm
#define LOAD(op, result, offset) load_at __LINE__, op, result, offset

/* A store into a field of ones, then the two words around it. */
    .macro store_at line, op, value, offset, low, high
    li gp, \line
    li t0, -1
    sw t0, 0(s0)
    sw t0, 4(s0)
    li a1, \value
    \op a1, \offset(s0)
    lw a2, 0(s0)
    li t6, \low
    bne a2, t6, fail
    lw a2, 4(s0)
    li t6, \high
    bne a2, t6, fail
    .endm
#define STORE(op, value, offset, low, high) store_at __LINE__, op, value, offset, low, high

tests:
    la s1, bytes
    la s0, field
    /* bytes: 80 7f 01 ff  44 33 22 91  ... the lowest address is the lowest byte */
    LOAD(lw, 0xff017f80, 0)
    LOAD(lw, 0x91223344, 4)
    LOAD(lw, 0xdeadbeef, -4)
    LOAD(lb, 0xffffff80, 0)
    LOAD(lb, 0x7f, 1)
    LOAD(lb, 1, 2)
    LOAD(lb, 0xffffffff, 3)
    LOAD(lb, 0xffffffef, -4)
    LOAD(lbu, 0x80, 0)
    LOAD(lbu, 0x7f, 1)
    LOAD(lbu, 0xff, 3)
    LOAD(lbu, 0xde, -1)
    LOAD(lh, 0x7f80, 0)
    LOAD(lh, 0xffffff01, 2)
    LOAD(lh, 0x3344, 4)
    LOAD(lh, 0xffff9122, 6)
    LOAD(lhu, 0x7f80, 0)
    LOAD(lhu, 0xff01, 2)
    LOAD(lhu, 0x9122, 6)
    LOAD(lhu, 0xdead, -2)
    /* misaligned: inside a word and over its end */
    LOAD(lh, 0x017f, 1)
    LOAD(lhu, 0x017f, 1)
    LOAD(lh, 0x44ff, 3)
    LOAD(lhu, 0x44ff, 3)
    LOAD(lh, 0x80de - 0x10000, -1)
    LOAD(lhu, 0x80de, -1)
    LOAD(lw, 0x44ff017f, 1)
    LOAD(lw, 0x3344ff01, 2)
    LOAD(lw, 0x223344ff, 3)
    LOAD(lw, 0x017f80de, -1)
    LOAD(lw, 0x7f80dead, -2)
    LOAD(lw, 0x80deadbe, -3)

    STORE(sb, 0x12345678, 0, 0xffffff78, 0xffffffff)
    STORE(sb, 0x12345678, 1, 0xffff78ff, 0xffffffff)
    STORE(sb, 0x12345678, 2, 0xff78ffff, 0xffffffff)
    STORE(sb, 0x12345678, 3, 0x78ffffff, 0xffffffff)
    STORE(sh, 0x12345678, 0, 0xffff5678, 0xffffffff)
    STORE(sh, 0x12345678, 2, 0x5678ffff, 0xffffffff)
    STORE(sw, 0x12345678, 0, 0x12345678, 0xffffffff)
    STORE(sw, 0x12345678, 4, 0xffffffff, 0x12345678)
    STORE(sh, 0x12345678, 1, 0xff5678ff, 0xffffffff)
    STORE(sh, 0x12345678, 3, 0x78ffffff, 0xffffff56)
    STORE(sw, 0x12345678, 1, 0x345678ff, 0xffffff12)
    STORE(sw, 0x12345678, 2, 0x5678ffff, 0xffff1234)
    STORE(sw, 0x12345678, 3, 0x78ffffff, 0xff123456)

    /* the ends of the offset */
    li gp, __LINE__
    li a0, 0x600df00d
    addi t0, s0, 2047
    sw a0, -2047(t0)
    addi t0, s0, -2047
    lw a1, 2047(t0)
    bne a0, a1, fail
    addi t0, s0, 1024
    addi t0, t0, 1024
    lw a1, -2048(t0)
    bne a0, a1, fail

    /* what was stored is there for the next instruction, and x0 stores zero */
    sw x0, 0(s0)
    lw a0, 0(s0)
    addi a0, a0, 7
    sw a0, 0(s0)
    lw a1, 0(s0)
    add a1, a1, a1
    EXPECT(a1, 14)
    /* a store of its own base; a load into its own base */
    sw s0, 0(s0)
    mv a0, s0
    lw a0, 0(a0)
    lw a0, 0(a0)
    li gp, __LINE__
    bne a0, s0, fail
    /* L2 holds data, too: the code itself */
    la a0, _start
    lw a1, 0(a0)
    lhu a2, 0(a0)
    lhu a3, 2(a0)
    slli a3, a3, 16
    or a2, a2, a3
    li gp, __LINE__
    bne a1, a2, fail
    j pass

    .data
    .balign 4
    .word 0xdeadbeef
bytes:
    .byte 0x80, 0x7f, 0x01, 0xff, 0x44, 0x33, 0x22, 0x91
field:
    .word 0, 0
