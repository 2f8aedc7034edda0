/* The small files of the spool: count, credit/PLAN, quota/PLAN, seen/KEY. A parsed text is
   formatted as it was. For any text, numbers only rise, and sums stay the same. */
#include "mail/address.h"
#include "base/ascii.h"
#include "spool/number_format.h"
#include "spool/credit_format.h"
#include "base/date.h"
#include "spool/quota_format.h"
#include "spool/seen_format.h"
#include "fuzz.h"

static bool same_place(struct counter_place const *a, struct counter_place const *b)
{
	return !memcmp(a->boot, b->boot, COUNTER_BOOT) && a->device == b->device && a->inode == b->inode;
}

static void check_counter(char const *s, size_t n)
{
	struct counter c, d, before;
	char text[COUNTER_SIZE];
	struct counter_place here = {.device = 1, .inode = 2};
	uint64_t number, last = 0;
	bool raise;
	memset(here.boot, 'a', sizeof here.boot);
	if (!counter_parse(&c, s, n))
		return;
	must(c.limit <= COUNTER_MAX);
	counter_format(text, &c);
	must(counter_parse(&d, text, sizeof text));
	must(d.limit == c.limit && counter_next(&d, &c.place) == counter_next(&c, &c.place));
	must(counter_next(&c, &here) <= COUNTER_MAX);
	must(same_place(&c.place, &here) || counter_next(&c, &here) == c.limit);
	for (uint64_t i = 0, hosts = 1 + n % 5; i < 20; i++) {
		before = c;
		uint64_t floor = counter_next(&c, &here);
		if (!counter_take(&c, &here, i % 7 == 6 ? floor + 100 : 0, i % hosts, hosts, 10, &number, &raise)) {
			must(!memcmp(&before, &c, sizeof c));
			break;
		}
		must(number >= floor && number > last && number % hosts == i % hosts && number <= COUNTER_MAX);
		must(counter_next(&c, &here) > number && c.limit > number && c.limit >= before.limit);
		must(raise == (c.limit != before.limit) || raise);
		must(raise || c.limit == before.limit);
		last = number;
	}
}

static void check_credit(char const *s, size_t n)
{
	static char const id[] = "fa8896c2351f8b7e73ac3a3d209c6ac5", key[] = "0123456789abcdef";
	struct credit c, d;
	char text[CREDIT_SIZE];
	if (!credit_parse(&c, s, n))
		return;
	must(c.balance <= CREDIT_MAX);
	credit_format(text, &c);
	must(credit_parse(&d, text, sizeof text));
	must(d.balance == c.balance && d.pending == c.pending);
	if (c.pending) {
		must(d.amount == c.amount && !strcmp(c.id, d.id) && !strcmp(c.key, d.key) && strlen(c.id) == 32);
		must(credit_settle(&d, true) && d.balance == c.balance && !d.pending);
		d = c;
		must(credit_settle(&d, false) == (c.amount <= CREDIT_MAX - c.balance));
		c = d;
	}
	if (c.pending)
		return;
	uint64_t amount = n % 9, left = c.balance;
	must(credit_take(&c, amount, id, key) == (amount <= left));
	must(c.pending == (amount <= left) && c.balance == (amount <= left ? left - amount : left));
	if (c.pending)
		must(credit_settle(&c, false) && c.balance == left && !c.pending);
}

static void check_quota(char const *s, size_t n)
{
	struct quota q, p;
	char text[QUOTA_SIZE];
	if (!quota_parse(&q, s, n))
		return;
	quota_format(text, &q);
	must(fuzz_same(text, sizeof text, s, n));
	must(quota_parse(&p, text, sizeof text) && p.recipients == q.recipients && p.waiting == q.waiting);
	bool fits = q.recipients <= 100 && q.recipients + n <= 100;
	must(quota_add_recipients(&p, n, 100) == fits && p.recipients == q.recipients + (fits ? n : 0));
}

static void check_seen(char const *s, size_t n)
{
	struct buf out = BUF_ZERO;
	struct seen line;
	size_t at = 0, from = 0;
	int r;
	while ((r = seen_next(&line, s, n, &at)) == 1) {
		char key[300], id[33], date[DATE_ISO];
		must(at > from && at <= n && line.key >= from && line.key + line.key_len < at && line.id + 32 < at);
		must(line.key_len < sizeof key && at - from > DATE_ISO);
		memcpy(key, s + line.key, line.key_len);
		key[line.key_len] = 0;
		memcpy(id, s + line.id, 32);
		id[32] = 0;
		memcpy(date, s + at - DATE_ISO + 3, DATE_ISO - 4);
		date[DATE_ISO - 4] = 0;
		out.len = 0;
		must(date_is_iso(date, strlen(date)));
		must(seen_put(&out, key, line.send, id, date));
		/* a number may have lost its zeros */
		struct seen again;
		size_t end = 0;
		must(out.len <= at - from && seen_next(&again, out.s, out.len, &end) == 1 && end == out.len);
		must(again.send == line.send && again.key_len == line.key_len);
		from = at;
	}
	must(r == 0 ? at == n : at < n);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	if (n == 0)
		return 0;
	char *s = fuzz_copy(data, n);
	check_counter(s, n);
	check_credit(s, n);
	check_quota(s, n);
	check_seen(s, n);
	free(s);
	return 0;
}
