/* The mails of a send: see render.h. */
#include "send/render.h"

#include "base/ascii.h"
#include "base/base32.h"
#include "base/num.h"
#include "mail/compose.h"

#include <string.h>

static bool put_strings(struct buf *out, char const *const *s)
{
	for (; *s; s++)
		if (!buf_puts(out, *s))
			return false;
	return true;
}

#define PUT(out, ...) put_strings(out, (char const *const[]){__VA_ARGS__, NULL})

static bool put_number(struct buf *out, uint64_t v)
{
	char number[NUM_FMT];
	return buf_put(out, number, num_fmt(number, v));
}

/* --- Parts ------------------------------------------------------------------------------- */

/* Encodes the octets between the slots. A slot gets a line of its own, since its length is not
   known: so the other lines do not depend on it. */
static bool encode_qp(struct stencil *out, struct stencil const *in)
{
	size_t at = 0, column = 0;
	for (size_t i = 0; i < in->count; i++) {
		struct stencil_slot const *slot = &in->slot[i];
		if (!compose_qp(&out->octets, in->octets.s + at, slot->at - at, &column)
		    || !compose_qp_break(&out->octets, &column) || !stencil_slot(out, slot->kind, slot->link)
		    || !stencil_puts(out, "=\r\n"))
			return false;
		at = slot->at;
	}
	return compose_qp(&out->octets, in->octets.s + at, in->octets.len - at, &column);
}

/* Digits of a usual token, to tell which encoding is shorter. */
#define USUAL_TOKEN 40

static bool prepare_part(struct render_part *p, struct stencil const *in)
{
	size_t const slots = in->count * USUAL_TOKEN, octets = in->octets.len;
	char const *s = octets ? in->octets.s : "";
	size_t qp = compose_qp_length(s, octets) + slots + in->count * strlen("=\r\n=\r\n");
	p->base64 = compose_base64_length(s, octets) + slots * 4 / 3 < qp;
	if (!p->base64)
		return encode_qp(&p->encoded, in);
	size_t at = 0;
	for (size_t i = 0; i < in->count; i++) {
		if (!stencil_put(&p->encoded, s + at, in->slot[i].at - at)
		    || !stencil_slot(&p->encoded, in->slot[i].kind, in->slot[i].link))
			return false;
		at = in->slot[i].at;
	}
	return stencil_put(&p->encoded, s + at, octets - at);
}

static bool put_filled(struct buf *out, struct stencil const *f, struct stencil_filler const *filler)
{
	return stencil_fill(out, f->octets.s, f->octets.len, f->slot, f->count, filler);
}

static bool put_part(struct buf *out, struct render *r, struct render_part const *p, struct stencil_filler const *filler)
{
	if (!p->base64)
		return put_filled(out, &p->encoded, filler);
	r->scratch.len = 0;
	return put_filled(&r->scratch, &p->encoded, filler) && compose_base64(out, r->scratch.s, r->scratch.len);
}

static char const *encoding_name(struct render_part const *p)
{
	return p->base64 ? "base64" : "quoted-printable";
}

/* --- Mails ------------------------------------------------------------------------------- */

/* No encoding has this in its lines. */
#define BOUNDARY "=_saca"
#define DELIMITER "\r\n--" BOUNDARY

static bool put_part_header(struct buf *out, char const *type, struct render_part const *p)
{
	return PUT(out, DELIMITER "\r\nContent-Type: text/", type, "; charset=UTF-8\r\nContent-Transfer-Encoding: ",
		encoding_name(p), "\r\n\r\n");
}

static bool put_list_id(struct buf *out, struct render_send const *s)
{
	struct buf id = BUF_ZERO;
	struct accounts_text name = s->name.n ? s->name : s->sender;
	bool done = put_number(&id, s->sender_id) && PUT(&id, ".", s->plan, ".", s->host)
		&& compose_named(out, "List-Id", name.s, name.n, id.s, id.len);
	buf_free(&id);
	return done;
}

static bool write_constants(struct render *r)
{
	struct render_send const *s = &r->send;
	return compose_named(&r->before_to, "From", s->name.n ? s->name.s : "", s->name.n, s->sender.s, s->sender.n)
		&& buf_puts(&r->before_to, "To: <")
		&& buf_puts(&r->before_list, ">\r\n")
		&& compose_text(&r->before_list, "Subject", s->subject.n ? s->subject.s : "", s->subject.n)
		&& PUT(&r->before_list, "List-Unsubscribe: <", s->url, "/u/")
		&& buf_puts(&r->after_list, ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
		&& put_list_id(&r->after_list, s)
		&& buf_puts(&r->after_list, "Feedback-ID: ") && put_number(&r->after_list, s->send_id)
		&& PUT(&r->after_list, ":", s->plan, ":smtp:", s->brand, "\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n"
			"Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\r\n")
		&& put_part_header(&r->after_list, "plain", &r->text) && put_part_header(&r->between, "html", &r->html)
		&& buf_puts(&r->end, DELIMITER "--\r\n");
}

bool render_start(struct render *r, struct render_send const *send, struct template const *t)
{
	r->send = *send;
	return prepare_part(&r->text, &t->text) && prepare_part(&r->html, &t->html) && write_constants(r);
}

void render_free(struct render *r)
{
	buf_free(&r->before_to);
	buf_free(&r->before_list);
	buf_free(&r->after_list);
	buf_free(&r->between);
	buf_free(&r->end);
	buf_free(&r->scratch);
	stencil_free(&r->text.encoded);
	stencil_free(&r->html.encoded);
}

static bool put_buf(struct buf *out, struct buf const *b)
{
	return buf_put(out, b->s, b->len);
}

static size_t write_token(char out[TOKEN_SIZE], enum token_kind kind, struct stencil_filler const *f)
{
	struct token t = {kind, f->plan, f->send, f->contact, 0};
	return token_write(out, &t, f->key, f->mac, f->keys);
}

/* Appends the List-Unsubscribe fields. The token goes to the place of a %s: in the URL, and in
   the address. */
static bool put_list_unsubscribe(struct buf *out, struct render_send const *s, struct stencil_filler const *filler)
{
	char token[TOKEN_SIZE];
	size_t n = write_token(token, TOKEN_UNSUBSCRIBE, filler);
	if (!n || !buf_put(out, token, n))
		return false;
	return !s->prefix || (PUT(out, ">,\r\n <mailto:", s->prefix) && buf_put(out, token, n) && PUT(out, "@", s->bounce_host));
}

bool render_mail(struct buf *out, struct render *r, char const *date, char const *address, size_t n,
	struct stencil_filler const *filler)
{
	struct render_send const *s = &r->send;
	return PUT(out, "Date: ", date, "\r\nMessage-ID: <") && put_number(out, s->send_id) && buf_puts(out, ".")
		&& put_number(out, filler->contact) && PUT(out, ".", s->seed, "@", s->host, ">\r\n")
		&& put_buf(out, &r->before_to) && buf_put(out, address, n)
		&& put_buf(out, &r->before_list) && put_list_unsubscribe(out, s, filler)
		&& put_buf(out, &r->after_list) && put_part(out, r, &r->text, filler)
		&& put_buf(out, &r->between) && put_part(out, r, &r->html, filler) && put_buf(out, &r->end);
}

bool render_envelope(struct buf *out, struct render const *r, struct stencil_filler const *filler)
{
	struct render_send const *s = &r->send;
	char token[TOKEN_SIZE];
	if (!s->prefix)
		return buf_put(out, s->sender.s, s->sender.n);
	size_t n = write_token(token, TOKEN_BOUNCE, filler);
	if (!n || strlen(s->prefix) + n > RENDER_ENVELOPE_MAX)
		return false;
	return buf_puts(out, s->prefix) && buf_put(out, token, n) && PUT(out, "@", s->bounce_host);
}

bool render_prefix_fits(char const *prefix)
{
	size_t const octets = 2 + 4 + 6 + 6 + TOKEN_MAC;
	return strlen(prefix) + BASE32_LENGTH(octets) <= RENDER_ENVELOPE_MAX;
}

bool render_brand(char out[RENDER_BRAND_MAX + 1], char const *brand)
{
	size_t n = 0;
	for (; *brand && n < RENDER_BRAND_MAX; brand++)
		if (ascii_is_alpha(*brand) || ascii_is_digit(*brand))
			out[n++] = *brand;
	out[n] = 0;
	return n >= RENDER_BRAND_MIN;
}
