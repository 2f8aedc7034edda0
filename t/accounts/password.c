/* Password hashes: the known methods, their classes, hashing and verifying with each. */
#include "accounts/password.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

#define YES "$y$j9T$RVVAncg35fpWY913VeBCF.$GqyYpRGB3FagVL3MtxJnyerotXudf3DxNHgvyT4p0i9"
#define SHA "$6$/NuTA1v2kSaramBX$l3wtJv7ow7psaMkrB2gfr/CFLsGxkYfDL5cWmPE7tJpds5rCMnEIaPdNHEb8/" \
	"mf923iveyxNQAjan9mbPFVo6."
#define BCRYPT "$2b$05$GysN.JAnCtj.AcRG0ZRsPOUu.bi3hEzO6oat2xXyYKA6sGX8Vso4S"
#define MD5 "$1$u362PWWW$n0Qc3fnJUTb7j7WA815Dm0"

/* Hashes of the password `hola`. */
static struct {
	char const *hash, *class;
	bool weak;
} const known[] = {
	{YES, "$y$j9T$", false},
	{"$gy$j9T$wj38BDa9Av9jXSGsz.TxK.$kPoHIif5/nXlST2X54LYYzUsX.mFYsMRZBRwVU8nQB1", "$gy$j9T$", false},
	{"$7$CU..../....naB3wVjZutxIUDS6tAgM4/$KVl3J.TIHeurJa59/4tfuU7B71AmF9i9Uf1UPo96LjC",
		"$7$CU..../....", false},
	{BCRYPT, "$2$05$", false},
	{"$2y$05$m/dzwSKWetceZlbrUaIqJuplxI6mGKlIh9z2XEx3FsIGtJwFQW/Oe", "$2$05$", false},
	{SHA, "$6$", false},
	{"$5$G80H4iTilr7XvP4H$.u1jxHB5BW4xAyh.3s4Y7IrEog4CVE1n67hMQirVHVA", "$5$", true},
	{MD5, "$1$", true},
};

START_TEST(password_verify_knows_each_method)
{
	char const *hash = known[_i].hash;
	size_t n = strlen(hash);
	char class[PASSWORD_CLASS];
	ck_assert(password_is_known(hash, n));
	ck_assert(password_is_weak(hash, n) == known[_i].weak);
	ck_assert_uint_eq(password_class(class, hash, n), strlen(known[_i].class));
	ck_assert_mem_eq(class, known[_i].class, strlen(known[_i].class));
	ck_assert(!password_is_known(hash, n - 1));
	ck_assert_int_eq(password_verify(hash, n, "hola"), PASSWORD_RIGHT);
	ck_assert_int_eq(password_verify(hash, n, "Hola"), PASSWORD_WRONG);
	ck_assert_int_eq(password_verify(hash, n, ""), PASSWORD_WRONG);
	ck_assert_int_eq(password_verify(hash, n - 1, "hola"), PASSWORD_WRONG);
}
END_TEST

static char const *const unknown[] = {
	"", "$", "$y$", "$6$", "*", "!", "x", "secret", "drxWPqt3EDTuo", "_J9..V3l66q47EP7z8w.",
	"$3$$0d7f1f2bdeac6e574d6e18ca85fb58a7", "$9$abc$def", "{SSHA}abcdef==", YES "x", YES " ",
	"!" YES, SHA ":", "$6$l3wtJv7ow7psaMkrB2gfr/CFLsGxkYfDL5cWmPE7tJpds5rCMnEIaPdNHEb8/",
	"$2b$05$Gys!.JAnCtj.AcRG0ZRsPOUu.bi3hEzO6oat2xXyYKA6sGX8Vso4S",
	"$y$j9T$RVVAncg35fpWY913VeBCF.:$GqyYpRGB3FagVL3MtxJnyerotXudf3DxNHgvyT4p0i9",
};

START_TEST(password_known_refuses_other_hashes)
{
	ck_assert_msg(!password_is_known(unknown[_i], strlen(unknown[_i])), "%s", unknown[_i]);
}
END_TEST

START_TEST(password_known_refuses_an_over_long_cost)
{
	char s[1000] = "$6$rounds=";
	memset(s + 10, '1', sizeof s - 10);
	char class[PASSWORD_CLASS];
	ck_assert(!password_is_known(s, sizeof s));
	s[sizeof s - 1] = '$';
	ck_assert_uint_eq(password_class(class, s, sizeof s), 0);
}
END_TEST

START_TEST(password_verify_reports_an_unknown_hash)
{
	errno = 0;
	ck_assert_int_eq(password_verify("$9$a", 4, "x"), PASSWORD_ERROR);
	ck_assert_int_eq(errno, EINVAL);
	errno = 0;
	ck_assert_int_eq(password_verify("$6$\0", 4, "x"), PASSWORD_ERROR);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

static struct {
	char const *name;
	unsigned long cost;
	char const *class;
} const methods[] = {
	{"yescrypt", 1, "$y$j75$"}, {"yescrypt", 5, "$y$j9T$"},
	{"bcrypt", 4, "$2$04$"},
	{"sha512", 1000, "$6$rounds=1000$"},
};

START_TEST(password_hash_makes_a_known_hash_with_a_new_salt)
{
	struct password_method const *m = password_method(methods[_i].name);
	char one[PASSWORD_HASH], two[PASSWORD_HASH], class[PASSWORD_CLASS];
	ck_assert_ptr_nonnull(m);
	ck_assert(password_hash(one, m, methods[_i].cost, "se\xc3\xb1or"));
	ck_assert(password_hash(two, m, methods[_i].cost, "se\xc3\xb1or"));
	ck_assert_str_ne(one, two);
	ck_assert(password_is_known(one, strlen(one)) && !password_is_weak(one, strlen(one)));
	ck_assert_uint_eq(password_class(class, one, strlen(one)), strlen(methods[_i].class));
	ck_assert_mem_eq(class, methods[_i].class, strlen(methods[_i].class));
	ck_assert_int_eq(password_verify(one, strlen(one), "se\xc3\xb1or"), PASSWORD_RIGHT);
	ck_assert_int_eq(password_verify(one, strlen(one), "senor"), PASSWORD_WRONG);
}
END_TEST

START_TEST(password_method_finds_no_other_name)
{
	ck_assert_ptr_null(password_method("md5"));
	ck_assert_ptr_null(password_method(""));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("password");
	TCase *c = unit_case("password");
	tcase_add_loop_test(c, password_verify_knows_each_method, 0, sizeof known / sizeof *known);
	tcase_add_loop_test(c, password_known_refuses_other_hashes, 0, sizeof unknown / sizeof *unknown);
	tcase_add_test(c, password_known_refuses_an_over_long_cost);
	tcase_add_test(c, password_verify_reports_an_unknown_hash);
	tcase_add_loop_test(c, password_hash_makes_a_known_hash_with_a_new_salt, 0, sizeof methods / sizeof *methods);
	tcase_add_test(c, password_method_finds_no_other_name);
	suite_add_tcase(s, c);
	return s;
}
