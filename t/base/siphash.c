/* SipHash. */
#include "base/siphash.h"

#include "unit.h"

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

Suite *unit_suite(void)
{
	Suite *s = suite_create("siphash");
	TCase *c = unit_case("siphash");
	tcase_add_test(c, the_published_vectors_are_reproduced);
	suite_add_tcase(s, c);
	return s;
}
