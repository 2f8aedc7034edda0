/* The accounts text: its lines are read one by one, then sorted, which finds what is
   there twice and what has no plan. */
#include "accounts/accounts.h"

#include "mail/address.h"
#include "base/ascii.h"

#include <stdlib.h>
#include <string.h>

/* --- Words ----------------------------------------------------------------------- */

struct words {
	char *s;
	size_t n;
};

static void skip_blanks(struct words *w)
{
	while (w->n && ascii_is_blank(*w->s))
		w->s++, w->n--;
}

/* Takes the next word off the front; one of length 0 when there is none. */
static struct words word_next(struct words *w)
{
	skip_blanks(w);
	struct words word = {w->s, 0};
	while (w->n && !ascii_is_blank(*w->s))
		w->s++, w->n--, word.n++;
	return word;
}

/* What is left, without the blanks around it. */
static struct words word_rest(struct words *w)
{
	skip_blanks(w);
	while (w->n && ascii_is_blank(w->s[w->n - 1]))
		w->n--;
	return *w;
}

static bool word_is(struct words w, char const *s)
{
	return w.n == strlen(s) && memcmp(w.s, s, w.n) == 0;
}

/* --- What is kept ---------------------------------------------------------------- */

/* Makes room for one more in an array of `count` elements. */
static bool room(void **array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return true;
	size_t more = *cap ? *cap * 2 : 64;
	if (more > SIZE_MAX / size)
		return false;
	void *p = realloc(*array, more * size);
	if (!p)
		return false;
	*array = p;
	*cap = more;
	return true;
}

static bool complain(struct accounts *a, struct accounts_fault fault)
{
	void *p = a->fault;
	if (!room(&p, a->faults, &a->faults_cap, sizeof *a->fault))
		return false;
	a->fault = p;
	a->fault[a->faults++] = fault;
	return true;
}

static bool keep(struct accounts *a, struct accounts_entry const *entry)
{
	void *p = a->entry;
	if (!room(&p, a->count, &a->entries_cap, sizeof *a->entry))
		return false;
	a->entry = p;
	a->entry[a->count++] = *entry;
	return true;
}

/* --- The lines of each kind -------------------------------------------------------- */

/* Each reads what follows the kind. -1: good; else the fault, with its word. */
typedef int line_reader(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t));

static int read_plan_name(struct accounts_entry *e, struct words *w, struct words *word)
{
	*word = word_next(w);
	if (!word->n)
		return ACCOUNTS_NO_NAME;
	if (!address_is_plan(word->s, word->n))
		return ACCOUNTS_BAD_PLAN;
	e->plan = word->s;
	e->plan_len = word->n;
	return -1;
}

static int read_plan(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t))
{
	(void)hash_known;
	int wrong = read_plan_name(e, &w, word);
	if (wrong >= 0)
		return wrong;
	e->name = e->plan;
	e->name_len = e->plan_len;
	struct accounts_fault fault;
	if (accounts_plan_scan(&e->settings, w.s, w.n, &fault))
		return -1;
	*word = (struct words){(char *)fault.word, fault.word_len};
	return fault.wrong;
}

/* A login has neither blanks nor controls: it is a word of the text and of the log. */
static bool is_login(struct words w)
{
	for (size_t i = 0; i < w.n; i++)
		if ((unsigned char)w.s[i] <= ' ' || w.s[i] == 0x7f)
			return false;
	return utf8_valid(w.s, w.n);
}

static int read_user(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t))
{
	*word = word_next(&w);
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
	struct words hash = word_rest(&w);
	e->hash = hash.s;
	e->hash_len = hash.n;
	return !hash.n ? ACCOUNTS_NO_HASH : hash_known(hash.s, hash.n) ? -1 : ACCOUNTS_BAD_HASH;
}

static int read_sender(struct accounts_entry *e, struct words w, struct words *word,
	bool (*hash_known)(char const *, size_t))
{
	(void)hash_known;
	int wrong = read_plan_name(e, &w, word);
	if (wrong >= 0)
		return wrong;
	*word = word_rest(&w);
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
	ascii_lower_all(word->s, word->n);
	e->name = word->s;
	e->name_len = word->n;
	return -1;
}

static struct {
	char const *word;
	line_reader *read;
} const kinds[] = {
	[ACCOUNTS_PLAN] = {"plan", read_plan},
	[ACCOUNTS_USER] = {"user", read_user},
	[ACCOUNTS_SENDER] = {"sender", read_sender},
};

/* One line, without its end. False: out of memory. */
static bool read_line(struct accounts *a, struct words w, size_t line,
	bool (*hash_known)(char const *, size_t))
{
	if (w.n && w.s[w.n - 1] == '\r')
		w.n--;
	if (memchr(w.s, 0, w.n))
		return complain(a, (struct accounts_fault){.line = line, .wrong = ACCOUNTS_NUL});
	struct words word = word_next(&w);
	if (!word.n || word.s[0] == '#')
		return true;
	size_t kind = 0;
	while (kind < sizeof kinds / sizeof *kinds && !word_is(word, kinds[kind].word))
		kind++;
	struct accounts_entry e = {.kind = (enum accounts_kind)kind, .line = line};
	int wrong = ACCOUNTS_KIND;
	if (kind < sizeof kinds / sizeof *kinds)
		wrong = kinds[kind].read(&e, w, &word, hash_known);
	/* A faulty line that has told its name is kept, lest all who name its plan be
	   called faulty too. */
	if (e.name && !keep(a, &e))
		return false;
	return wrong < 0 || complain(a, (struct accounts_fault){line,
		(enum accounts_wrong)wrong, word.s, word.n, 0});
}

/* --- The whole text ---------------------------------------------------------------- */

static int compare(char const *a, size_t an, char const *b, size_t bn)
{
	int c = memcmp(a, b, an < bn ? an : bn);
	return c ? c : (an > bn) - (an < bn);
}

/* By kind, plan and name: what makes an entry that entry. */
static int entry_compare_key(struct accounts_entry const *a, struct accounts_entry const *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	int c = compare(a->plan, a->plan_len, b->plan, b->plan_len);
	return c ? c : compare(a->name, a->name_len, b->name, b->name_len);
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

static bool plan_declared(struct accounts const *a, struct accounts_entry const *e)
{
	size_t low = 0, high = a->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct accounts_entry const *m = &a->entry[mid];
		int c = m->kind != ACCOUNTS_PLAN ? 1
			: compare(m->plan, m->plan_len, e->plan, e->plan_len);
		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* Behind the sorting: what is there twice, and what has no plan. */
static bool check_together(struct accounts *a)
{
	size_t first = 0; /* of the entries that are the same */
	for (size_t i = 0; i < a->count; i++) {
		struct accounts_entry const *e = &a->entry[i], *f = &a->entry[first];
		struct accounts_fault const
			twice = {e->line, ACCOUNTS_TWICE, e->name, e->name_len, f->line},
			no_plan = {e->line, ACCOUNTS_NO_PLAN, e->plan, e->plan_len, 0};
		if (entry_compare_key(f, e) != 0)
			first = i;
		if (first != i && !complain(a, twice))
			return false;
		if (!plan_declared(a, e) && !complain(a, no_plan))
			return false;
	}
	return a->count || a->faults || complain(a, (struct accounts_fault){.wrong = ACCOUNTS_NOTHING});
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
	free(a->entry);
	free(a->fault);
	*a = (struct accounts){0};
}
