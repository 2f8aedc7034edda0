/* Text and HTML among the parts: see body.h. At most MIME_PARTS * MIME_PARTS steps. */
#include "mail/body.h"

#include <string.h>

/* The tree, and facts about each part that depend on others. */
struct view {
	struct mime const *m;
	uint32_t count;
	bool attached[MIME_PARTS];       /* it is an attachment, or inside one */
	uint32_t stated[MIME_PARTS];     /* of a multipart/related: the root that it names, if it exists */
	uint32_t first_child[MIME_PARTS];
	uint32_t taken[MIME_PARTS];      /* of a multipart/alternative: the child whose pieces count */
	bool own[MIME_PARTS];            /* a multipart/alternative with HTML and text */
};

static bool is_type(struct view const *v, uint32_t i, char const *type)
{
	return !strcmp(mime_part(v->m, i)->type, type);
}

static uint32_t parent_of(struct view const *v, uint32_t i)
{
	return mime_part(v->m, i)->parent;
}

static void view_start(struct view *v, struct mime const *m)
{
	v->m = m;
	v->count = (uint32_t)mime_count(m);
	for (uint32_t i = 0; i < v->count; i++) {
		struct mime_part const *part = mime_part(m, i);
		uint32_t up = part->parent;
		v->attached[i] = part->attachment || (up != MIME_NONE && v->attached[up]);
		v->stated[i] = v->first_child[i] = MIME_NONE;
		v->own[i] = false;
		if (up == MIME_NONE)
			continue;
		if (v->first_child[up] == MIME_NONE)
			v->first_child[up] = i;
		if (*part->id && v->stated[up] == MIME_NONE && !strcmp(part->id, mime_part(m, up)->start))
			v->stated[up] = i;
	}
}

static bool can_be_piece(struct view const *v, uint32_t i, char const *type)
{
	return is_type(v, i, type) && mime_part(v->m, i)->encoding != MIME_UNKNOWN && !v->attached[i];
}

/* The first piece of a type in part `from`. */
static uint32_t first_in(struct view const *v, uint32_t from, char const *type)
{
	for (uint32_t i = from; i < v->count; i++) {
		if (i > from && mime_part(v->m, i)->depth <= mime_part(v->m, from)->depth)
			break;
		if (can_be_piece(v, i, type))
			return i;
	}
	return MIME_NONE;
}

/* The first piece of a type in the message. If it is beside a stated root that has another, that
   one. (The outermost such root is entered first: at most MIME_DEPTH times in all.) */
static uint32_t first_of(struct view const *v, char const *type)
{
	uint32_t i = MIME_NONE, next = first_in(v, 0, type);
	while (next != MIME_NONE) {
		i = next;
		next = MIME_NONE;
		for (uint32_t part = i, up; (up = parent_of(v, part)) != MIME_NONE; part = up) {
			if (v->stated[up] == MIME_NONE || v->stated[up] == part)
				continue;
			uint32_t other = first_in(v, v->stated[up], type);
			if (other != MIME_NONE)
				next = other;
		}
	}
	return i;
}

/* Marks the innermost multipart/alternative around the HTML piece that has a text. */
static void mark_own(struct view *v, uint32_t html)
{
	for (uint32_t up = parent_of(v, html); up != MIME_NONE; up = parent_of(v, up)) {
		if (v->own[up])
			return;
		if (is_type(v, up, "multipart/alternative") && first_in(v, up, "text/plain") != MIME_NONE) {
			v->own[up] = true;
			return;
		}
	}
}

/* The innermost marked multipart/alternative around part i. */
static uint32_t own_of(struct view const *v, uint32_t i)
{
	uint32_t up = parent_of(v, i);
	while (up != MIME_NONE && !v->own[up])
		up = parent_of(v, up);
	return up;
}

/* Is part i another version of an earlier piece, or beside a root? */
static bool is_elsewhere(struct view const *v, uint32_t i)
{
	for (uint32_t part = i, up; (up = parent_of(v, part)) != MIME_NONE; part = up) {
		uint32_t root = v->stated[up] != MIME_NONE ? v->stated[up] : v->first_child[up];
		if (is_type(v, up, "multipart/related") && root != part)
			return true;
		if (is_type(v, up, "multipart/alternative") && v->taken[up] != MIME_NONE && v->taken[up] != part)
			return true;
	}
	return false;
}

static bool is_named(struct view const *v, uint32_t i)
{
	struct mime_part const *part = mime_part(v->m, i);
	return *part->filename || *part->id;
}

static void take_piece(struct view *v, uint32_t i)
{
	for (uint32_t part = i, up; (up = parent_of(v, part)) != MIME_NONE; part = up)
		if (v->taken[up] == MIME_NONE)
			v->taken[up] = part;
}

/* Uses the pieces of a type. restricted: those in marked multiparts alone. */
static void choose_type(struct view *v, char const *type, enum body_use as, bool restricted, enum body_use *use)
{
	uint32_t first = restricted ? MIME_NONE : first_of(v, type);
	memset(v->taken, 0xff, sizeof v->taken); /* MIME_NONE */
	if (first != MIME_NONE)
		take_piece(v, first);
	for (uint32_t i = 0; i < v->count; i++) {
		if (!can_be_piece(v, i, type))
			continue;
		uint32_t own = restricted ? own_of(v, i) : MIME_NONE;
		bool is_first = i == first
			|| (own != MIME_NONE && v->taken[own] == MIME_NONE && first_in(v, own, type) == i);
		bool is_further = (restricted ? own != MIME_NONE : i > first) && !is_named(v, i) && !is_elsewhere(v, i);
		if (is_first || is_further) {
			take_piece(v, i);
			use[i] = as;
		}
	}
}

void body_choose(struct mime const *m, enum body_use use[MIME_PARTS])
{
	struct view v;
	bool restricted = false;
	view_start(&v, m);
	for (uint32_t i = 0; i < v.count; i++) {
		struct mime_part const *part = mime_part(m, i);
		use[i] = !strncmp(part->type, "multipart/", 10) ? BODY_CONTAINER
			: part->leaf && *part->id ? BODY_INLINE : BODY_IGNORED;
	}
	choose_type(&v, "text/html", BODY_HTML, false, use);
	for (uint32_t i = 0; i < v.count; i++)
		if (use[i] == BODY_HTML)
			mark_own(&v, i);
	for (uint32_t i = 0; i < v.count; i++)
		restricted = restricted || v.own[i];
	choose_type(&v, "text/plain", BODY_TEXT, restricted, use);
}
