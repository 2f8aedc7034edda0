/* A URL and its place: see url.h. */
#include "mail/url.h"

void url_start(struct url *u)
{
	u->s.len = u->solid = u->from = u->to = 0;
}

void url_add(struct url *u, int octet, size_t from, size_t to)
{
	if (octet <= ' ' && !u->s.len)
		return;
	if (octet == '\t' || octet == '\n' || octet == '\r')
		return;
	if (!u->s.len)
		u->from = from;
	if (!buf_putc(&u->s, (char)octet)) {
		u->failed = true;
		return;
	}
	if (octet > ' ') {
		u->solid = u->s.len;
		u->to = to;
	}
}

void url_finish(struct url *u)
{
	u->s.len = u->solid;
	if (!u->s.len)
		u->from = u->to = 0;
}
