/* The accounts text: its entries, and the message of every fault. */
#include "accounts/accounts.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static bool hash_known(char const *hash, size_t n)
{
	return n == 4 && memcmp(hash, "HASH", 4) == 0;
}

/* The faults of a text, one a line. */
static char const *faults(char const *text, size_t n)
{
	static char out[20000];
	char *copy = malloc(n + 1); /* of exact size, so that a sanitizer finds reads past its end */
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
	{"plan a maxrcpt=\n", "line 1: not a number from 1 to 4294967295: maxrcpt=\n"},
	{"plan a maxrcpt=0\n", "line 1: not a number from 1 to 4294967295: maxrcpt=0\n"},
	{"plan a maxrcpt=5k\n", "line 1: not a number from 1 to 4294967295: maxrcpt=5k\n"},
	{"plan a maxrcpt=4294967296\n",
		"line 1: not a number from 1 to 4294967295: maxrcpt=4294967296\n"},
	{"plan a maxday=0\n", "line 1: not a number from 1 to 4294967295: maxday=0\n"},
	{"plan a maxwait=0\n", "line 1: not a number from 1 to 9223372036854775807: maxwait=0\n"},
	{"plan a maxwait=1G\n", "line 1: not a number from 1 to 9223372036854775807: maxwait=1G\n"},
	{"plan a maxwait=9223372036854775808\n",
		"line 1: not a number from 1 to 9223372036854775807: maxwait=9223372036854775808\n"},
	{"plan a maxday=1 maxday=2\n", "line 1: a setting given twice: maxday=2\n"},
	{"plan a sandbox=true\n", "line 1: neither yes nor no: sandbox=true\n"},
	{"plan a x=http://x.com/a\n",
		"line 1: not an https:// URL of at most 255 octets of ASCII: x=http://x.com/a\n"},
	{"plan a x=https://\n", "line 1: not an https:// URL of at most 255 octets of ASCII: x=https://\n"},
	{"plan a x=https:///a\n", "line 1: not an https:// URL of at most 255 octets of ASCII: x=https:///a\n"},
	{"plan a tiktok=https://a/\"b\n",
		"line 1: not an https:// URL of at most 255 octets of ASCII: tiktok=https://a/\"b\n"},
	{"plan a telegram=https://t.me/\xc3\xb1\n",
		"line 1: not an https:// URL of at most 255 octets of ASCII: telegram=https://t.me/??\n"},
	{"plan a myspace=https://a/b\n", "line 1: unknown setting: myspace=https://a/b\n"},
	{"plan a xx=https://a/b\n", "line 1: unknown setting: xx=https://a/b\n"},
	{"plan a maxrcpt=1 maxrcpt=1\n", "line 1: a setting given twice: maxrcpt=1\n"},
	{"plan a credit=no credit=yes\n", "line 1: a setting given twice: credit=yes\n"},
	{"plan a credit=\n", "line 1: neither yes nor no: credit=\n"},
	{"plan a credit=YES\n", "line 1: neither yes nor no: credit=YES\n"},
	{"plan a y=1\nuser v.a HASH\n", "line 1: unknown setting: y=1\n"},
	{"plan a\nuser a HASH\n", "line 2: not a login (user.plan): a\n"},
	{"plan a\nuser .a HASH\n", "line 2: not a login (user.plan): .a\n"},
	{"plan a\nuser v\x01.a HASH\n", "line 2: not a login (user.plan): v?.a\n"},
	{"plan a\nuser v\xf1.a HASH\n", "line 2: not a login (user.plan): v?.a\n"},
	{"plan a\nuser v.a\n", "line 2: a user without a password hash: v.a\n"},
	{"plan a\nuser v.a secret\n", "line 2: not a whole password hash of a known method: v.a\n"},
	{"plan a\nuser v.a HASH HASH\n",
		"line 2: not a whole password hash of a known method: v.a\n"},
	{"plan a\nsender a\n", "line 2: the sender's address is missing\n"},
	{"plan a\nsender a b\n", "line 2: not an address: b\n"},
	{"plan a\nsender a <b@c.es>\n", "line 2: not an address: <b@c.es>\n"},
	{"plan a\nsender a a<b>@c.es\n", "line 2: not an address: a<b>@c.es\n"},
	{"plan a\nsender a b@c.es d@c.es\n", "line 2: a second address; give each sender a line: d@c.es\n"},
	{"plan a\nsender a b@c.es La tienda @ casa\n", ""},
	{"plan a\nsender a \"b \\\" c\"@c.es El Almac\xc3\xa9n  \n", ""},
	{"plan a\nsender a \"b c\n", "line 2: not an address: \"b c\n"},
	{"plan a\nsender a b@c.es Jos\xe9\n",
		"line 2: the sender's name is not UTF-8 without control characters: Jos?\n"},
	{"plan a\nsender a b@c.es Jos\x01\n",
		"line 2: the sender's name is not UTF-8 without control characters: Jos?\n"},
	{"plan a\nsender a b@c.es a\tb\n",
		"line 2: the sender's name is not UTF-8 without control characters: a?b\n"},
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

START_TEST(accounts_read_names_every_fault)
{
	ck_assert_str_eq(faults(cases[_i].text, strlen(cases[_i].text)), cases[_i].faults);
}
END_TEST

START_TEST(accounts_read_refuses_a_nul)
{
	ck_assert_str_eq(faults("plan a\nplan b\0c\n", 16), "line 2: a NUL in the line\n");
}
END_TEST

static char const *faults_of_login(size_t n)
{
	char text[400] = "plan a\nuser ";
	memset(text + 12, 'v', n - 2);
	strcpy(text + 12 + n - 2, ".a HASH\n");
	return faults(text, strlen(text));
}

START_TEST(a_login_has_at_most_250_octets)
{
	ck_assert_str_eq(faults_of_login(250), "");
	ck_assert_ptr_nonnull(strstr(faults_of_login(251), "line 2: a login over 250 octets: vvv"));
}
END_TEST

static char const *faults_of_display_name(size_t n)
{
	char text[400] = "plan a\nsender a b@c.es ";
	memset(text + 23, 'n', n);
	return faults(text, 23 + n);
}

START_TEST(a_display_name_has_at_most_200_octets)
{
	ck_assert_str_eq(faults_of_display_name(200), "");
	ck_assert_ptr_nonnull(strstr(faults_of_display_name(201), "line 2: the sender's name is over 200 octets: nnn"));
}
END_TEST

static char const *faults_of_profile(size_t n)
{
	char text[400] = "plan a x=https://";
	memset(text + 17, 'p', n - 8);
	return faults(text, 9 + n);
}

START_TEST(a_profile_has_at_most_255_octets)
{
	ck_assert_str_eq(faults_of_profile(255), "");
	ck_assert_str_ne(faults_of_profile(256), "");
}
END_TEST

START_TEST(accounts_explain_cuts_a_long_word)
{
	char text[2000] = "sender ";
	memset(text + 7, 'x', 1990);
	ck_assert_uint_eq(strlen(faults(text, 1997)), ACCOUNTS_WHY + 1);
}
END_TEST

START_TEST(accounts_read_sorts_entries_and_lowers_addresses)
{
	char text[] = "sender b \xc3\x91O@X.es\nuser v.a HASH\nsender a z@x.es\nplan b credit=yes\nplan a maxrcpt=7\n";
	struct accounts a = {0};
	ck_assert(accounts_read(&a, text, strlen(text), hash_known));
	ck_assert_uint_eq(a.faults, 0);
	ck_assert_uint_eq(a.count, 5);
	struct accounts_entry const *e = a.entry;
	ck_assert(e[0].kind == ACCOUNTS_PLAN && *e[0].name == 'a' && e[0].settings.maxrcpt == 7 && !e[0].settings.credit);
	ck_assert(e[1].kind == ACCOUNTS_PLAN && *e[1].name == 'b' && e[1].settings.maxrcpt == 0 && e[1].settings.credit);
	ck_assert(e[2].kind == ACCOUNTS_USER && e[2].plan_len == 1 && *e[2].plan == 'a' && e[2].hash.n == 4);
	ck_assert(e[3].kind == ACCOUNTS_SENDER && *e[3].plan == 'a');
	ck_assert(e[4].kind == ACCOUNTS_SENDER && *e[4].plan == 'b' && e[4].line == 1);
	ck_assert_mem_eq(e[4].name, "\xc3\x91o@x.es", e[4].name_len);
	accounts_free(&a);
}
END_TEST

START_TEST(accounts_read_normalizes_a_sender)
{
	char text[] = "plan a\nsender a \"Ana\"@B.es\nsender a ana@\xc3\xb1" "and\xc3\xba.es  Ana\nsender a \"a\\n\\a\"@b.es\n"
		"sender a ana@xn--and-6ma2c.es\n";
	struct accounts a = {0};
	ck_assert(accounts_read(&a, text, strlen(text), hash_known));
	ck_assert_uint_eq(a.count, 5);
	ck_assert_uint_eq(a.faults, 2); /* each entry is there twice */
	ck_assert_int_eq(a.fault[0].wrong, ACCOUNTS_TWICE);
	ck_assert_int_eq(a.fault[1].wrong, ACCOUNTS_TWICE);
	ck_assert_uint_eq(a.entry[1].name_len, strlen("ana@b.es"));
	ck_assert_mem_eq(a.entry[1].name, "ana@b.es", a.entry[1].name_len);
	ck_assert_uint_eq(a.entry[3].name_len, strlen("ana@xn--and-6ma2c.es"));
	ck_assert_mem_eq(a.entry[3].name, "ana@xn--and-6ma2c.es", a.entry[3].name_len);
	accounts_free(&a);
}
END_TEST

START_TEST(a_sender_line_has_a_display_name)
{
	char text[] = "plan a\nsender a \"X y\"@z.es \t La tienda de Acme \t\r\nsender a x@z.es\n";
	struct accounts a = {0};
	ck_assert(accounts_read(&a, text, strlen(text), hash_known));
	ck_assert_uint_eq(a.faults, 0);
	ck_assert_uint_eq(a.count, 3);
	ck_assert_uint_eq(a.entry[1].name_len, strlen("\"x y\"@z.es"));
	ck_assert_mem_eq(a.entry[1].name, "\"x y\"@z.es", a.entry[1].name_len);
	ck_assert_uint_eq(a.entry[1].display.n, strlen("La tienda de Acme"));
	ck_assert_mem_eq(a.entry[1].display.s, "La tienda de Acme", a.entry[1].display.n);
	ck_assert_uint_eq(a.entry[2].display.n, 0);
	accounts_free(&a);
}
END_TEST

static char const *const settings[] = {
	"",
	"maxrcpt=50000",
	"credit=yes",
	"maxrcpt=4294967295 maxday=4294967295 maxwait=9223372036854775807 credit=yes sandbox=yes",
	"maxday=1 maxwait=1",
	"facebook=https://facebook.com/a x=https://x.com/a instagram=https://instagram.com/a "
	"linkedin=https://linkedin.com/in/a youtube=https://youtube.com/@a tiktok=https://tiktok.com/@a "
	"whatsapp=https://wa.me/34600000000 telegram=https://t.me/a",
};

START_TEST(accounts_plan_fmt_writes_what_accounts_plan_scan_reads)
{
	char out[ACCOUNTS_SETTINGS];
	struct accounts_plan plan;
	ck_assert(accounts_plan_scan(&plan, settings[_i], strlen(settings[_i]), NULL));
	size_t n = accounts_plan_fmt(out, &plan);
	ck_assert_uint_eq(n, strlen(settings[_i]));
	ck_assert_mem_eq(out, settings[_i], n);
}
END_TEST

START_TEST(the_longest_settings_fit)
{
	char text[4000] = "maxrcpt=4294967295 maxday=4294967295 maxwait=9223372036854775807 credit=yes sandbox=yes";
	char out[ACCOUNTS_SETTINGS];
	struct accounts_plan plan;
	size_t n = strlen(text);
	for (enum accounts_network i = 0; i < ACCOUNTS_NETWORKS; i++) {
		int start = sprintf(text + n, " %s=", accounts_network_name(i));
		memcpy(text + n + start, "https://", 8);
		memset(text + n + start + 8, 'u', ACCOUNTS_PROFILE - 8);
		n += (size_t)start + ACCOUNTS_PROFILE;
	}
	ck_assert_uint_le(n, ACCOUNTS_SETTINGS);
	ck_assert(accounts_plan_scan(&plan, text, n, NULL));
	ck_assert_uint_eq(accounts_plan_fmt(out, &plan), n);
	ck_assert_mem_eq(out, text, n);
}
END_TEST

START_TEST(a_plan_without_settings_has_the_defaults)
{
	struct accounts_plan plan;
	ck_assert(accounts_plan_scan(&plan, " \t", 2, NULL));
	ck_assert_uint_eq(plan.maxrcpt, 0);
	ck_assert_uint_eq(plan.maxday, 1000000);
	ck_assert_uint_eq(plan.maxwait, 1073741824);
	ck_assert(!plan.credit && !plan.sandbox && !plan.profile[ACCOUNTS_X].n);
	ck_assert(accounts_plan_scan(&plan, "maxday=5 sandbox=yes x=https://x.com/acme maxwait=70000", 55, NULL));
	ck_assert_uint_eq(plan.maxday, 5);
	ck_assert_uint_eq(plan.maxwait, 70000);
	ck_assert(plan.sandbox && !plan.credit && plan.profile[ACCOUNTS_X].n == 18);
	ck_assert_mem_eq(plan.profile[ACCOUNTS_X].s, "https://x.com/acme", 18);
}
END_TEST

START_TEST(accounts_plan_scan_does_not_change_the_plan_on_a_fault)
{
	struct accounts_plan plan = {.maxrcpt = 3, .credit = true};
	ck_assert(!accounts_plan_scan(&plan, "maxrcpt=9 y", 11, NULL));
	ck_assert(plan.maxrcpt == 3 && plan.credit);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("accounts");
	TCase *c = unit_case("accounts");
	tcase_add_loop_test(c, accounts_read_names_every_fault, 0, sizeof cases / sizeof *cases);
	tcase_add_test(c, accounts_read_refuses_a_nul);
	tcase_add_test(c, a_login_has_at_most_250_octets);
	tcase_add_test(c, accounts_explain_cuts_a_long_word);
	tcase_add_test(c, accounts_read_sorts_entries_and_lowers_addresses);
	tcase_add_test(c, accounts_read_normalizes_a_sender);
	tcase_add_test(c, a_display_name_has_at_most_200_octets);
	tcase_add_test(c, a_profile_has_at_most_255_octets);
	tcase_add_test(c, a_sender_line_has_a_display_name);
	tcase_add_test(c, the_longest_settings_fit);
	tcase_add_test(c, a_plan_without_settings_has_the_defaults);
	tcase_add_loop_test(c, accounts_plan_fmt_writes_what_accounts_plan_scan_reads, 0, sizeof settings / sizeof *settings);
	tcase_add_test(c, accounts_plan_scan_does_not_change_the_plan_on_a_fault);
	suite_add_tcase(s, c);
	return s;
}
