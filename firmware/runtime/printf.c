#include <stdarg.h>

#include "../hal/generated/stdout.h"
#include "../hal/mmio.h"
#include "pmsis.h"

int putchar(int c) {
  /* As PULP runtimes do: one slot for each core, so that their lines do not mix. */
  mmio_write8(STDOUT_BASE + STDOUT_PUTC(2 * pi_core_id()), (uint8_t)c);
  return (uint8_t)c;
}

int puts(const char *text) { return printf("%s\n", text); }

typedef struct field {
  int width;
  int left, zero;
} field_t;

static int pad(char c, int count) {
  for (int i = 0; i < count; i++) putchar(c);
  return count > 0 ? count : 0;
}

/* `prefix` is a sign or nothing. Zeros go between prefix and digits. */
static int print_field(const char *prefix, const char *text, int length, const field_t *f) {
  const int prefix_length = (int)strlen(prefix);
  const int space = f->width - length - prefix_length;
  int written = 0;
  if (!f->left && !f->zero) written += pad(' ', space);
  for (int i = 0; i < prefix_length; i++) putchar(prefix[i]);
  if (!f->left && f->zero) written += pad('0', space);
  for (int i = 0; i < length; i++) putchar(text[i]);
  if (f->left) written += pad(' ', space);
  return written + prefix_length + length;
}

static int print_number(uint64_t value, int negative, uint32_t base, const char *digits,
                        const field_t *f) {
  char text[20];
  int at = sizeof text;
  uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
  do {
    uint32_t digit;
    if (base == 16) {
      digit = low & 15;
      low = low >> 4 | high << 28;
      high >>= 4;
    } else if (high == 0) {
      digit = low % 10;
      low /= 10;
    } else {
      /* 64 by 10 in three 32-bit divisions: no library, and rem < 10 keeps each in range. */
      const uint32_t middle = (high % 10) << 16 | low >> 16;
      const uint32_t lower = (middle % 10) << 16 | (low & 0xffff);
      high /= 10;
      digit = lower % 10;
      low = (middle / 10) << 16 | lower / 10;
    }
    text[--at] = digits[digit];
  } while ((high | low) != 0);
  return print_field(negative ? "-" : "", text + at, (int)sizeof text - at, f);
}

int printf(const char *format, ...) {
  va_list args;
  va_start(args, format);
  int written = 0;
  for (; *format != 0; format++) {
    if (*format != '%') {
      putchar(*format);
      written++;
      continue;
    }
    field_t f = {0, 0, 0};
    for (format++; *format == '-' || *format == '0'; format++) {
      if (*format == '-') f.left = 1;
      if (*format == '0') f.zero = 1;
    }
    for (; *format >= '0' && *format <= '9'; format++) f.width = f.width * 10 + (*format - '0');
    int longs = 0;
    for (; *format == 'l' || *format == 'z'; format++) longs += *format == 'l';
    switch (*format) {
      case 'd':
      case 'i': {
        const int64_t value = longs >= 2 ? va_arg(args, int64_t) : va_arg(args, int32_t);
        written += print_number(value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0, 10,
                                "0123456789", &f);
        break;
      }
      case 'u':
      case 'x':
      case 'X': {
        const uint64_t value = longs >= 2 ? va_arg(args, uint64_t) : va_arg(args, uint32_t);
        written += print_number(value, 0, *format == 'u' ? 10 : 16,
                                *format == 'X' ? "0123456789ABCDEF" : "0123456789abcdef", &f);
        break;
      }
      case 'p':
        written += printf("0x%08x", (unsigned)va_arg(args, uint32_t));
        break;
      case 'c': {
        const char c = (char)va_arg(args, int);
        written += print_field("", &c, 1, &f);
        break;
      }
      case 's': {
        const char *text = va_arg(args, const char *);
        if (text == NULL) text = "(null)";
        f.zero = 0;
        written += print_field("", text, (int)strlen(text), &f);
        break;
      }
      case '%':
        putchar('%');
        written++;
        break;
      default: /* Unknown: shown as it is, so that the mistake is seen. */
        putchar('%');
        written++;
        if (*format == 0) format--;
        else {
          putchar(*format);
          written++;
        }
    }
  }
  va_end(args);
  return written;
}
