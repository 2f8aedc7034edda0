/* The accounts text: its lines are read one by one, then sorted. Equal entries are then
   neighbours, and a plan is found by a binary search. */
#include "accounts/accounts.h"

#include "mail/address.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* --- Words ----------------------------------------------------------------------- */

struct words {
	char *s;
	size_t n;
};

static struct accounts_text text_of(struct words w)
{
	return (struct accounts_text){w.s, w.n};
}

static void skip_blanks(struct words *w)
{
	while (w->n && ascii_is_blank(*w->s))
		w->s++, w->n--;
}

static struct words take_octets(struct words *w, size_t n)
{
	struct words taken = {w->s, n};
	w->s += n;
	w->n -= n;
	return taken;
}

/* Takes the next word; one of length 0 at the end. */
static struct words next_word(struct words *w)
{
	size_t n = 0;
	skip_blanks(w);
	while (n < w->n && !ascii_is_blank(w->s[n]))
		n++;
	return take_octets(w, n);
}

/* Takes the next word, in which a quoted string may have blanks (RFC 5321 4.1.2). */
static struct words next_address(struct words *w)
{
	bool quoted = false;
	size_t n = 0;
	skip_blanks(w);
	for (; n < w->n && (quoted || !ascii_is_blank(w->s[n])); n++) {
		if (w->s[n] == '"')
			quoted = !quoted;
		else if (quoted && w->s[n] == '\\' && n + 1 < w->n)
			n++;
	}
	return take_octets(w, n);
}

/* The remaining words as one string, without the blanks around it. */
static struct words rest_of(struct words w)
{
	skip_blanks(&w);
	while (w.n && ascii_is_blank(w.s[w.n - 1]))
		w.n--;
	return w;
}

static bool word_is(struct words w, char const *s)
{
	return w.n == strlen(s) && memcmp(w.s, s, w.n) == 0;
}

/* --- The arrays ------------------------------------------------------------------ */

static bool add_fault(struct accounts *a, struct accounts_fault fault)
{
	void *p = array_reserve(a->fault, a->faults, &a->faults_cap, sizeof *a->fault);
	if (!p)
		return false;
	a->fault = p;
	a->fault[a->faults++] = fault;
	return true;
}

static bool add_entry(struct accounts *a, struct accounts_entry const *entry)
{
	void *p = array_reserve(a->entry, a->count, &a->entries_cap, sizeof *a->entry);
	if (!p)
		return false;
	a->entry = p;
	a->entry[a->count++] = *entry;
	return true;
}

/* --- The lines of each kind -------------------------------------------------------- */

/* Each reads the words after the kind. Sets *word to the word that a fault is about. */
typedef enum accounts_wrong line_reader(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t));

static enum accounts_wrong read_plan_name(struct accounts_entry *e, struct words *w, struct words *word)
{
	*word = next_word(w);
	if (!word->n)
		return ACCOUNTS_NO_NAME;
	if (!address_is_plan(word->s, word->n))
		return ACCOUNTS_BAD_PLAN;
	e->plan = word->s;
	e->plan_len = word->n;
	return ACCOUNTS_GOOD;
}

static enum accounts_wrong read_plan(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t))
{
	(void)hash_known;
	struct accounts_fault fault;
	enum accounts_wrong wrong = read_plan_name(e, &w, word);
	if (wrong)
		return wrong;
	e->name = e->plan;
	e->name_len = e->plan_len;
	if (accounts_plan_scan(&e->settings, w.s, w.n, &fault))
		return ACCOUNTS_GOOD;
	*word = (struct words){w.s + (fault.word.s - w.s), fault.word.n};
	return fault.wrong;
}

/* Has the login no blanks and no controls? It must be one word in the accounts and in the log. */
static bool is_login(struct words w)
{
	return !ascii_has_space(w.s, w.n) && utf8_valid(w.s, w.n);
}

static enum accounts_wrong read_user(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t))
{
	*word = next_word(&w);
	if (!word->n)
		return ACCOUNTS_NO_NAME;
	if (word->n > ACCOUNTS_LOGIN)
		return ACCOUNTS_LONG_LOGIN;
	size_t plan = is_login(*word) ? address_login_plan(word->s, word->n) : 0;
	if (!plan)
		return ACCOUNTS_BAD_LOGIN;
	e->name = word->s;
	e->name_len = word->n;
	e->plan = word->s + plan;
	e->plan_len = word->n - plan;
	e->hash = text_of(rest_of(w));
	return !e->hash.n ? ACCOUNTS_NO_HASH : hash_known(e->hash.s, e->hash.n) ? ACCOUNTS_GOOD : ACCOUNTS_BAD_HASH;
}

/* The display name goes into the From field of each mail. A second address here is a mistake: one
   line declares one sender. */
static enum accounts_wrong check_display(struct words name)
{
	if (name.n > ACCOUNTS_NAME)
		return ACCOUNTS_LONG_DISPLAY;
	if (!utf8_valid(name.s, name.n) || ascii_has_control(name.s, name.n) || memchr(name.s, '\t', name.n))
		return ACCOUNTS_BAD_DISPLAY;
	return address_check(name.s, name.n, true) == ADDRESS_OK ? ACCOUNTS_SECOND_ADDRESS : ACCOUNTS_GOOD;
}

/* Replaces the address in the text by its normal form. If that is longer, it gets memory of its
   own. */
static enum accounts_wrong set_address(struct accounts_entry *e, struct words address)
{
	char form[ADDRESS_MAX];
	if (!address_normalize(address.s, address.n, form, &e->name_len))
		return ACCOUNTS_LONG_ADDRESS;
	if (e->name_len > address.n && !(e->form = malloc(e->name_len)))
		return ACCOUNTS_NO_MEMORY;
	memcpy(e->form ? e->form : address.s, form, e->name_len);
	e->name = e->form ? e->form : address.s;
	return ACCOUNTS_GOOD;
}

static enum accounts_wrong read_sender(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t))
{
	(void)hash_known;
	enum accounts_wrong wrong = read_plan_name(e, &w, word);
	if (wrong)
		return wrong;
	*word = next_address(&w);
	if (!word->n)
		return ACCOUNTS_NO_ADDRESS;
	switch (address_check(word->s, word->n, true)) {
	case ADDRESS_OK:
		break;
	case ADDRESS_LONG:
		return ACCOUNTS_LONG_ADDRESS;
	default:
		return ACCOUNTS_BAD_ADDRESS;
	}
	enum accounts_wrong unfit = set_address(e, *word);
	if (unfit)
		return unfit;
	*word = rest_of(w);
	e->display = text_of(*word);
	return check_display(*word);
}

static struct {
	char const *word;
	line_reader *read;
} const kinds[] = {
	[ACCOUNTS_PLAN] = {"plan", read_plan},
	[ACCOUNTS_USER] = {"user", read_user},
	[ACCOUNTS_SENDER] = {"sender", read_sender},
};

/* Reads one line, without its end. False: out of memory. */
static bool read_line(struct accounts *a, struct words w, size_t line,
	bool (*hash_known)(char const *, size_t))
{
	if (w.n && w.s[w.n - 1] == '\r')
		w.n--;
	if (memchr(w.s, 0, w.n))
		return add_fault(a, (struct accounts_fault){.line = line, .wrong = ACCOUNTS_NUL});
	struct words word = next_word(&w);
	if (!word.n || word.s[0] == '#')
		return true;
	size_t kind = 0;
	while (kind < sizeof kinds / sizeof *kinds && !word_is(word, kinds[kind].word))
		kind++;
	struct accounts_entry e = {.kind = (enum accounts_kind)kind, .line = line};
	enum accounts_wrong wrong = ACCOUNTS_KIND;
	if (kind < sizeof kinds / sizeof *kinds)
		wrong = kinds[kind].read(&e, w, &word, hash_known);
	if (wrong == ACCOUNTS_NO_MEMORY)
		return false;
	/* Keep a plan with a faulty setting: its users and senders are not at fault. */
	if (e.name && !add_entry(a, &e)) {
		free(e.form);
		return false;
	}
	return !wrong || add_fault(a, (struct accounts_fault){line, wrong, text_of(word), 0});
}

/* --- The whole text ---------------------------------------------------------------- */

static int compare_octets(char const *a, size_t an, char const *b, size_t bn)
{
	int c = memcmp(a, b, an < bn ? an : bn);
	return c ? c : (an > bn) - (an < bn);
}

/* Compares the key of an entry: kind, plan and name. */
static int entry_compare_key(struct accounts_entry const *a, struct accounts_entry const *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	int c = compare_octets(a->plan, a->plan_len, b->plan, b->plan_len);
	return c ? c : compare_octets(a->name, a->name_len, b->name, b->name_len);
}

static int entry_compare(void const *x, void const *y)
{
	struct accounts_entry const *a = x, *b = y;
	int c = entry_compare_key(a, b);
	return c ? c : (a->line > b->line) - (a->line < b->line);
}

static int fault_compare(void const *x, void const *y)
{
	struct accounts_fault const *a = x, *b = y;
	return (a->line > b->line) - (a->line < b->line);
}

static bool has_plan_line(struct accounts const *a, struct accounts_entry const *e)
{
	size_t low = 0, high = a->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct accounts_entry const *m = &a->entry[mid];
		int c = m->kind != ACCOUNTS_PLAN ? 1
			: compare_octets(m->plan, m->plan_len, e->plan, e->plan_len);
		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* Finds, in the sorted entries, repeated ones and those of an undeclared plan. */
static bool check_together(struct accounts *a)
{
	size_t first = 0; /* of the entries with the current key */
	for (size_t i = 0; i < a->count; i++) {
		struct accounts_entry const *e = &a->entry[i], *f = &a->entry[first];
		struct accounts_fault const
			twice = {e->line, ACCOUNTS_TWICE, {e->name, e->name_len}, f->line},
			no_plan = {e->line, ACCOUNTS_NO_PLAN, {e->plan, e->plan_len}, 0};
		if (entry_compare_key(f, e) != 0)
			first = i;
		if (first != i && !add_fault(a, twice))
			return false;
		if (!has_plan_line(a, e) && !add_fault(a, no_plan))
			return false;
	}
	return a->count || a->faults || add_fault(a, (struct accounts_fault){.wrong = ACCOUNTS_NOTHING});
}

bool accounts_read(struct accounts *a, char *text, size_t n,
	bool (*hash_known)(char const *, size_t))
{
	size_t line = 0;
	for (size_t at = 0, len; at < n; at += len + 1) {
		char const *end = memchr(text + at, '\n', n - at);
		len = end ? (size_t)(end - (text + at)) : n - at;
		if (!read_line(a, (struct words){text + at, len}, ++line, hash_known))
			return false;
	}
	if (a->count)
		qsort(a->entry, a->count, sizeof *a->entry, entry_compare);
	if (!check_together(a))
		return false;
	if (a->faults)
		qsort(a->fault, a->faults, sizeof *a->fault, fault_compare);
	return true;
}

void accounts_free(struct accounts *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->entry[i].form);
	free(a->entry);
	free(a->fault);
	*a = (struct accounts){0};
}
