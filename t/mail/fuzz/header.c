/* Header blocks: the fields are in the block, one after the other; an unfolded value is one line;
   header_find finds the first of a name. */
#include "base/ascii.h"
#include "mail/header.h"
#include "fuzz.h"

static void check_unfolded(struct buf const *v, size_t n)
{
	must(v->len <= n && v->s && v->s[v->len] == 0 && !memchr(v->s, 0, v->len) && !memchr(v->s, '\n', v->len));
	must(!v->len || (!ascii_is_blank(v->s[0]) && !ascii_is_blank(v->s[v->len - 1])));
}

/* Checks that header_find finds the first field of that name, in any case. */
static void check_find(char const *s, size_t n, char const *name, size_t len)
{
	struct header_field f;
	struct buf value = BUF_ZERO, found = BUF_ZERO;
	size_t at = 0;
	bool there = false;
	char *word = malloc(len + 1);
	must(word);
	memcpy(word, name, len);
	word[len] = 0;
	ascii_lower_all(word, len);
	while (!there && header_next(s, n, &at, &f))
		there = f.name_len && ascii_case_equal(f.name, f.name_len, word, strlen(word));
	must(header_find(s, n, word, &found) == there);
	if (there) {
		must(header_unfold(&value, f.value, f.value_len));
		must(fuzz_same(value.s, value.len, found.s, found.len));
	}
	buf_free(&value);
	buf_free(&found);
	free(word);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	struct header_field f;
	struct buf value = BUF_ZERO;
	char *s = fuzz_copy(data, n), *end = s;
	size_t body, block = header_end(s, n, &body), fields = 0;
	must(block <= body && body <= n);
	for (size_t at = 0, before = 0; header_next(s, block, &at, &f); before = at) {
		must(at > before && at <= block);
		must(f.name >= end && f.value >= f.name + f.name_len && f.value + f.value_len <= s + at);
		must(!memchr(f.name, '\n', f.name_len) && !memchr(f.name, ':', f.name_len));
		for (size_t i = 0; i < f.name_len; i++)
			must(!ascii_is_blank(f.name[i]));
		end = s + at;
		must(header_unfold(&value, f.value, f.value_len));
		check_unfolded(&value, f.value_len);
		if (fields++ < 8)
			check_find(s, block, f.name, f.name_len);
	}
	must(header_find(s, block, "no-such-field-is-there", &value) >= 0);
	buf_free(&value);
	free(s);
	return 0;
}
