/* A published send: a cdb file with the data that saca-hit needs. Its path is FOLDER/(N mod
   1000)/N.cdb, N being the number of the send. saca-send writes it before the first mail;
   saca-hit reads it. Nothing removes it. Its records:

	plan      the number of the plan
	language  the number of the language (send/words.h)
	sender    who sent it, for people: the sender's name, or its address
	subject   UTF-8, may be empty
	url       the URL before `/v/TOKEN`, as saca-send -u has it
	page      the view page: HTML, UTF-8, without its tokens
	slots     where the tokens go in the page (stencil_write_slots)
	1, 2...   the URL of that link, UTF-8, as the piece has it: non-ASCII octets, blanks and
	          control characters may be in it

   The page is the HTML of the mail, but without the view sentence and the open pixel. */
#ifndef SEND_PUBLISH_H
#define SEND_PUBLISH_H

#include "base/cdb.h"
#include "send/stencil.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string of another object, not NUL-terminated. */
struct publish_text {
	char const *s;
	size_t n;
};

struct published {
	uint64_t plan, send;
	unsigned language;
	struct publish_text sender, subject, url, page, slots;
	struct cdb_file file; /* set by publish_open: the strings point into it */
};

/* Writes the file and syncs it and its name; folders are made as needed. p->file is not
   used. link[0] is link 1. dir: a descriptor of FOLDER. False: errno. */
bool publish_write(int dir, struct published const *p, struct publish_text const *link, size_t links);

/* The same for several sends, which share the time of the syncs: publish_begin writes a file under
   another name, and publish_commit syncs and renames all of them. Call publish_end for each in any
   case. False: errno. */
struct publish_file {
	struct cdb_write file;
	int dir, folder;
	bool made_folder;
	char name[32];
};

/* See struct publish_file. link[0] is link 1. publish_commit handles f[0..n). */
bool publish_begin(struct publish_file *f, int dir, struct published const *p, struct publish_text const *link, size_t links);
bool publish_commit(struct publish_file *f, size_t n);
void publish_end(struct publish_file *f);

enum publish_result {
	PUBLISH_FOUND,
	PUBLISH_NONE,  /* there is no such send, or no such link */
	PUBLISH_FAILED /* errno; EINVAL: the file is damaged */
};

/* Opens the file of a send. After PUBLISH_FOUND publish_close unmaps it. */
enum publish_result publish_open(struct published *p, char const *folder, uint64_t send);
void publish_close(struct published *p);

/* The URL of a link, which points into the file. */
enum publish_result publish_link(struct published const *p, uint64_t number, struct publish_text *url);

/* Appends the view page of a contact to out; filler has its numbers. False: errno. */
bool publish_page(struct buf *out, struct published const *p, struct stencil_filler const *filler);

#endif
