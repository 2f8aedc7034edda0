/* SipHash. */
#include "base/siphash.h"

#include "unit.h"

#include <string.h>

/* Two of the authors' test vectors: key 00..0f, input 00..0e and nothing. */
START_TEST(the_published_vectors_are_reproduced)
{
	unsigned char key[16];
	char in[15];
	for (int i = 0; i < 16; i++)
		key[i] = (unsigned char)i;
	for (int i = 0; i < 15; i++)
		in[i] = (char)i;
	ck_assert(siphash(key, in, 15) == 0xa129ca6149be45e5);
	ck_assert(siphash(key, in, 0) == 0x726fdb47dd0e0e31);
}
END_TEST

/* The authors' vectors for 128 bits: key 00..0f, input of no octet, and 00. */
START_TEST(the_published_long_vectors_are_reproduced)
{
	static unsigned char const want[2][SIPHASH_OCTETS] = {
		{0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93},
		{0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45}};
	unsigned char key[16], out[SIPHASH_OCTETS];
	for (int i = 0; i < 16; i++)
		key[i] = (unsigned char)i;
	for (size_t n = 0; n < 2; n++) {
		struct siphash h;
		siphash_init(&h, key);
		siphash_add(&h, "", n);
		siphash_end(&h, out);
		ck_assert_mem_eq(out, want[n], sizeof out);
	}
}
END_TEST

START_TEST(pieces_have_the_hash_of_the_whole)
{
	unsigned char const key[16] = "sixteen octets.";
	unsigned char in[64], whole[SIPHASH_OCTETS], out[SIPHASH_OCTETS];
	for (int i = 0; i < 64; i++)
		in[i] = (unsigned char)(i * 37);
	for (size_t n = 0; n <= sizeof in; n++) {
		struct siphash h;
		siphash_init(&h, key);
		siphash_add(&h, in, n);
		siphash_end(&h, whole);
		for (size_t a = 0; a <= n; a++)
			for (size_t b = a; b <= n; b++) {
				siphash_init(&h, key);
				siphash_add(&h, in, a);
				siphash_add(&h, in + a, b - a);
				siphash_add(&h, in + b, n - b);
				siphash_end(&h, out);
				if (memcmp(out, whole, sizeof out))
					ck_abort_msg("%zu, %zu, %zu octets", a, b - a, n - b);
			}
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("siphash");
	TCase *c = unit_case("siphash");
	tcase_add_test(c, the_published_vectors_are_reproduced);
	tcase_add_test(c, the_published_long_vectors_are_reproduced);
	tcase_add_test(c, pieces_have_the_hash_of_the_whole);
	suite_add_tcase(s, c);
	return s;
}
