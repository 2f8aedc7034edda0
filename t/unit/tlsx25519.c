/* X25519: the RFC's numbers, and BearSSL's for a thousand others. */
#include "tls/x25519.h"
#include "tls/curves.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static void unhex(unsigned char out[32], char const *s)
{
	for (int i = 0; i < 32; i++) {
		unsigned int v;
		ck_assert_int_eq(sscanf(s + 2 * i, "%2x", &v), 1);
		out[i] = (unsigned char)v;
	}
}

#ifdef X25519_FAST
static struct {
	char const *scalar, *u, *product;
} const rfc7748[] = {
	{"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
		"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
		"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
	{"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
		"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
		"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
};

START_TEST(is_the_rfcs)
{
	unsigned char k[32], u[32], wanted[32];
	unhex(k, rfc7748[_i].scalar);
	unhex(u, rfc7748[_i].u);
	unhex(wanted, rfc7748[_i].product);
	ck_assert(x25519(u, k));
	ck_assert_mem_eq(u, wanted, 32);
}
END_TEST

/* RFC 7748 5.2: each result is the next scalar, and each scalar the next u. */
START_TEST(is_the_rfcs_a_thousand_times)
{
	unsigned char k[32] = {9}, u[32] = {9}, next[32], wanted[32];
	for (int i = 0; i < 1000; i++) {
		memcpy(next, u, 32);
		ck_assert(x25519(next, k));
		memcpy(u, k, 32);
		memcpy(k, next, 32);
	}
	unhex(wanted, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
	ck_assert_mem_eq(k, wanted, 32);
}
END_TEST

/* Points of small order give 0, in each of the ways in which they can be written. */
static char const *const small[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

START_TEST(refuses_small_orders)
{
	unsigned char k[32], u[32], zero[32] = {0};
	memset(k, 0x5a, 32);
	unhex(u, small[_i]);
	ck_assert(!x25519(u, k));
	ck_assert_mem_eq(u, zero, 32);
}
END_TEST
#endif

/* Any numbers, the greatest ones, and those that are written with more than they need. */
START_TEST(is_bearssls)
{
	br_ec_impl curves;
	br_hmac_drbg_context random;
	curves_init(&curves);
	br_hmac_drbg_init(&random, &br_sha256_vtable, "x25519", 6);
	for (int i = 0; i < 1000; i++) {
		unsigned char k[32], a[32], b[32];
		br_hmac_drbg_generate(&random, k, sizeof k);
		br_hmac_drbg_generate(&random, a, sizeof a);
		if (i % 3 == 0) {
			memset(a + 1, 0xff, 31);
			a[31] = (unsigned char)(i % 2 ? 0xff : 0x7f);
		}
		if (i % 5 == 0)
			memset(k, 0xff, 32);
		memcpy(b, a, 32);
		ck_assert(br_ec_get_default()->mul(b, 32, k, 32, BR_EC_curve25519) == 1);
		bool any = false;
		for (int j = 0; j < 32; j++)
			any = any || b[j];
		ck_assert(curves.mul(a, 32, k, 32, BR_EC_curve25519) == any);
		ck_assert_mem_eq(a, b, 32);
		ck_assert_uint_eq(curves.mulgen(a, k, 32, BR_EC_curve25519), 32);
		br_ec_get_default()->mulgen(b, k, 32, BR_EC_curve25519);
		ck_assert_mem_eq(a, b, 32);
	}
}
END_TEST

START_TEST(leaves_the_other_curves)
{
	br_ec_impl curves;
	unsigned char k[32], a[BR_EC_KBUF_PUB_MAX_SIZE], b[BR_EC_KBUF_PUB_MAX_SIZE];
	curves_init(&curves);
	memset(k, 0x12, sizeof k);
	size_t n = curves.mulgen(a, k, sizeof k, BR_EC_secp256r1);
	ck_assert_uint_eq(n, br_ec_get_default()->mulgen(b, k, sizeof k, BR_EC_secp256r1));
	ck_assert_mem_eq(a, b, n);
	ck_assert(curves.mul(a, n, k, sizeof k, BR_EC_secp256r1) == 1);
	ck_assert(br_ec_get_default()->mul(b, n, k, sizeof k, BR_EC_secp256r1) == 1);
	ck_assert_mem_eq(a, b, n);
	ck_assert(curves.mul(a, 31, k, sizeof k, BR_EC_curve25519) == 0);
	ck_assert(curves.mul(a, 32, k, 33, BR_EC_curve25519) == 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tlsx25519");
	TCase *c = tcase_create("tlsx25519");
#ifdef X25519_FAST
	tcase_add_loop_test(c, is_the_rfcs, 0, sizeof rfc7748 / sizeof *rfc7748);
	tcase_add_test(c, is_the_rfcs_a_thousand_times);
	tcase_add_loop_test(c, refuses_small_orders, 0, sizeof small / sizeof *small);
#endif
	tcase_set_timeout(c, 120);
	tcase_add_test(c, is_bearssls);
	tcase_add_test(c, leaves_the_other_curves);
	suite_add_tcase(s, c);
	return unit_run(s);
}
