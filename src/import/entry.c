/* From a spool file to a row. The message is read with the code of saca-mime, so that every accepted
   message can be imported. */
#include "import/entry.h"

#include "base/utf8.h"

#include "mail/message.h"
#include "spool/lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Octets of text and HTML together. A row of SQLite has 10^9 at most, a message to PostgreSQL 2^30. In
   UTF-8 they can be three times as long as in the file. */
#define PIECE_MAX 990000000

static enum entry_result end_with(struct entry *e, enum entry_result r, char const *reason)
{
	e->reason = reason;
	return r;
}

static struct slice slice_of(struct buf const *b)
{
	return (struct slice){b->s, b->len};
}

static void set_piece(struct entry *e)
{
	struct content const *c = &e->content;
	e->piece = (struct store_piece){.subject = slice_of(&c->subject), .name = slice_of(&c->name),
		.message_id = slice_of(&c->message_id), .text = slice_of(&c->text),
		.html = slice_of(&c->html), .images = c->images, .image_count = c->image_count};
	e->row.piece = &e->piece;
}

static enum entry_result read_content(struct entry *e, struct message const *msg,
	struct entry_options const *o)
{
	switch (content_read(&e->content, msg, o->url, o->web)) {
	case CONTENT_OK:
		if (e->content.html.len + e->content.text.len > PIECE_MAX)
			return end_with(e, ENTRY_REFUSED, "its text and HTML are too large for a store in UTF-8");
		message_options(msg->mime, o->prefix, &e->row.options);
		if (!message_unknown_options(msg->mime, o->prefix, &e->unknown_options)
				|| !content_read_name(&e->content, msg, o->prefix))
			return end_with(e, ENTRY_FAILED, "out of memory");
		set_piece(e);
		return ENTRY_OK;
	case CONTENT_WEB:
		if (webfolder_is_broken(o->web, errno))
			return end_with(e, ENTRY_WEB, spool_error(errno));
		snprintf(e->refusal, sizeof e->refusal, "an image cannot be written to the web folder: %s",
			strerror(errno));
		return end_with(e, ENTRY_REFUSED, e->refusal);
	default:
		return end_with(e, ENTRY_FAILED, "out of memory");
	}
}

static enum entry_result read_checked(struct entry *e, struct entry_options const *o)
{
	struct message msg;
	enum entry_result r;
	enum message_verdict verdict = message_read(&msg, e->file.message.s, e->file.message.n);
	if (verdict == MESSAGE_NO_MEMORY) {
		r = end_with(e, ENTRY_FAILED, "out of memory");
	} else if (verdict != MESSAGE_OK) {
		message_reason(e->refusal, verdict);
		r = end_with(e, ENTRY_REFUSED, e->refusal);
	} else {
		r = read_content(e, &msg, o);
	}
	int saved = errno;
	message_free(&msg);
	errno = saved;
	return r;
}

/* Stores refuse anything but UTF-8. */
static bool is_text(struct spoolfile const *f)
{
	return utf8_valid(f->sender.s, f->sender.n) && utf8_valid(f->user.s, f->user.n)
		&& utf8_valid(f->ip.s, f->ip.n) && utf8_valid(f->delivered.s, f->delivered.n);
}

/* Frees what the last entry_read made, except for the octets. */
static void clear_entry(struct entry *e)
{
	content_free(&e->content);
	e->content = (struct content){.image_count = 0};
	e->row = (struct store_entry){.file = NULL};
	e->file = (struct spoolfile){.send = 0};
	e->unknown_options.len = 0;
	e->reason = NULL;
	e->id[0] = 0;
}

enum entry_result entry_read(struct entry *e, struct entry_options const *o)
{
	clear_entry(e);
	char const *wrong = spoolfile_read(&e->file, e->octets.s, e->octets.len);
	if (wrong)
		return end_with(e, ENTRY_REFUSED, wrong);
	memcpy(e->id, e->file.id.s, sizeof e->id - 1);
	if (!is_text(&e->file))
		return end_with(e, ENTRY_REFUSED, "the envelope is not UTF-8");
	if (e->file.send > INT64_MAX)
		return end_with(e, ENTRY_REFUSED, "the send number is too large");
	e->row.file = &e->file;
	if (!e->file.send)
		return ENTRY_OK;
	return read_checked(e, o);
}

void entry_free(struct entry *e)
{
	clear_entry(e);
	buf_free(&e->octets);
	buf_free(&e->unknown_options);
}
