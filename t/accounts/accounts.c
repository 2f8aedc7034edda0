/* The accounts text: what is read, and that every fault is found and named. */
#include "accounts/accounts.h"
#include "unit.h"

#include <string.h>

static bool hash_known(char const *hash, size_t n)
{
	return n == 4 && memcmp(hash, "HASH", 4) == 0;
}

/* The faults of a text, one a line. */
static char const *faults(char const *text, size_t n)
{
	static char out[20000];
	char *copy = malloc(n + 1); /* exactly as long: what reads past it is seen */
	size_t len = 0;
	struct accounts a = {0};
	memcpy(copy, text, n);
	ck_assert(accounts_read(&a, copy, n, hash_known));
	for (size_t i = 0; i < a.faults; i++) {
		len += accounts_explain(out + len, &a.fault[i]);
		out[len++] = '\n';
	}
	out[len] = 0;
	accounts_free(&a);
	free(copy);
	return out;
}

static struct {
	char const *text, *faults;
} const cases[] = {
	{"plan acme\n", ""},
	{"plan acme", ""},
	{"\n  # plan b!\n\t\nplan acme\r\n", ""},
	{"plan acme maxrcpt=4294967295 credit=no\n", ""},
	{"user victor.acme HASH\nsender acme a@b.es\nplan acme\n", ""},
	{"plan acme\nuser a.b@c.es.acme  HASH \nsender acme \"a b\"@c.es\n", ""},
	{"plan acme\nsender acme \"a<b>\"@c.es\n", ""},
	{"plan acme\nsender acme \xc3\xb1@\xc3\xb1.es\n", ""},
	{"plan a\nplan b\nsender a x@y.es\nsender b x@y.es\n", ""},
	{"", "the text has neither plan, user nor sender\n"},
	{"# nothing\n", "the text has neither plan, user nor sender\n"},
	{"plane acme\n", "line 1: neither plan, user nor sender: plane\n"},
	{"Plan acme\n", "line 1: neither plan, user nor sender: Plan\n"},
	{"plan\n", "line 1: the name is missing\n"},
	{"user \nsender\t\n", "line 1: the name is missing\nline 2: the name is missing\n"},
	{"plan Acme\n", "line 1: not a plan's name (a-z, 0-9, _ and -, at most 64): Acme\n"},
	{"plan a maxrcpt\n", "line 1: unknown setting: maxrcpt\n"},
	{"plan a # x\n", "line 1: unknown setting: #\n"},
	{"plan a maxrcpt=\n", "line 1: maxrcpt takes a number from 1 to 4294967295: maxrcpt=\n"},
	{"plan a maxrcpt=0\n", "line 1: maxrcpt takes a number from 1 to 4294967295: maxrcpt=0\n"},
	{"plan a maxrcpt=5k\n", "line 1: maxrcpt takes a number from 1 to 4294967295: maxrcpt=5k\n"},
	{"plan a maxrcpt=4294967296\n",
		"line 1: maxrcpt takes a number from 1 to 4294967295: maxrcpt=4294967296\n"},
	{"plan a maxrcpt=1 maxrcpt=1\n", "line 1: a setting given twice: maxrcpt=1\n"},
	{"plan a credit=no credit=yes\n", "line 1: a setting given twice: credit=yes\n"},
	{"plan a credit=\n", "line 1: credit is yes or no: credit=\n"},
	{"plan a credit=YES\n", "line 1: credit is yes or no: credit=YES\n"},
	{"plan a x=1\nuser v.a HASH\n", "line 1: unknown setting: x=1\n"},
	{"plan a\nuser a HASH\n", "line 2: not a login (user.plan): a\n"},
	{"plan a\nuser .a HASH\n", "line 2: not a login (user.plan): .a\n"},
	{"plan a\nuser v\x01.a HASH\n", "line 2: not a login (user.plan): v?.a\n"},
	{"plan a\nuser v\xf1.a HASH\n", "line 2: not a login (user.plan): v?.a\n"},
	{"plan a\nuser v.a\n", "line 2: a user without a password's hash: v.a\n"},
	{"plan a\nuser v.a secret\n", "line 2: not a password's hash of a known method, whole: v.a\n"},
	{"plan a\nuser v.a HASH HASH\n",
		"line 2: not a password's hash of a known method, whole: v.a\n"},
	{"plan a\nsender a\n", "line 2: the sender's address is missing\n"},
	{"plan a\nsender a b\n", "line 2: not an address: b\n"},
	{"plan a\nsender a <b@c.es>\n", "line 2: not an address: <b@c.es>\n"},
	{"plan a\nsender a a<b>@c.es\n", "line 2: not an address: a<b>@c.es\n"},
	{"plan a\nsender a b@c.es d@c.es\n", "line 2: not an address: b@c.es d@c.es\n"},
	{"plan a\nsender a \xf1@c.es\n", "line 2: not an address: ?@c.es\n"},
	{"plan a\nplan b\nplan a maxrcpt=2\n", "line 3: given twice, first in line 1: a\n"},
	{"plan a\nuser v.a HASH\nuser v.a HASH\nuser v.a HASH\n",
		"line 3: given twice, first in line 2: v.a\nline 4: given twice, first in line 2: v.a\n"},
	{"plan a\nsender a X@y.es\nsender a x@Y.ES\n",
		"line 3: given twice, first in line 2: x@y.es\n"},
	{"user v.b HASH\nsender c x@y.es\nplan a\n",
		"line 1: no such plan in the text: b\nline 2: no such plan in the text: c\n"},
	{"x\ny\nplan a\nz\n", "line 1: neither plan, user nor sender: x\n"
		"line 2: neither plan, user nor sender: y\nline 4: neither plan, user nor sender: z\n"},
};

START_TEST(finds_faults)
{
	ck_assert_str_eq(faults(cases[_i].text, strlen(cases[_i].text)), cases[_i].faults);
}
END_TEST

START_TEST(refuses_nul)
{
	ck_assert_str_eq(faults("plan a\nplan b\0c\n", 16), "line 2: a NUL in the line\n");
}
END_TEST

static char const *with_login(size_t n)
{
	char text[400] = "plan a\nuser ";
	memset(text + 12, 'v', n - 2);
	strcpy(text + 12 + n - 2, ".a HASH\n");
	return faults(text, strlen(text));
}

START_TEST(measures_logins)
{
	ck_assert_str_eq(with_login(250), "");
	ck_assert_ptr_nonnull(strstr(with_login(251), "line 2: a login over 250 octets: vvv"));
}
END_TEST

START_TEST(bounds_what_it_says)
{
	char text[2000] = "sender ";
	memset(text + 7, 'x', 1990);
	ck_assert_uint_eq(strlen(faults(text, 1997)), ACCOUNTS_WHY + 1);
}
END_TEST

START_TEST(sorts_and_lowers)
{
	char text[] = "sender b \xc3\x91O@X.es\nuser v.a HASH\nsender a z@x.es\nplan b credit=yes\nplan a maxrcpt=7\n";
	struct accounts a = {0};
	ck_assert(accounts_read(&a, text, strlen(text), hash_known));
	ck_assert_uint_eq(a.faults, 0);
	ck_assert_uint_eq(a.count, 5);
	struct accounts_entry const *e = a.entry;
	ck_assert(e[0].kind == ACCOUNTS_PLAN && *e[0].name == 'a' && e[0].settings.maxrcpt == 7 && !e[0].settings.credit);
	ck_assert(e[1].kind == ACCOUNTS_PLAN && *e[1].name == 'b' && e[1].settings.maxrcpt == 0 && e[1].settings.credit);
	ck_assert(e[2].kind == ACCOUNTS_USER && e[2].plan_len == 1 && *e[2].plan == 'a' && e[2].hash_len == 4);
	ck_assert(e[3].kind == ACCOUNTS_SENDER && *e[3].plan == 'a');
	ck_assert(e[4].kind == ACCOUNTS_SENDER && *e[4].plan == 'b' && e[4].line == 1);
	ck_assert_mem_eq(e[4].name, "\xc3\x91o@x.es", e[4].name_len);
	accounts_free(&a);
}
END_TEST

static struct {
	struct accounts_plan plan;
	char const *text;
} const settings[] = {
	{{0, false}, ""},
	{{0, true}, "credit=yes"},
	{{50000, false}, "maxrcpt=50000"},
	{{UINT32_MAX, true}, "maxrcpt=4294967295 credit=yes"},
};

START_TEST(writes_settings)
{
	char out[ACCOUNTS_SETTINGS];
	struct accounts_plan back = {1, true};
	size_t n = accounts_plan_fmt(out, settings[_i].plan);
	ck_assert_uint_eq(n, strlen(settings[_i].text));
	ck_assert_mem_eq(out, settings[_i].text, n);
	ck_assert(accounts_plan_scan(&back, out, n, NULL));
	ck_assert_uint_eq(back.maxrcpt, settings[_i].plan.maxrcpt);
	ck_assert(back.credit == settings[_i].plan.credit);
}
END_TEST

START_TEST(leaves_the_plan_alone)
{
	struct accounts_plan plan = {3, true};
	ck_assert(!accounts_plan_scan(&plan, "maxrcpt=9 x", 11, NULL));
	ck_assert(plan.maxrcpt == 3 && plan.credit);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("accounts");
	TCase *c = unit_case("accounts");
	tcase_add_loop_test(c, finds_faults, 0, sizeof cases / sizeof *cases);
	tcase_add_test(c, refuses_nul);
	tcase_add_test(c, measures_logins);
	tcase_add_test(c, bounds_what_it_says);
	tcase_add_test(c, sorts_and_lowers);
	tcase_add_loop_test(c, writes_settings, 0, sizeof settings / sizeof *settings);
	tcase_add_test(c, leaves_the_plan_alone);
	suite_add_tcase(s, c);
	return s;
}
