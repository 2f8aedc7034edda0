/* IP addresses, to text and back. */
#include "ucspi/ip.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

bool ip_scan4(char const *s, size_t n, unsigned char out[4])
{
	for (size_t i = 0; i < 4; i++) {
		char const *dot = i < 3 ? memchr(s, '.', n) : s + n;
		size_t k = dot ? (size_t)(dot - s) : 0;
		uint64_t v;
		if (!num_scan(s, k, 255, &v) || (k > 1 && s[0] == '0'))
			return false;
		out[i] = (unsigned char)v;
		if (i < 3)
			k++;
		s += k;
		n -= k;
	}
	return true;
}

/* A group of one to four hexadecimal digits; how many, 0 if there is none. */
static size_t scan_group(char const *s, size_t n, unsigned char out[2])
{
	unsigned int v = 0;
	size_t i = 0;
	for (; i < n && i < 4 && ascii_hex(s[i]) >= 0; i++)
		v = v << 4 | (unsigned int)ascii_hex(s[i]);
	out[0] = (unsigned char)(v >> 8);
	out[1] = (unsigned char)(v & 255);
	return i;
}

bool ip_scan6(char const *s, size_t n, unsigned char out[16])
{
	size_t at = 0, filled = 0, gap = 17; /* gap: where the `::` stood, 17: nowhere */
	while (at < n) {
		if (n - at >= 2 && s[at] == ':' && s[at + 1] == ':') {
			if (gap != 17)
				return false;
			gap = filled;
			at += 2;
			continue;
		}
		/* one colon between two groups, none before the first and behind `::` */
		bool first = at == 0 || (gap == filled && s[at - 1] == ':');
		if (!first && s[at++] != ':')
			return false;
		if (filled <= 12 && ip_scan4(s + at, n - at, out + filled)) {
			filled += 4;
			break;
		}
		unsigned char group[2];
		size_t k = scan_group(s + at, n - at, group);
		if (k == 0 || filled == 16)
			return false;
		memcpy(out + filled, group, 2);
		filled += 2;
		at += k;
	}
	if (gap == 17)
		return filled == 16;
	if (filled > 14) /* `::` stands for one group at least */
		return false;
	memmove(out + 16 - (filled - gap), out + gap, filled - gap);
	memset(out + gap, 0, 16 - filled);
	return true;
}

void ip_fmt4(char *out, unsigned char const ip[4])
{
	for (size_t i = 0; i < 4; i++) {
		out += num_fmt(out, ip[i]);
		*out++ = i < 3 ? '.' : 0;
	}
}

static unsigned int group(unsigned char const *ip, size_t i)
{
	return (unsigned int)ip[2 * i] << 8 | ip[2 * i + 1];
}

/* The longest run of two or more zero groups, the first of equals: where, and *len. */
static size_t longest_gap(unsigned char const ip[16], size_t *len)
{
	size_t best = 8, best_len = 1, i = 0;
	while (i < 8) {
		size_t from = i;
		while (i < 8 && group(ip, i) == 0)
			i++;
		if (i - from > best_len) {
			best = from;
			best_len = i - from;
		}
		i++;
	}
	*len = best_len;
	return best;
}

static size_t fmt_group(char *out, unsigned int v)
{
	static char const digits[] = "0123456789abcdef";
	size_t n = 0;
	for (int shift = 12; shift >= 0; shift -= 4)
		if (v >> shift || shift == 0)
			out[n++] = digits[v >> shift & 15];
	return n;
}

void ip_fmt6(char *out, unsigned char const ip[16])
{
	static unsigned char const mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
	if (memcmp(ip, mapped, sizeof mapped) == 0) {
		ip_fmt4(out, ip + 12);
		return;
	}
	size_t len, gap = longest_gap(ip, &len);
	for (size_t i = 0; i < 8;) {
		if (i == gap) {
			*out++ = ':';
			*out++ = ':';
			i += len;
			continue;
		}
		if (i > 0 && i != gap + len)
			*out++ = ':';
		out += fmt_group(out, group(ip, i++));
	}
	*out = 0;
}
