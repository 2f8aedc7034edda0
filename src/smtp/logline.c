/* A line of the log. */
#include "smtp/logline.h"

#include <string.h>

static void put(struct logline *l, char const *s, size_t n)
{
	size_t room = LOGLINE_MAX - 1 - l->len; /* one octet for the LF */
	if (n > room)
		n = room;
	memcpy(l->s + l->len, s, n);
	l->len += n;
}

void logline_start(struct logline *l, char const *name)
{
	l->len = 0;
	put(l, name, strlen(name));
	put(l, ":", 1);
}

void logline_add(struct logline *l, char const *key, char const *value, size_t n)
{
	static char const hex[] = "0123456789ABCDEF";
	put(l, " ", 1);
	put(l, key, strlen(key));
	put(l, "=", 1);
	if (n == 0)
		put(l, "-", 1);
	if (n > LOGLINE_VALUE)
		n = LOGLINE_VALUE;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];
		char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
		if (c < 0x21 || c > 0x7e || c == '%' || c == '=')
			put(l, escaped, 3);
		else
			put(l, value + i, 1);
	}
}

void logline_text(struct logline *l, char const *before, char const *text)
{
	put(l, before, strlen(before));
	put(l, text, strlen(text));
}

void logline_end(struct logline *l)
{
	l->s[l->len++] = '\n';
}
