/* The header fields of a part: RFC 2045, 2046, 2183 and 2392. */
#include "mail/mime_head.h"

#include "base/ascii.h"
#include "mail/header.h"
#include "mail/param.h"

#include <string.h>

enum { TYPE, ENCODING, DISPOSITION, ID, FIELDS, SUBJECT = FIELDS, MESSAGE_ID, NAMES };

/* The fields that saca looks at, but for the options. The values of the first FIELDS are read here. */
static char const *const names[NAMES] = {
	[TYPE] = "Content-Type",
	[ENCODING] = "Content-Transfer-Encoding",
	[DISPOSITION] = "Content-Disposition",
	[ID] = "Content-ID",
	[SUBJECT] = "Subject",
	[MESSAGE_ID] = "Message-ID",
};

void mime_head_blank(struct mime_part *part, char const *preset)
{
	part->type = preset;
	part->charset = part->id = part->start = part->filename = part->label = part->disposition = "";
	part->encoding = MIME_7BIT;
	part->attachment = false;
	part->leaf = strncmp(preset, "message/", 8) != 0;
}

static enum mime_encoding encoding_of(char const *label)
{
	static struct {
		char const *label;
		enum mime_encoding encoding;
	} const known[] = {
		{"", MIME_7BIT}, {"7bit", MIME_7BIT}, {"8bit", MIME_8BIT}, {"binary", MIME_BINARY},
		{"quoted-printable", MIME_QP}, {"base64", MIME_BASE64},
		/* spellings found in mail, which are not ambiguous */
		{"7-bit", MIME_7BIT}, {"7bits", MIME_7BIT}, {"7-bits", MIME_7BIT}, {"8-bit", MIME_8BIT},
		{"8bits", MIME_8BIT}, {"8-bits", MIME_8BIT}, {"none", MIME_8BIT}, {"base-64", MIME_BASE64},
	};
	/* a charset's name in the wrong place means text that is not encoded */
	static char const *const charsets[] = {"utf", "us-ascii", "ascii", "iso-8859-", "latin", "windows-12", "cp12",
		"koi8-", "gb2312", "gbk", "gb18030", "big5", "euc-", "shift_jis", "shift-jis"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(label, known[i].label))
			return known[i].encoding;
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
		if (!strncmp(label, charsets[i], strlen(charsets[i])))
			return MIME_8BIT;
	return MIME_UNKNOWN;
}

/* Unfolds the value of the first field of each name, of the first FIELDS; empty without one. */
static enum mime_fault collect_fields(struct buf value[FIELDS], char const *s, size_t n)
{
	bool seen[NAMES] = {false};
	struct header_field f;
	for (size_t at = 0; header_next(s, n, &at, &f);) {
		for (size_t i = 0; i < NAMES; i++) {
			if (seen[i] || !ascii_case_is(f.name, f.name_len, names[i]))
				continue;
			seen[i] = true;
			if (f.value_len > MIME_FIELD)
				return MIME_FIELD_LONG;
			if (i < FIELDS && !header_unfold(value + i, f.value, f.value_len))
				return MIME_NO_MEMORY;
		}
	}
	return MIME_OK;
}

static void strip_blanks(char const **s, size_t *n)
{
	while (*n && ascii_is_blank(**s))
		++*s, --*n;
	while (*n && ascii_is_blank((*s)[*n - 1]))
		--*n;
}

/* Some mail has double brackets, blanks inside them, or quotes instead. */
void mime_head_id(char const **s, size_t *n)
{
	char const *open = *n ? memchr(*s, '<', *n) : NULL;
	if (open) {
		while (open + 1 < *s + *n && open[1] == '<')
			open++;
		*n -= (size_t)(open + 1 - *s);
		*s = open + 1;
		char const *close = *n ? memchr(*s, '>', *n) : NULL;
		if (close)
			*n = (size_t)(close - *s);
	}
	strip_blanks(s, n);
	if (!open && *n > 1 && **s == '"' && (*s)[*n - 1] == '"')
		++*s, *n -= 2;
}

/* Keeps all of a value that begins with an encoded word: the word may contain the brackets. */
static bool put_id(struct buf *out, struct buf const *value)
{
	char const *s = value->s;
	size_t n = value->len;
	if (n < 2 || memcmp(s, "=?", 2) != 0)
		mime_head_id(&s, &n);
	return buf_put(out, s, n) && buf_putc(out, 0);
}

static bool put_word(struct buf *out, struct buf *scratch, struct buf const *value)
{
	return param_word(scratch, value->s, value->len) && buf_put(out, scratch->s, scratch->len + 1);
}

/* Appends the transfer encoding. Two words, such as `quoted printable`, become the name with a
   hyphen if that exists. */
static bool put_encoding(struct buf *out, struct buf *scratch, struct buf const *value)
{
	size_t before = out->len, blank = 0;
	if (!put_word(out, scratch, value))
		return false;
	while (blank < value->len && !ascii_is_blank(value->s[blank]))
		blank++;
	size_t second = blank;
	while (second < value->len && ascii_is_blank(value->s[second]))
		second++;
	if (!blank || second == value->len)
		return true;
	size_t words = out->len;
	if (!param_word(scratch, value->s + second, value->len - second))
		return false;
	out->len--; /* overwrites the NUL */
	if (!buf_putc(out, '-') || !buf_put(out, scratch->s, scratch->len + 1))
		return false;
	if (encoding_of(out->s + before) == MIME_UNKNOWN) {
		out->len = words;
		out->s[words - 1] = 0;
	}
	return true;
}

/* Appends the parameter that names a root (RFC 2387 3.2). out begins with the type. */
static bool put_start(struct buf *out, struct buf *scratch, struct buf const *type)
{
	bool related = !strcmp(out->s, "multipart/related");
	if (related && param_find(scratch, NULL, type->s, type->len, "start") < 0)
		return false;
	return related ? put_id(out, scratch) : buf_putc(out, 0);
}

/* Writes the strings one after the other, in the order in which set_strings reads them. */
static bool put_strings(struct buf *out, struct buf value[FIELDS], struct buf *scratch,
	char const *preset)
{
	struct buf const *type = value + TYPE, *disposition = value + DISPOSITION;
	out->len = 0;
	if (!param_type(scratch, type->s, type->len))
		return false;
	/* RFC 2045 5.2: an unreadable type means plain text. */
	char const *is = scratch->len ? scratch->s : type->len ? "text/plain" : preset;
	if (!buf_put(out, is, strlen(is) + 1)
		|| param_find(scratch, NULL, type->s, type->len, "charset") < 0
		|| !buf_put(out, scratch->s, scratch->len + 1)
		|| !put_encoding(out, scratch, value + ENCODING)
		|| !put_word(out, scratch, disposition))
		return false;
	int found = param_find(scratch, NULL, disposition->s, disposition->len, "filename");
	if (!found)
		found = param_find(scratch, NULL, type->s, type->len, "name");
	return found >= 0 && buf_put(out, scratch->s, scratch->len + 1) && put_id(out, value + ID)
		&& put_start(out, scratch, type);
}

static void set_strings(struct mime_part *part, char const *s)
{
	char const **const at[] = {&part->type, &part->charset, &part->label, &part->disposition,
		&part->filename, &part->id, &part->start};
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		*at[i] = s;
		s += strlen(s) + 1;
	}
}

static bool find_boundary(struct buf *boundary, struct buf const *type)
{
	if (param_find(boundary, NULL, type->s, type->len, "boundary") < 0)
		return false;
	while (boundary->len && ascii_is_blank(boundary->s[boundary->len - 1]))
		boundary->len--; /* RFC 2046 5.1.1: a boundary does not end in white space */
	return true;
}

static bool read_fields(struct mime_part *part, struct buf *strings, struct buf *boundary,
	struct buf value[FIELDS], struct buf *scratch)
{
	if (!put_strings(strings, value, scratch, part->type))
		return false;
	bool multipart = !strncmp(strings->s, "multipart/", 10);
	if (multipart && !find_boundary(boundary, value + TYPE))
		return false;
	set_strings(part, strings->s);
	part->leaf = !multipart && strncmp(part->type, "message/", 8) != 0;
	part->encoding = encoding_of(part->label);
	part->attachment = *part->disposition && strcmp(part->disposition, "inline") != 0;
	return true;
}

enum mime_fault mime_head_read(struct mime_part *part, struct buf *strings, struct buf *boundary,
	char const *s, size_t n)
{
	struct buf value[FIELDS] = {BUF_ZERO}, scratch = BUF_ZERO;
	boundary->len = 0;
	enum mime_fault fault = collect_fields(value, s, n);
	if (fault == MIME_OK && !read_fields(part, strings, boundary, value, &scratch))
		fault = MIME_NO_MEMORY;
	for (size_t i = 0; i < FIELDS; i++)
		buf_free(value + i);
	buf_free(&scratch);
	return fault;
}

bool mime_head_boundary(char const *field, size_t n, struct buf *boundary)
{
	struct buf value = BUF_ZERO, type = BUF_ZERO;
	boundary->len = 0;
	bool done = header_find(field, n, names[TYPE], &value) >= 0 && param_type(&type, value.s, value.len);
	if (done && type.len && !strncmp(type.s, "multipart/", 10))
		done = find_boundary(boundary, &value);
	buf_free(&value);
	buf_free(&type);
	return done;
}
