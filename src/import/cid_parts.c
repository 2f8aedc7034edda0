/* Parts by Content-ID: see cid_parts.h. Binary search, for a thousand parts and fifty thousand
   URLs. */
#include "import/cid_parts.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/mime_head.h"
#include "import/convert.h"
#include "import/convert_header.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	char const *id;
	uint32_t part;
};

/* Compares octets, with A-Z lowered. */
static int compare_folded(char const *a, size_t n, char const *b, size_t len)
{
	for (size_t i = 0; i < n && i < len; i++) {
		int d = (unsigned char)ascii_lower(a[i]) - (unsigned char)ascii_lower(b[i]);
		if (d)
			return d;
	}
	return (n > len) - (n < len);
}

/* Compares likewise; then equal ids by their octets. */
static int compare_ids(char const *a, size_t n, char const *b, size_t len)
{
	int d = compare_folded(a, n, b, len);
	return d || !n ? d : memcmp(a, b, n);
}

static int compare_entries(void const *a, void const *b)
{
	struct entry const *x = a, *y = b;
	int d = compare_ids(x->id, strlen(x->id), y->id, strlen(y->id));
	return d ? d : (x->part > y->part) - (x->part < y->part);
}

/* Decodes an id: its encoded words, and the brackets inside them; other octets than UTF-8 as in any
   field. Writes nothing if there is nothing to decode. Appends a NUL. */
static bool decode_id(char const *id, struct buf *out)
{
	struct buf all = BUF_ZERO;
	if (!strstr(id, "=?"))
		return (utf8_valid(id, strlen(id)) || convert_octets(id, strlen(id), out)) && buf_putc(out, 0);
	bool good = convert_header(id, &all);
	char const *s = all.s;
	size_t n = all.len;
	mime_head_id(&s, &n);
	good = good && buf_put(out, s, n) && buf_putc(out, 0);
	buf_free(&all);
	return good;
}

/* Writes both names of each part to entries; *n: their number. */
static bool collect_ids(struct cid_parts *c, struct entry *entries, size_t *n, struct message const *msg)
{
	*n = 0;
	for (size_t i = 0; i < mime_count(msg->mime); i++) {
		char const *id = mime_part(msg->mime, i)->id;
		if (msg->use[i] != BODY_INLINE)
			continue;
		entries[(*n)++] = (struct entry){id, (uint32_t)i};
		struct buf *decoded = c->decoded + c->decoded_count++;
		if (!decode_id(id, decoded))
			return false;
		if (*decoded->s && strcmp(decoded->s, id) != 0)
			entries[(*n)++] = (struct entry){decoded->s, (uint32_t)i};
	}
	if (*n)
		qsort(entries, *n, sizeof *entries, compare_entries);
	return true;
}

bool cid_parts_start(struct cid_parts *c, struct message const *msg)
{
	size_t n, count = mime_count(msg->mime), room = count * 2;
	struct entry *entries = calloc(room, sizeof *entries);
	*c = (struct cid_parts){.groups = calloc(room, sizeof *c->groups), .parts = calloc(room, sizeof *c->parts),
		.decoded = calloc(count, sizeof *c->decoded)};
	if (!entries || !c->groups || !c->parts || !c->decoded || !collect_ids(c, entries, &n, msg)) {
		free(entries);
		cid_parts_free(c);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!i || strcmp(entries[i].id, entries[i - 1].id))
			c->groups[c->group_count++] = (struct cid_parts_group){
				.id = entries[i].id, .length = strlen(entries[i].id), .first = i};
		c->groups[c->group_count - 1].count++;
		c->parts[i] = entries[i].part;
	}
	free(entries);
	return true;
}

void cid_parts_free(struct cid_parts *c)
{
	free(c->groups);
	free(c->parts);
	for (size_t i = 0; i < c->decoded_count; i++)
		buf_free(&c->decoded[i]);
	free(c->decoded);
	*c = (struct cid_parts){.groups = NULL};
}

/* The first group for which compare(id, group) is less than `than`. */
static size_t search_groups(struct cid_parts const *c, char const *id, size_t n, int than,
	int (*compare)(char const *, size_t, char const *, size_t))
{
	size_t low = 0, high = c->group_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct cid_parts_group const *g = &c->groups[middle];
		if (compare(id, n, g->id, g->length) < than)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void cid_parts_find(struct cid_parts const *c, char const *id, size_t n,
	size_t *exact, size_t *from, size_t *to)
{
	*from = search_groups(c, id, n, 1, compare_folded);
	*to = search_groups(c, id, n, 0, compare_folded);
	*exact = search_groups(c, id, n, 1, compare_ids);
	if (*exact < c->group_count && (c->groups[*exact].length != n || memcmp(id, c->groups[*exact].id, n)))
		*exact = c->group_count;
}
