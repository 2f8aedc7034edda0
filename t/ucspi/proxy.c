/* The PROXY protocol's header and the addresses in it, cut at every octet. */
#include "ucspi/proxy.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define SIG "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xc0\x00\x02\x01\xc6\x33\x64\x02\x30\x39\xe5\x4c" /* 192.0.2.1:12345 198.51.100.2:58700 */
#define V6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\x02" "\0\1\xff\xff"
#define SSL "\x20\0\x24\x01\0\0\0\0" "\x21\0\7TLSv1.3" "\x23\0\x12" "ECDHE-RSA-CHACHA20"

/* Passes s[0..n) to proxy_take, at most `step` octets at a time; *used counts them. */
static enum proxy_fault feed(struct proxy *p, char const *s, size_t n, size_t step, size_t *used)
{
	enum proxy_fault fault = PROXY_OK;
	proxy_start(p);
	for (*used = 0; fault == PROXY_OK && *used < n;) {
		size_t k = proxy_want(p);
		if (k == 0)
			break;
		if (k > step)
			k = step;
		if (k > n - *used)
			k = n - *used;
		ck_assert_uint_le(p->len + k, PROXY_HEADER);
		memcpy(p->s + p->len, s + *used, k);
		*used += k;
		fault = proxy_take(p, k);
	}
	return fault;
}

#define S(x) x, sizeof x - 1

static struct {
	char const *s;
	size_t n;
	bool known;
	char const *remote;
	unsigned int remote_port;
	char const *local;
	unsigned int local_port;
	char const *tls;
} const good[] = {
	{S("PROXY TCP4 192.0.2.1 198.51.100.2 12345 58700\r\n"), true, "192.0.2.1", 12345, "198.51.100.2", 58700, ""},
	{S("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), true,
		"255.255.255.255", 65535, "255.255.255.255", 65535, ""},
	{S("PROXY TCP4 0.0.0.0 1.2.3.4 0 1\r\n"), true, "0.0.0.0", 0, "1.2.3.4", 1, ""},
	{S("PROXY TCP6 2001:DB8::1 ::ffff:198.51.100.2 1 65535\r\n"), true, "2001:db8::1", 1, "198.51.100.2", 65535, ""},
	{S("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
		true, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, ""},
	{S("PROXY UNKNOWN\r\n"), false, "", 0, "", 0, ""},
	{S("PROXY UNKNOWN whatever 1 2 3\r\n"), false, "", 0, "", 0, ""},
	{S("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
		false, "", 0, "", 0, ""},
	{S(SIG "\x21\x11\0\x0c" V4), true, "192.0.2.1", 12345, "198.51.100.2", 58700, ""},
	{S(SIG "\x21\x21\0\x24" V6), true, "2001:db8::1", 1, "198.51.100.2", 65535, ""},
	{S(SIG "\x20\x00\0\0"), false, "", 0, "", 0, ""},
	{S(SIG "\x20\x11\0\x0c" V4), false, "", 0, "", 0, ""},
	{S(SIG "\x20\xff\0\3abc"), false, "", 0, "", 0, ""},
	{S(SIG "\x21\x00\0\0"), false, "", 0, "", 0, ""},
	{S(SIG "\x21\x12\0\x0c" V4), false, "", 0, "", 0, ""},
	{S(SIG "\x21\x01\0\3\4\0\0"), false, "", 0, "", 0, ""},
	/* an unknown field, a field without value, TLS, a checksum */
	{S(SIG "\x21\x11\0\x18" V4 "\xe0\0\6\r\nQUIT\4\0\0"), true, "192.0.2.1", 12345, "198.51.100.2", 58700, ""},
	{S(SIG "\x21\x11\0\x33" V4 SSL), true, "192.0.2.1", 12345, "198.51.100.2", 58700, "TLSv1.3"},
	{S(SIG "\x21\x11\0\x14" V4 "\x20\0\5\0\0\0\0\0"), true, "192.0.2.1", 12345, "198.51.100.2", 58700, ""},
	{S(SIG "\x21\x11\0\x13" V4 "\3\0\4\xd6\x90\x39\x23"), true, "192.0.2.1", 12345, "198.51.100.2", 58700, ""},
};

START_TEST(proxy_take_reads_good_headers_and_not_an_octet_more)
{
	static struct proxy p;
	char s[512];
	size_t n = good[_i].n, used;
	ck_assert_uint_lt(n, sizeof s - 20);
	memcpy(s, good[_i].s, n);
	memcpy(s + n, "EHLO x\r\nQUIT\r\nmore\r\n", 20);
	for (size_t step = 1; step <= n; step++) {
		ck_assert_int_eq(feed(&p, s, n + 20, step, &used), PROXY_OK);
		ck_assert(p.done);
		ck_assert_uint_eq(used, n); /* no octet after the header */
		ck_assert_int_eq(p.known, good[_i].known);
		ck_assert_str_eq(p.tls, good[_i].tls);
		if (!p.known)
			continue;
		ck_assert_str_eq(p.remote.ip, good[_i].remote);
		ck_assert_str_eq(p.local.ip, good[_i].local);
		ck_assert_uint_eq(p.remote.port, good[_i].remote_port);
		ck_assert_uint_eq(p.local.port, good[_i].local_port);
	}
	for (size_t cut = 0; cut < n; cut++) {
		ck_assert_int_eq(feed(&p, s, cut, n, &used), PROXY_OK);
		ck_assert(!p.done);
		ck_assert_uint_eq(used, cut);
	}
}
END_TEST

static struct {
	char const *s;
	size_t n;
	enum proxy_fault fault;
} const bad[] = {
	{S("EHLO x\r\n"), PROXY_NONE},
	{S("\x16\x03\x01\x02"), PROXY_NONE},
	{S("\r\n\r\n\r\n"), PROXY_NONE},
	{S("\0"), PROXY_NONE},
	{S("PROXY\r\n"), PROXY_NONE},
	{S("proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n"), PROXY_NONE},
	{S("PROXY \r\nEHLO abc\r\n"), PROXY_LINE},
	{S("PROXY TCP5 1.2.3.4 1.2.3.4 1 1\r\n"), PROXY_FAMILY},
	{S("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n"), PROXY_FAMILY},
	{S("PROXY UNKNOWNS\r\n"), PROXY_FAMILY},
	{S("PROXY  TCP4 1.2.3.4 1.2.3.4 1 1\r\n"), PROXY_FAMILY},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), PROXY_LINE},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n"), PROXY_LINE},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n"), PROXY_LINE},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n"), PROXY_LINE},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\rX\n"), PROXY_LINE},
	{S("PROXY UNKNOWN a\rb\r\n"), PROXY_LINE},
	{S("PROXY TCP4 1.2.3.4  1.2.3.4 1 1\r\n"), PROXY_LINE},
	{S("PROXY TCP4 01.2.3.4 1.2.3.4 1 1\r\n"), PROXY_ADDRESS},
	{S("PROXY TCP4 1.2.3.256 1.2.3.4 1 1\r\n"), PROXY_ADDRESS},
	{S("PROXY TCP4 ::1 1.2.3.4 1 1\r\n"), PROXY_ADDRESS},
	{S("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n"), PROXY_ADDRESS},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4\t 1 1\r\n"), PROXY_ADDRESS},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n"), PROXY_PORT},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 1 -1\r\n"), PROXY_PORT},
	{S("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n"), PROXY_PORT},
	{S("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 655355\r\n"),
		PROXY_LONG},
	{S("PROXY UNKNOWN 123456789012345678901234567890123456789012345678901234567890"
		"123456789012345678901234567890123456789012345678901234567890\r\n"), PROXY_LONG},
	{S(SIG "\x31"), PROXY_VERSION},
	{S(SIG "\x11\x11\0\x0c" V4), PROXY_VERSION},
	{S(SIG "\x22\x11\0\x0c" V4), PROXY_COMMAND},
	{S(SIG "\x21\x41\0\x0c" V4), PROXY_FAMILY},
	{S(SIG "\x21\x13\0\x0c" V4), PROXY_FAMILY},
	{S(SIG "\x21\x11\0\x0b" V4), PROXY_SHORT},
	{S(SIG "\x21\x21\0\x0c" V4), PROXY_SHORT},
	{S(SIG "\x21\x31\0\x0c" V4), PROXY_SHORT},
	{S(SIG "\x21\x11\x0f\xf1" V4), PROXY_LONG},
	{S(SIG "\x20\x00\xff\xff"), PROXY_LONG},
	{S(SIG "\x21\x11\0\x0e" V4 "\4\0"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x0f" V4 "\4\0\1"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x0f" V4 "\4\xff\xff"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x12" V4 "\3\0\3abc"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x13" V4 "\3\0\4\xd6\x90\x39\x24"), PROXY_CHECKSUM},
	{S(SIG "\x21\x11\0\x13" V4 "\x20\0\4\1\0\0\0"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x17" V4 "\x20\0\x08\1\0\0\0\0\x21\0\1"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x18" V4 "\x20\0\x09\1\0\0\0\0\x21\0\1\n"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x17" V4 "\x20\0\x08\1\0\0\0\0\x21\0\0"), PROXY_TLV},
	{S(SIG "\x21\x11\0\x27" V4 "\x20\0\x18\1\0\0\0\0\x21\0\x10" "0123456789abcdef"), PROXY_TLV},
};

START_TEST(proxy_take_refuses_bad_headers)
{
	static struct proxy p;
	for (size_t step = 1; step <= bad[_i].n; step++) {
		size_t used;
		ck_assert_int_eq(feed(&p, bad[_i].s, bad[_i].n, step, &used), bad[_i].fault);
		ck_assert(proxy_reason(bad[_i].fault)[0] != 0);
	}
}
END_TEST

START_TEST(the_longest_header_fits)
{
	static struct proxy p;
	static char s[PROXY_HEADER + 1];
	size_t used;
	memcpy(s, S(SIG "\x21\x11\x0f\xf0" V4 "\4\x0f\xe1"));
	ck_assert_int_eq(feed(&p, s, sizeof s, sizeof s, &used), PROXY_OK);
	ck_assert(p.done && p.known);
	ck_assert_uint_eq(used, PROXY_HEADER);
}
END_TEST

static struct {
	char const *in, *out; /* NULL: refused */
} const sixes[] = {
	{"::", "::"}, {"::1", "::1"}, {"1::", "1::"}, {"1::2", "1::2"},
	{"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
	{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"}, {"0001:02:3:4:5:6:7:0008", "1:2:3:4:5:6:7:8"},
	{"1:0:0:2:0:0:0:3", "1:0:0:2::3"}, {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"}, {"1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"},
	{"::ffff:192.0.2.1", "192.0.2.1"}, {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
	{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
	{":", NULL}, {":::", NULL}, {"1", NULL}, {":1", NULL}, {"1:", NULL}, {"1::2::3", NULL},
	{"1:2:3:4:5:6:7", NULL}, {"1:2:3:4:5:6:7:8:9", NULL}, {"12345::", NULL}, {"g::", NULL}, {"1::2:", NULL},
	{"::1.2.3", NULL}, {"::1.2.3.4:5", NULL}, {"1.2.3.4", NULL}, {"1:2:3:4:5:6:7:1.2.3.4", NULL},
	{"fe80::1%eth0", NULL}, {"::1\t", NULL}, {"::ffff:01.2.3.4", NULL},
};

START_TEST(version_1_reads_ipv6_addresses_strictly)
{
	static struct proxy p;
	char header[108];
	size_t used, n = (size_t)snprintf(header, sizeof header, "PROXY TCP6 %s ::1 1 2\r\n", sixes[_i].in);
	enum proxy_fault fault = feed(&p, header, n, n, &used);
	ck_assert_int_eq(fault, sixes[_i].out ? PROXY_OK : PROXY_ADDRESS);
	if (sixes[_i].out)
		ck_assert_str_eq(p.remote.ip, sixes[_i].out);
}
END_TEST

/* A NUL must not end the address early. */
START_TEST(version_1_refuses_a_nul_in_an_address)
{
	static struct proxy p;
	size_t used;
	ck_assert_int_eq(feed(&p, S("PROXY TCP4 192.0.2.1\0.2 192.0.2.2 1 2\r\n"), 200, &used), PROXY_ADDRESS);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("proxy");
	TCase *t = unit_case("proxy");
	tcase_add_loop_test(t, proxy_take_reads_good_headers_and_not_an_octet_more, 0, sizeof good / sizeof *good);
	tcase_add_loop_test(t, proxy_take_refuses_bad_headers, 0, sizeof bad / sizeof *bad);
	tcase_add_test(t, the_longest_header_fits);
	tcase_add_loop_test(t, version_1_reads_ipv6_addresses_strictly, 0, sizeof sixes / sizeof *sixes);
	tcase_add_test(t, version_1_refuses_a_nul_in_an_address);
	suite_add_tcase(s, t);
	return s;
}
