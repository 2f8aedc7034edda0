/* A message's content: see content.h. */
#include "import/content.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/cid.h"
#include "mail/html_meta.h"
#include "mail/image.h"
#include "mail/transfer.h"
#include "import/cid_parts.h"
#include "import/convert.h"
#include "import/convert_header.h"

#include <errno.h>
#include <skalibs/bytestr.h>
#include <stdlib.h>
#include <string.h>

#define NO_IMAGE ((size_t)-1)

/* The state of content_read. status: the first failure, after which nothing more is done. */
struct reader {
	struct content *c;
	struct message const *msg;
	char const *url;
	struct webfolder *w;
	struct cid_parts parts;
	struct buf id, answer, octets;
	size_t image_room, unresolved_room, unhosted_room;
	enum content_status status;
	int error;
};

bool content_url_ok(char const *url)
{
	char const *slashes = strstr(url, "://");
	if (!*url)
		return true;
	if (!cid_safe(url) || strchr(url, '?'))
		return false;
	bool web = str_start(url, "http://") || str_start(url, "https://");
	return *url == '/' || (web && slashes[3] && slashes[3] != '/');
}

static struct mime_part const *part_of(struct reader const *r, size_t i)
{
	return mime_part(r->msg->mime, i);
}

static void set_failure(struct reader *r, enum content_status status)
{
	if (r->status == CONTENT_OK) {
		r->error = errno;
		r->status = status;
	}
}

static bool has_id(struct content const *c, struct buf const *id)
{
	for (size_t i = 0; i < c->image_count; i++) {
		struct buf const *b = &c->images[i].content_id;
		if (b->len == id->len && (!id->len || !memcmp(b->s, id->s, id->len)))
			return true;
	}
	return false;
}

/* Writes a Content-ID for the store. Different ones can become equal when they are converted or cut.
   Then the later one is marked: piece_image has each once. */
static bool put_id(struct content const *c, char const *id, struct buf *out)
{
	if (!convert_octets(id, strlen(id), out))
		return false;
	if (out->len > CONTENT_ID)
		for (out->len = CONTENT_ID; !utf8_valid(out->s, out->len);)
			out->len--;
	while (has_id(c, out))
		if (!buf_putc(out, '~'))
			return false;
	return true;
}

/* Hosts r->octets as an image. */
static size_t host_image(struct reader *r, char const *type, char const *id)
{
	struct content *c = r->c;
	struct store_image *images = array_reserve(c->images, c->image_count, &r->image_room, sizeof *images);
	if (!images) {
		set_failure(r, CONTENT_NO_MEMORY);
		return NO_IMAGE;
	}
	c->images = images;
	struct store_image *i = &images[c->image_count];
	*i = (struct store_image){.type = type, .bytes = r->octets.len};
	if (!webfolder_put(r->w, type, r->octets.s, r->octets.len, i->sha256, i->path)) {
		set_failure(r, CONTENT_WEB);
		return NO_IMAGE;
	}
	if (!put_id(c, id, &i->content_id)) {
		buf_free(&i->content_id);
		set_failure(r, CONTENT_NO_MEMORY);
		return NO_IMAGE;
	}
	return c->image_count++;
}

/* Hosts the image of a group: the first of its parts that is one. */
static size_t image_of(struct reader *r, struct cid_parts_group *g)
{
	if (g->seen)
		return g->image;
	g->seen = true;
	g->image = NO_IMAGE;
	for (size_t k = 0; k < g->count; k++) {
		r->octets.len = 0;
		if (!transfer_decode(part_of(r, r->parts.parts[g->first + k]), r->msg->s, &r->octets)) {
			set_failure(r, CONTENT_NO_MEMORY);
			return NO_IMAGE;
		}
		char const *type = image_type(r->octets.s, r->octets.len);
		if (type)
			return g->image = host_image(r, type, g->id);
	}
	return NO_IMAGE;
}

/* The first image of groups[from..to), whose Content-IDs are equal but for their case. */
static size_t image_among(struct reader *r, size_t from, size_t to)
{
	struct cid_parts_group *g = r->parts.groups;
	if (g[from].any_seen)
		return g[from].any_image;
	size_t image = NO_IMAGE;
	for (size_t i = from; i < to && image == NO_IMAGE && r->status == CONTENT_OK; i++)
		image = image_of(r, &g[i]);
	g[from].any_seen = true;
	return g[from].any_image = image;
}

/* The image with a Content-ID: with exactly that, else with one that differs in case alone. *known
   becomes true if there is such a part. */
static size_t image_named(struct reader *r, char const *id, size_t n, bool *known)
{
	size_t exact, from, to, image = NO_IMAGE;
	cid_parts_find(&r->parts, id, n, &exact, &from, &to);
	*known = *known || from < to;
	if (exact < r->parts.group_count)
		image = image_of(r, &r->parts.groups[exact]);
	return image == NO_IMAGE && from < to ? image_among(r, from, to) : image;
}

/* Cuts blanks and brackets around an id. Brackets are not part of it (RFC 2392 2), but programs
   write them. */
static void strip_id(char const **s, size_t *n)
{
	while (*n && ascii_is_blank(**s))
		++*s, --*n;
	while (*n && ascii_is_blank((*s)[*n - 1]))
		--*n;
	if (*n > 1 && **s == '<' && (*s)[*n - 1] == '>')
		++*s, *n -= 2;
}

static void note_cid(struct reader *r, struct content_cids *cids, size_t *room, char const *id, size_t n)
{
	struct buf *list = array_reserve(cids->ids, cids->count, room, sizeof *list);
	struct buf b = BUF_ZERO;
	if (list)
		cids->ids = list;
	if (!list || !convert_octets(id, n, &b)) {
		buf_free(&b);
		set_failure(r, CONTENT_NO_MEMORY);
		return;
	}
	list[cids->count++] = b;
}

/* The image for the rest of a cid: URL. Some programs do not percent-encode it. */
static size_t resolve_cid(struct reader *r, char const *id, size_t n)
{
	r->id.len = 0;
	if (!buf_put(&r->id, id, n)) {
		set_failure(r, CONTENT_NO_MEMORY);
		return NO_IMAGE;
	}
	char const *decoded = r->id.s;
	size_t len = r->id.len = cid_decode(r->id.s, n);
	bool known = false;
	strip_id(&decoded, &len);
	size_t image = image_named(r, decoded, len, &known);
	if (image == NO_IMAGE && r->status == CONTENT_OK && r->id.len < n)
		image = image_named(r, id, n, &known);
	if (image == NO_IMAGE && r->status == CONTENT_OK)
		note_cid(r, known ? &r->c->unhosted : &r->c->unresolved,
			known ? &r->unhosted_room : &r->unresolved_room, decoded, len);
	return image;
}

/* The URL of an image, for cid_rewrite. */
static char const *find_url(void *data, char const *id, size_t n)
{
	struct reader *r = data;
	size_t image = r->status == CONTENT_OK ? resolve_cid(r, id, n) : NO_IMAGE;
	if (image == NO_IMAGE)
		return NULL;
	size_t prefix = strlen(r->url);
	while (prefix && r->url[prefix - 1] == '/')
		prefix--;
	r->answer.len = 0;
	if (buf_put(&r->answer, r->url, prefix) && buf_putc(&r->answer, '/')
	    && buf_puts(&r->answer, r->c->images[image].path) && buf_putc(&r->answer, 0))
		return r->answer.s;
	set_failure(r, CONTENT_NO_MEMORY);
	return NULL;
}

static int compare_bufs(void const *a, void const *b)
{
	struct buf const *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int d = n ? memcmp(x->s, y->s, n) : 0;
	return d ? d : (x->len > y->len) - (x->len < y->len);
}

/* Sorts the list and drops repeated ids. */
static void sort_cids(struct content_cids *c)
{
	size_t n = 0;
	if (c->count)
		qsort(c->ids, c->count, sizeof *c->ids, compare_bufs);
	for (size_t i = 0; i < c->count; i++) {
		if (n && !compare_bufs(&c->ids[n - 1], &c->ids[i]))
			buf_free(&c->ids[i]);
		else
			c->ids[n++] = c->ids[i];
	}
	c->count = n;
}

/* Appends a part's body to out, decoded and in UTF-8. */
static bool read_part(struct reader *r, size_t i, bool html, struct buf *out)
{
	struct mime_part const *part = part_of(r, i);
	r->octets.len = 0;
	return transfer_decode(part, r->msg->s, &r->octets)
		&& (html ? convert_html : convert_to_utf8)(part->charset, r->octets.s, r->octets.len, out);
}

/* Appends a piece of the text, on a line of its own. */
static bool read_text(struct reader *r, size_t i)
{
	struct buf *text = &r->c->text;
	bool joined = text->len && text->s[text->len - 1] != '\n';
	return (!joined || buf_putc(text, '\n')) && read_part(r, i, false, text);
}

static bool read_html(struct reader *r, size_t i)
{
	struct buf utf8 = BUF_ZERO, corrected = BUF_ZERO;
	bool good = read_part(r, i, true, &utf8) && html_meta_correct(utf8.s, utf8.len, &corrected)
		&& cid_rewrite(corrected.s, corrected.len, find_url, r, &r->c->html);
	buf_free(&utf8);
	buf_free(&corrected);
	return good;
}

static bool read_pieces(struct reader *r)
{
	bool good = true;
	for (size_t i = 0; good && i < mime_count(r->msg->mime); i++) {
		if (r->msg->use[i] == BODY_TEXT)
			good = read_text(r, i);
		else if (r->msg->use[i] == BODY_HTML)
			good = read_html(r, i);
	}
	return good;
}

static bool read_fields(struct reader *r)
{
	char const *value;
	if (mime_field(r->msg->mime, "Subject", &value) < 0 || (value && !convert_header(value, &r->c->subject)))
		return false;
	return mime_field(r->msg->mime, "Message-ID", &value) >= 0
		&& (!value || convert_octets(value, strlen(value), &r->c->message_id));
}

enum content_status content_read(struct content *c, struct message const *msg, char const *url,
	struct webfolder *w)
{
	struct reader r = {.c = c, .msg = msg, .url = url, .w = w};
	*c = (struct content){.image_count = 0};
	if (!cid_parts_start(&r.parts, msg))
		return CONTENT_NO_MEMORY;
	if (!read_fields(&r) || !read_pieces(&r))
		set_failure(&r, CONTENT_NO_MEMORY);
	sort_cids(&c->unresolved);
	sort_cids(&c->unhosted);
	cid_parts_free(&r.parts);
	buf_free(&r.id);
	buf_free(&r.answer);
	buf_free(&r.octets);
	if (r.status != CONTENT_OK) {
		content_free(c);
		errno = r.error;
	}
	return r.status;
}

bool content_read_name(struct content *c, struct message const *msg, char const *prefix)
{
	struct buf field = BUF_ZERO;
	char const *value;
	bool done = buf_puts(&field, prefix) && buf_puts(&field, "Name") && buf_putc(&field, 0)
		&& mime_field(msg->mime, field.s, &value) >= 0 && (!value || convert_header(value, &c->name));
	buf_free(&field);
	return done;
}

static void free_cids(struct content_cids *c)
{
	for (size_t i = 0; i < c->count; i++)
		buf_free(&c->ids[i]);
	free(c->ids);
}

void content_free(struct content *c)
{
	buf_free(&c->subject);
	buf_free(&c->name);
	buf_free(&c->message_id);
	buf_free(&c->text);
	buf_free(&c->html);
	for (size_t i = 0; i < c->image_count; i++)
		buf_free(&c->images[i].content_id);
	free(c->images);
	free_cids(&c->unresolved);
	free_cids(&c->unhosted);
	*c = (struct content){.image_count = 0};
}
