/* Branches and jumps: taken or not, forward and backward, links, the lowest bit of a target. */
#include "check.h"

tests:
    TAKEN(beq, 0, 0)
    TAKEN(beq, 0x80000000, 0x80000000)
    NOT_TAKEN(beq, 0, 1)
    NOT_TAKEN(beq, 0xffffffff, 0x7fffffff)
    TAKEN(bne, 0, 1)
    TAKEN(bne, 0x80000000, 0)
    NOT_TAKEN(bne, 0xffffffff, 0xffffffff)
    TAKEN(blt, 0xffffffff, 0)
    TAKEN(blt, 0x80000000, 0x7fffffff)
    NOT_TAKEN(blt, 0, 0)
    NOT_TAKEN(blt, 0, 0xffffffff)
    NOT_TAKEN(blt, 0x7fffffff, 0x80000000)
    TAKEN(bge, 0, 0)
    TAKEN(bge, 0, 0xffffffff)
    TAKEN(bge, 0x7fffffff, 0x80000000)
    NOT_TAKEN(bge, 0xffffffff, 0)
    NOT_TAKEN(bge, 0x80000000, 0x7fffffff)
    TAKEN(bltu, 0, 0xffffffff)
    TAKEN(bltu, 0x7fffffff, 0x80000000)
    NOT_TAKEN(bltu, 0, 0)
    NOT_TAKEN(bltu, 0xffffffff, 0)
    TAKEN(bgeu, 0, 0)
    TAKEN(bgeu, 0xffffffff, 0)
    TAKEN(bgeu, 0x80000000, 0x7fffffff)
    NOT_TAKEN(bgeu, 0, 0xffffffff)
    NOT_TAKEN(bgeu, 0x7fffffff, 0x80000000)

    /* a branch writes no register and reads its operands before */
    li a1, 5
    li a2, 5
    beq a1, a2, 1f
    addi a1, a1, 1
1:  EXPECT(a1, 5)

    /* the furthest targets of a branch: 4094 bytes forward, 4096 back */
    li gp, __LINE__
    beq x0, x0, far_forward
    j fail
far_back:
    j near
    .space 4084
far_forward:
    beq x0, x0, far_back
    j fail
near:

    /* jal links the address behind it; x0 takes no link */
    li gp, __LINE__
    la a1, 2f
    jal a0, 1f
2:  j fail
1:  bne a0, a1, fail
    jal x0, 3f
    j fail
3:  jal ra, 4f
    j fail
5:  j 6f
4:  jal t0, 5b
    j fail
6:  la a1, 4b
    addi a1, a1, 4
    li gp, __LINE__
    bne t0, a1, fail

    /* jalr adds a signed offset and clears the lowest bit */
    la a1, 1f
    li gp, __LINE__
    jalr a0, 0(a1)
7:  j fail
1:  la a2, 7b
    bne a0, a2, fail
    la a1, 1f + 0x7ff
    jalr x0, -0x7ff(a1)
    j fail
1:  la a1, 1f - 0x7fe
    jalr x0, 0x7ff(a1)
    j fail
1:  la a1, 1f
    addi a1, a1, 1
    jalr x0, 0(a1)
    j fail
    /* the link may replace the base */
1:  li gp, __LINE__
    la a1, 1f
    jalr a1, 0(a1)
8:  j fail
1:  la a2, 8b
    bne a1, a2, fail

    /* calls that nest, and a loop of ten turns */
    li gp, __LINE__
    li s0, 0
    li s1, 10
9:  jal ra, outer
    addi s1, s1, -1
    bnez s1, 9b
    EXPECT(s0, 30)
    fence
    fence iorw, iorw
    fence.i
    j pass

outer:
    mv t0, ra
    addi s0, s0, 1
    jal ra, inner
    jr t0
inner:
    addi s0, s0, 2
    ret
