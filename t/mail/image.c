/* Images are recognized by their first octets. */
#include "mail/image.h"
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#define OCTETS(s) (s), sizeof(s) - 1

static struct {
	char const *s;
	size_t n;
	char const *type;
} const cases[] = {
	{OCTETS("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "png"},
	{OCTETS("\x89PNG\r\n\x1a\n\0\0\0\rIDAT"), NULL},
	{OCTETS("\x89PNG\r\n\x1a\n"), NULL},
	{OCTETS("\x89PNG\n\n\x1a\n\0\0\0\rIHDR"), NULL},
	{OCTETS("\xff\xd8\xff\xe0"), "jpg"},
	{OCTETS("\xff\xd8\xff\xdb"), "jpg"},
	{OCTETS("\xff\xd8\xff\x01"), NULL},
	{OCTETS("\xff\xd8\xff\xff"), NULL},
	{OCTETS("\xff\xd8\xff"), NULL},
	{OCTETS("GIF87a\1\0\1\0\0\0\0"), "gif"},
	{OCTETS("GIF89a\1\0\1\0\0\0\0"), "gif"},
	{OCTETS("GIF88a\1\0\1\0\0\0\0"), NULL},
	{OCTETS("GIF89a"), NULL},
	{OCTETS("RIFF\1\2\3\4WEBPVP8 "), "webp"},
	{OCTETS("RIFF\1\2\3\4WEBPVP8L"), "webp"},
	{OCTETS("RIFF\1\2\3\4WEBPVP8X"), "webp"},
	{OCTETS("RIFF\1\2\3\4WEBPVP9 "), NULL},
	{OCTETS("RIFF\1\2\3\4WAVEfmt "), NULL},
	{OCTETS("RIFF\1\2\3\4WEBPVP8"), NULL},
	{OCTETS("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0"), "bmp"},
	{OCTETS("BM\x3a\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\1\0\1\0\1\0\x18\0\0\0\0\0"), "bmp"},
	{OCTETS("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\2\0\x18\0"), NULL},
	{OCTETS("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x29\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0"), NULL},
	{OCTETS("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), NULL},
	{OCTETS("BMX is a sport, and this is text of it"), NULL},
	{OCTETS("<svg xmlns='http://www.w3.org/2000/svg'/>"), NULL},
	{OCTETS("<html><script>alert(1)</script></html>"), NULL},
	{OCTETS("II*\0\x08\0\0\0"), NULL},
	{OCTETS("\0\0\1\0\1\0\x10\x10"), NULL},
	{OCTETS("%PDF-1.4"), NULL},
	{OCTETS(""), NULL},
};

START_TEST(an_image_is_known_by_its_first_octets)
{
	char *s = malloc(cases[_i].n + !cases[_i].n);
	memcpy(s, cases[_i].s, cases[_i].n);
	char const *type = image_type(s, cases[_i].n);
	ck_assert_int_eq(!type, !cases[_i].type);
	if (type)
		ck_assert_str_eq(type, cases[_i].type);
	/* an image cut short has the same type or none; the sanitizer finds reads beyond its end */
	for (size_t n = 0; n < cases[_i].n; n++) {
		char *cut = malloc(n + !n);
		memcpy(cut, s, n);
		char const *less = image_type(cut, n);
		ck_assert(!less || (type && !strcmp(less, type)));
		free(cut);
	}
	free(s);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("image");
	TCase *c = unit_case("image");
	tcase_add_loop_test(c, an_image_is_known_by_its_first_octets, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, c);
	return s;
}
