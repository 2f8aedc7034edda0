/* False labels: see label.h. */
#include "mail/label.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <string.h>

/* A text without NULs of this many octets which is UTF-8 is not UTF-16. Fewer can be both: two
   Chinese characters may look like four ASCII ones. */
#define WIDE_SURE 16

static bool starts_with(char const *s, char const *with)
{
	return !strncmp(s, with, strlen(with));
}

bool label_is_wide(char const *name)
{
	return starts_with(name, "UTF-16") || starts_with(name, "UTF-32");
}

static bool is_mostly_utf8(char const *s, size_t n)
{
	size_t formed = 0, malformed = 0, step;
	for (size_t i = 0; i < n; i += step) {
		bool good;
		step = utf8_step(s + i, n - i, &good);
		formed += good && step > 1;
		malformed += !good;
	}
	return formed > malformed;
}

/* The octets of the base64 after the `+` s[0]. */
static size_t utf7_length(char const *s, size_t n)
{
	size_t i = 1;
	while (i < n && (ascii_is_alpha(s[i]) || ascii_is_digit(s[i]) || s[i] == '+' || s[i] == '/'))
		i++;
	return i - 1;
}

/* Does the text have more octets above 0x7f than shifts to another set of characters? Those of UTF-7
   are `+`, at least a character in base64, and `-`. */
static bool is_not_7bit(char const *s, size_t n, bool utf7)
{
	size_t high = 0, shifts = 0;
	for (size_t i = 0; i < n; i++) {
		high += (unsigned char)s[i] >= 0x80;
		if (!utf7) {
			shifts += s[i] == '\x1b' || s[i] == '\x0e' || s[i] == '\x0f';
		} else if (s[i] == '+') {
			size_t length = utf7_length(s + i, n - i);
			i += length;
			shifts += length >= 3 && i + 1 < n && s[i + 1] == '-';
		}
	}
	return high > shifts;
}

static bool has_several_octets(char const *name)
{
	static char const *const names[] = {"GB", "BIG5", "CP9", "EUC", "UHC", "JOHAB", "ISO-2022", "UTF-7", "SHIFT"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (starts_with(name, names[i]))
			return true;
	return false;
}

/* Well-formed UTF-8 with this many characters above U+007F is not in a charset of two octets a
   character: one of these is well-formed in one case of six. */
#define UTF8_SURE 4

static bool is_surely_utf8(char const *s, size_t n)
{
	size_t characters = 0;
	for (size_t i = 0; i < n; i++)
		characters += (unsigned char)s[i] >= 0xc0;
	return characters >= UTF8_SURE && utf8_valid(s, n);
}

bool label_is_false(char const *name, char const *s, size_t n)
{
	bool utf7 = starts_with(name, "UTF-7");
	if (!strcmp(name, "US-ASCII"))
		return !ascii_only(s, n);
	if (utf7 || starts_with(name, "ISO-2022"))
		return is_not_7bit(s, n, utf7);
	if (!strcmp(name, "UTF-8"))
		return !utf8_valid(s, n) && !is_mostly_utf8(s, n);
	if (has_several_octets(name))
		return is_surely_utf8(s, n);
	return label_is_wide(name) && n >= WIDE_SURE && !memchr(s, 0, n) && utf8_valid(s, n);
}

/* Does the UTF-8 s[0..n) have a control character, of C1 (U+0080 to U+009F), too? */
static bool has_control(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < n && (unsigned char)s[i + 1] < 0xa0)
			return true;
	}
	return false;
}

/* Counts U+FFFD, and the other characters above U+007F. */
static void count_characters(char const *s, size_t n, size_t *bad, size_t *other)
{
	*bad = *other = 0;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] < 0xc0)
			continue;
		if (n - i >= 3 && !memcmp(s + i, UTF8_BAD, 3))
			++*bad;
		else
			++*other;
	}
}

bool label_was_false(char const *name, char const *s, size_t n, char const *utf8, size_t utf8_n)
{
	size_t bad, other;
	count_characters(utf8, utf8_n, &bad, &other);
	if (bad && !other && has_several_octets(name))
		return true;
	return (bad || has_control(utf8, utf8_n)) && strcmp(name, "UTF-8") != 0 && !has_control(s, n) && utf8_valid(s, n);
}
