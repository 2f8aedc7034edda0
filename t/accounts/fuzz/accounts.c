/* The accounts text. The entries point into it, in order, and each plan is declared. Written out,
   they are read back the same. Every fault is one printable line. */
#include "accounts/accounts.h"
#include "mail/address.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/num.h"
#include "fuzz.h"

/* Accepts any printable octets as a hash. A CR is not part of a hash: it belongs to the line end. */
static bool hash_known(char const *hash, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_print(hash[i]))
			return false;
	return n > 2 && hash[0] == '$';
}

static void write_entry(struct buf *out, struct accounts_entry const *e)
{
	char settings[ACCOUNTS_SETTINGS];
	switch (e->kind) {
	case ACCOUNTS_PLAN:
		must(buf_puts(out, "plan ") && buf_put(out, e->name, e->name_len) && buf_putc(out, ' '));
		must(buf_put(out, settings, accounts_plan_fmt(settings, &e->settings)));
		break;
	case ACCOUNTS_USER:
		must(buf_puts(out, "user ") && buf_put(out, e->name, e->name_len) && buf_putc(out, ' '));
		must(buf_put(out, e->hash.s, e->hash.n));
		break;
	case ACCOUNTS_SENDER:
		must(buf_puts(out, "sender ") && buf_put(out, e->plan, e->plan_len) && buf_putc(out, ' '));
		must(buf_put(out, e->name, e->name_len) && buf_putc(out, ' ') && buf_put(out, e->display.s, e->display.n));
		break;
	}
	must(buf_putc(out, '\n'));
}

static bool same_text(struct accounts_text a, struct accounts_text b)
{
	return fuzz_same(a.s, a.n, b.s, b.n);
}

static bool same_settings(struct accounts_plan const *a, struct accounts_plan const *b)
{
	for (size_t i = 0; i < ACCOUNTS_NETWORKS; i++)
		if (!same_text(a->profile[i], b->profile[i]))
			return false;
	return a->maxrcpt == b->maxrcpt && a->maxday == b->maxday && a->maxwait == b->maxwait
		&& a->credit == b->credit && a->sandbox == b->sandbox;
}

static bool same_entry(struct accounts_entry const *a, struct accounts_entry const *b)
{
	return a->kind == b->kind && fuzz_same(a->plan, a->plan_len, b->plan, b->plan_len)
		&& fuzz_same(a->name, a->name_len, b->name, b->name_len)
		&& (a->kind != ACCOUNTS_USER || same_text(a->hash, b->hash))
		&& (a->kind != ACCOUNTS_SENDER || same_text(a->display, b->display))
		&& (a->kind != ACCOUNTS_PLAN || same_settings(&a->settings, &b->settings));
}

static void check_entries(struct accounts const *a, char const *text, size_t n)
{
	for (size_t i = 0; i < a->count; i++) {
		struct accounts_entry const *e = &a->entry[i];
		must(address_is_plan(e->plan, e->plan_len));
		/* a normalized address has memory of its own */
		must(e->kind == ACCOUNTS_SENDER || (e->name >= text && e->name + e->name_len <= text + n));
		must(!i || e[-1].kind <= e->kind);
		if (e->kind == ACCOUNTS_USER)
			must(e->name_len <= ACCOUNTS_LOGIN && address_login_plan(e->name, e->name_len) && hash_known(e->hash.s, e->hash.n));
		if (e->kind == ACCOUNTS_SENDER)
			must(address_check(e->name, e->name_len, true) == ADDRESS_OK);
	}
}

static void check_again(struct accounts const *a)
{
	struct buf text = BUF_ZERO;
	struct accounts b = {.count = 0};
	for (size_t i = a->count; i;)
		write_entry(&text, &a->entry[--i]);
	char *exact = fuzz_copy(text.s, text.len);
	must(accounts_read(&b, exact, text.len, hash_known));
	must(b.faults == 0 && b.count == a->count);
	for (size_t i = 0; i < b.count; i++)
		must(same_entry(&a->entry[i], &b.entry[i]));
	accounts_free(&b);
	buf_free(&text);
	free(exact);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct accounts a = {.count = 0};
	char line[ACCOUNTS_WHY], *text = fuzz_copy(data, n);
	must(accounts_read(&a, text, n, hash_known));
	for (size_t i = 0; i < a.faults; i++) {
		size_t len = accounts_explain(line, &a.fault[i]);
		must(len > 0 && len <= sizeof line);
		for (size_t k = 0; k < len; k++)
			must(ascii_is_print(line[k]));
		must(!i || a.fault[i - 1].line <= a.fault[i].line);
	}
	if (a.faults == 0) {
		must(a.count > 0);
		check_entries(&a, text, n);
		check_again(&a);
	}
	accounts_free(&a);
	free(text);
	return 0;
}
