/* Lines of the log. */
#include "base/log.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/wait.h"

#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#define PATIENCE_MS 1000

static void append_octets(struct log_line *l, char const *s, size_t n)
{
	size_t room = LOG_LINE - 1 - l->len; /* without the LF */
	if (n > room)
		n = room;
	memcpy(l->s + l->len, s, n);
	l->len += n;
}

void log_start(struct log_line *l)
{
	l->len = 0;
	append_octets(l, PROG, strlen(PROG));
	append_octets(l, ":", 1);
}

void log_add(struct log_line *l, char const *key, char const *value, size_t n)
{
	static char const hex[] = "0123456789ABCDEF";
	append_octets(l, " ", 1);
	append_octets(l, key, strlen(key));
	append_octets(l, "=", 1);
	if (n == 0)
		append_octets(l, "-", 1);
	if (n > LOG_VALUE)
		n = LOG_VALUE;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];
		char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
		if (c < 0x21 || c > 0x7e || c == '%' || c == '=')
			append_octets(l, escaped, 3);
		else
			append_octets(l, value + i, 1);
	}
}

void log_add_string(struct log_line *l, char const *key, char const *value)
{
	log_add(l, key, value, strlen(value));
}

void log_add_number(struct log_line *l, char const *key, uint64_t value)
{
	char digits[NUM_FMT];
	log_add(l, key, digits, num_fmt(digits, value));
}

void log_text(struct log_line *l, char const *label, char const *text)
{
	append_octets(l, label, strlen(label));
	append_octets(l, text, strlen(text));
}

void log_end(struct log_line *l)
{
	l->s[l->len++] = '\n';
}

static bool write_line(struct log_line const *l, uint64_t deadline)
{
	/* a pipe that is ready has room for PIPE_BUF octets: write(2) does not block */
	return wait_for(2, POLLOUT, deadline) > 0 && write(2, l->s, l->len) == (ssize_t)l->len;
}

/* Reports lost lines. */
static bool write_loss(uint64_t lost)
{
	struct log_line l;
	char digits[NUM_FMT];
	num_fmt(digits, lost);
	log_start(&l);
	log_text(&l, " warning: lines of the log that were lost: ", digits);
	log_end(&l);
	return write_line(&l, WAIT_LOOK);
}

void log_write(struct log_line *l)
{
	static uint64_t lost;
	log_end(l);
	if (lost == 0) {
		lost = !write_line(l, clock_ms() + PATIENCE_MS);
	} else if (!write_loss(lost)) {
		lost++;
	} else {
		lost = !write_line(l, WAIT_LOOK);
	}
}
