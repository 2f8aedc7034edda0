/* Paths, addresses, logins, parameters. The last octet chooses whether UTF-8 is allowed. */
#include "mail/address.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "smtp/esmtp.h"
#include "fuzz.h"

/* No octet may break the line of a spool file, or an envelope. */
static void check_octets(char const *s, size_t n, bool utf8)
{
	must(n > 2 && n <= ADDRESS_MAX && memchr(s, '@', n));
	for (size_t i = 0; i < n; i++) {
		must((unsigned char)s[i] >= 0x20 && s[i] != 0x7f);
		must(utf8 || (unsigned char)s[i] < 0x80);
	}
	must(utf8_valid(s, n));
}

static void check_path(char const *s, size_t n, bool utf8)
{
	size_t at = 0, len = 0, used = 0, at2, len2, used2;
	struct esmtp_mail mail;
	enum address_fault fault = address_path(s, n, utf8, &at, &len, &used);
	if (fault != ADDRESS_OK && fault != ADDRESS_EMPTY)
		return;
	must(used <= n);
	enum esmtp_fault wrong = esmtp_mail(s + used, n - used, &mail);
	must(wrong == ESMTP_OK || wrong == ESMTP_SYNTAX || wrong == ESMTP_VALUE || wrong == ESMTP_UNKNOWN);
	must(esmtp_rcpt(s + used, n - used) != ESMTP_VALUE);
	if (fault == ADDRESS_EMPTY)
		return;
	must(at + len <= used);
	check_octets(s + at, len, utf8);
	must(address_check(s + at, len, utf8) == ADDRESS_OK);
	must(address_check(s + at, len, true) == ADDRESS_OK);
	/* the normalized address is an address in a path, and normalizing it again changes nothing */
	char path[ADDRESS_MAX + 2], form[ADDRESS_MAX];
	size_t n1, n2;
	if (!address_normalize(s + at, len, path + 1, &n1))
		return;
	check_octets(path + 1, n1, utf8);
	path[0] = '<';
	path[1 + n1] = '>';
	char *exact = fuzz_copy(path, n1 + 2);
	must(address_path(exact, n1 + 2, utf8, &at2, &len2, &used2) == ADDRESS_OK);
	must(at2 == 1 && len2 == n1 && used2 == n1 + 2);
	must(address_normalize(exact + 1, n1, form, &n2) && fuzz_same(exact + 1, n1, form, n2));
	free(exact);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	bool utf8 = fuzz_choice(data, &n) & 1;
	char *s = fuzz_copy(data, n);
	check_path(s, n, utf8);
	if (address_check(s, n, utf8) == ADDRESS_OK)
		check_octets(s, n, utf8);
	size_t plan = address_login_plan(s, n);
	must(plan < n || plan == 0);
	if (plan) {
		must(plan >= 2 && s[plan - 1] == '.' && address_is_plan(s + plan, n - plan));
		must(!memchr(s + plan, '.', n - plan));
	}
	free(s);
	return 0;
}
