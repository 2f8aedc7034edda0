#include "ucspi/proxy.h"

#include "base/ascii.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <string.h>

/* Octets: the shortest header of both versions, the longest line, the fixed part of version 2. */
enum { LINE_MIN = 15, LINE_MAX = 107, FIXED = 16, SIGNATURE = 12 };
enum { INET = 1, INET6 = 2, UNIX = 3, STREAM = 1, DGRAM = 2 };
enum { TLV_CRC32C = 0x03, TLV_SSL = 0x20, TLV_SSL_VERSION = 0x21, CLIENT_SSL = 1 };

static char const signature[SIGNATURE] = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
static char const word[] = "PROXY ";

void proxy_start(struct proxy *p)
{
	p->len = 0;
	p->done = p->known = false;
	p->tls[0] = 0;
}

static size_t uint16_at(unsigned char const *s)
{
	return (size_t)s[0] << 8 | s[1];
}

size_t proxy_want(struct proxy const *p)
{
	if (p->done)
		return 0;
	if (p->len < LINE_MIN)
		return LINE_MIN - p->len;
	if (p->s[0] != signature[0])
		return p->s[p->len - 1] == '\r' ? 1 : 2; /* at least CR LF is missing */
	return FIXED + (p->len < FIXED ? 0 : uint16_at(p->s + 14)) - p->len;
}

/* Writes an address; an IPv4 address mapped into IPv6 as IPv4. inet_ntop cannot fail here. */
static void format_ip(struct proxy_end *e, bool six, unsigned char const *ip)
{
	static unsigned char const mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
	if (six && memcmp(ip, mapped, sizeof mapped) == 0)
		inet_ntop(AF_INET, ip + sizeof mapped, e->ip, sizeof e->ip);
	else
		inet_ntop(six ? AF_INET6 : AF_INET, ip, e->ip, sizeof e->ip);
}

/* --- Version 1 ------------------------------------------------------------------------ */

/* Reads a blank and the word after it. False: the line has ended, or there is no blank. */
static bool next_word(char const **s, size_t *n, char const **w, size_t *wn)
{
	if (*n == 0 || **s != ' ')
		return false;
	*w = *s + 1;
	char const *end = memchr(*w, ' ', *n - 1);
	*wn = end ? (size_t)(end - *w) : *n - 1;
	*s = *w + *wn;
	*n -= *wn + 1;
	return true;
}

static bool scan_ip(struct proxy_end *e, bool six, char const *s, size_t n)
{
	char text[PROXY_IP];
	unsigned char ip[16];
	if (n >= sizeof text || memchr(s, 0, n))
		return false;
	memcpy(text, s, n);
	text[n] = 0;
	if (inet_pton(six ? AF_INET6 : AF_INET, text, ip) != 1)
		return false;
	format_ip(e, six, ip);
	return true;
}

static bool scan_port(struct proxy_end *e, char const *s, size_t n)
{
	uint64_t v;
	if (!num_scan(s, n, 65535, &v) || (n > 1 && s[0] == '0'))
		return false;
	e->port = (uint16_t)v;
	return true;
}

/* s[0..n): the line after `PROXY`, without CR LF. */
static enum proxy_fault read_line(struct proxy *p, char const *s, size_t n)
{
	char const *w[5];
	size_t wn[5];
	if (!next_word(&s, &n, &w[0], &wn[0]))
		return PROXY_LINE;
	if (wn[0] == 7 && memcmp(w[0], "UNKNOWN", 7) == 0)
		return PROXY_OK; /* the rest of the line is ignored */
	if (wn[0] != 4 || memcmp(w[0], "TCP", 3) != 0 || (w[0][3] != '4' && w[0][3] != '6'))
		return PROXY_FAMILY;
	bool six = w[0][3] == '6';
	for (size_t i = 1; i < 5; i++)
		if (!next_word(&s, &n, &w[i], &wn[i]))
			return PROXY_LINE;
	if (n > 0)
		return PROXY_LINE;
	if (!scan_ip(&p->remote, six, w[1], wn[1]) || !scan_ip(&p->local, six, w[2], wn[2]))
		return PROXY_ADDRESS;
	if (!scan_port(&p->remote, w[3], wn[3]) || !scan_port(&p->local, w[4], wn[4]))
		return PROXY_PORT;
	p->known = true;
	return PROXY_OK;
}

static enum proxy_fault check_line(struct proxy *p)
{
	size_t skip = sizeof word - 2; /* next_word reads the blank */
	char const *cr = memchr(p->s, '\r', p->len), *lf = memchr(p->s, '\n', p->len);
	char const *end = (char const *)p->s + p->len;
	if (lf ? lf + 1 != end || cr != lf - 1 || p->len < LINE_MIN : cr && cr + 1 != end)
		return PROXY_LINE; /* a CR or LF alone */
	if (p->len > LINE_MAX || (!lf && p->len == LINE_MAX))
		return PROXY_LONG;
	if (!lf)
		return PROXY_OK;
	p->done = true;
	return read_line(p, (char const *)p->s + skip, p->len - skip - 2);
}

/* --- Version 2 ------------------------------------------------------------------------ */

/* CRC-32c (Castagnoli, reflected) of s[0..n), with zeroes instead of the four octets at `hole`. */
static uint32_t crc32c(unsigned char const *s, size_t n, size_t hole)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < n; i++) {
		crc ^= i - hole < 4 ? 0 : s[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
	}
	return ~crc;
}

static bool checksum_is_right(struct proxy const *p, size_t at)
{
	uint32_t sent = (uint32_t)uint16_at(p->s + at) << 16 | (uint32_t)uint16_at(p->s + at + 2);
	return sent == crc32c(p->s, p->len, at);
}

static bool is_token(unsigned char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_print((char)s[i]) || s[i] == ' ')
			return false;
	return n > 0;
}

/* p->s[at..end): the field about TLS (2.2.6). */
static enum proxy_fault read_ssl(struct proxy *p, size_t at, size_t end)
{
	if (end - at < 5)
		return PROXY_TLV;
	bool under_tls = p->s[at] & CLIENT_SSL;
	for (at += 5; at < end;) {
		if (end - at < 3 || end - at - 3 < uint16_at(p->s + at + 1))
			return PROXY_TLV;
		size_t n = uint16_at(p->s + at + 1);
		unsigned char const *value = p->s + at + 3;
		if (p->s[at] == TLV_SSL_VERSION && under_tls) {
			if (n >= PROXY_TLS || !is_token(value, n))
				return PROXY_TLV;
			memcpy(p->tls, value, n);
			p->tls[n] = 0;
		}
		at += 3 + n;
	}
	return PROXY_OK;
}

/* The fields after the addresses (2.2): types, lengths, values. */
static enum proxy_fault read_tlvs(struct proxy *p, size_t at)
{
	while (at < p->len) {
		if (p->len - at < 3 || p->len - at - 3 < uint16_at(p->s + at + 1))
			return PROXY_TLV;
		size_t n = uint16_at(p->s + at + 1), value = at + 3;
		enum proxy_fault fault = PROXY_OK;
		if (p->s[at] == TLV_CRC32C && n != 4)
			fault = PROXY_TLV;
		else if (p->s[at] == TLV_CRC32C && !checksum_is_right(p, value))
			fault = PROXY_CHECKSUM;
		else if (p->s[at] == TLV_SSL)
			fault = read_ssl(p, value, value + n);
		if (fault != PROXY_OK)
			return fault;
		at = value + n;
	}
	return PROXY_OK;
}

static void read_ends(struct proxy *p, bool six)
{
	size_t size = six ? 16 : 4;
	unsigned char const *s = p->s + FIXED;
	format_ip(&p->remote, six, s);
	format_ip(&p->local, six, s + size);
	p->remote.port = (uint16_t)uint16_at(s + 2 * size);
	p->local.port = (uint16_t)uint16_at(s + 2 * size + 2);
	p->known = true;
}

static enum proxy_fault read_binary(struct proxy *p)
{
	static size_t const sizes[] = {0, 12, 36, 216}; /* of both addresses and ports, by family */
	unsigned int family = p->s[13] >> 4, protocol = p->s[13] & 15;
	p->done = true;
	if ((p->s[12] & 15) == 0)
		return PROXY_OK; /* LOCAL, a health check: the rest has no meaning */
	if (family > UNIX || protocol > DGRAM)
		return PROXY_FAMILY;
	if (p->len - FIXED < sizes[family])
		return PROXY_SHORT;
	if (protocol == STREAM && (family == INET || family == INET6))
		read_ends(p, family == INET6);
	return read_tlvs(p, FIXED + sizes[family]);
}

static enum proxy_fault check_binary(struct proxy *p)
{
	if (p->len > 12 && p->s[12] >> 4 != 2)
		return PROXY_VERSION;
	if (p->len > 12 && (p->s[12] & 15) > 1)
		return PROXY_COMMAND;
	if (p->len < FIXED)
		return PROXY_OK;
	size_t whole = FIXED + uint16_at(p->s + 14);
	if (whole > PROXY_HEADER)
		return PROXY_LONG;
	return p->len < whole ? PROXY_OK : read_binary(p);
}

/* --- Both ------------------------------------------------------------------------------- */

static bool begins_with(struct proxy const *p, char const *with, size_t n)
{
	return memcmp(p->s, with, p->len < n ? p->len : n) == 0;
}

enum proxy_fault proxy_take(struct proxy *p, size_t n)
{
	p->len += n;
	if (begins_with(p, signature, SIGNATURE))
		return check_binary(p);
	return begins_with(p, word, sizeof word - 1) ? check_line(p) : PROXY_NONE;
}

char const *proxy_reason(enum proxy_fault fault)
{
	static char const *const reasons[] = {
		[PROXY_OK] = "no fault",
		[PROXY_NONE] = "no PROXY header",
		[PROXY_VERSION] = "unknown version",
		[PROXY_COMMAND] = "unknown command",
		[PROXY_FAMILY] = "unknown family or protocol",
		[PROXY_LONG] = "header too long",
		[PROXY_SHORT] = "addresses missing",
		[PROXY_LINE] = "malformed line",
		[PROXY_ADDRESS] = "malformed address",
		[PROXY_PORT] = "malformed port",
		[PROXY_TLV] = "malformed field after the addresses",
		[PROXY_CHECKSUM] = "wrong checksum",
	};
	return reasons[fault];
}
