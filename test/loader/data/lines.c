/* Small program with every shape of line row: inlining, loops, two functions, a long gap. */
#include "shapes.h"

volatile int total;
int table[4] = {1, 2, 3, 4};

__attribute__((noinline)) int sum(const int *values, int count) {
  int result = 0;
  for (int i = 0; i < count; i++)
    result += values[i];
  return result;
}

















static int helper(int x) {
  return x * 3 + total;
}

int main(void) {
  total = area(sum(table, 4), helper(2));
  return total;
}

__attribute__((naked, section(".text.start"))) void _start(void) {
  __asm__("la sp, 0x10010000\n call main\n 1: j 1b");
}
