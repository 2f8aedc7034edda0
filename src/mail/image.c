/* Recognizes images: see image.h. After a short signature more fields are checked, so that a text
   with the same beginning is not an image. */
#include "mail/image.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool has_at(char const *s, size_t n, size_t i, char const *what, size_t len)
{
	return i <= n && len <= n - i && !memcmp(s + i, what, len);
}

/* Is it a BMP? After the file header a DIB header must have a known size: 12 (with one plane at
   22), or 40 to 124 (with one plane at 26). */
static bool is_bmp(char const *s, size_t n)
{
	static uint8_t const sizes[] = {40, 52, 56, 64, 108, 124};
	if (n < 30 || !has_at(s, n, 0, "BM", 2) || !has_at(s, n, 15, "\0\0\0", 3))
		return false;
	uint8_t size = (uint8_t)s[14];
	if (size == 12)
		return has_at(s, n, 22, "\1\0", 2);
	return memchr(sizes, size, sizeof sizes) && has_at(s, n, 26, "\1\0", 2);
}

char const *image_type(char const *s, size_t n)
{
	if (has_at(s, n, 0, "\x89PNG\r\n\x1a\n", 8))
		return has_at(s, n, 12, "IHDR", 4) ? "png" : NULL;
	if (has_at(s, n, 0, "\xff\xd8\xff", 3))
		return n > 3 && (uint8_t)s[3] >= 0xc0 && (uint8_t)s[3] < 0xff ? "jpg" : NULL;
	if (has_at(s, n, 0, "GIF87a", 6) || has_at(s, n, 0, "GIF89a", 6))
		return n >= 13 ? "gif" : NULL;
	if (has_at(s, n, 0, "RIFF", 4) && has_at(s, n, 8, "WEBPVP8", 7))
		return has_at(s, n, 15, " ", 1) || has_at(s, n, 15, "L", 1) || has_at(s, n, 15, "X", 1) ? "webp" : NULL;
	return is_bmp(s, n) ? "bmp" : NULL;
}
