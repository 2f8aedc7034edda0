/* A stencil: octets, and slots between them that each contact's tokens fill. The HTML and the
   text of a send are compiled to stencils once; a mail or a view page is a stencil filled in. */
#ifndef SEND_STENCIL_H
#define SEND_STENCIL_H

#include "base/buf.h"
#include "send/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stencil_slot {
	size_t at; /* the slot is before octets.s[at]; never less than the one before it */
	enum token_kind kind;
	uint64_t link; /* TOKEN_CLICK: its number, from 1; else 0 */
};

/* All zero is an empty stencil. The caller frees it. */
struct stencil {
	struct buf octets;
	struct stencil_slot *slot;
	size_t count, cap;
};

/* Appends to the stencil. False: out of memory. */
bool stencil_put(struct stencil *f, char const *s, size_t n);
bool stencil_puts(struct stencil *f, char const *s);
bool stencil_slot(struct stencil *f, enum token_kind kind, uint64_t link);

/* Frees the memory and empties the stencil. */
void stencil_free(struct stencil *f);

/* The contact whose tokens fill the slots, and the key that signs them. */
struct stencil_filler {
	uint64_t plan, send, contact;
	token_mac *mac;
	void const *keys;
	unsigned char key;
};

/* Appends octets[0..n), filled in, to out: the slots count from slot[0] on. False: out of
   memory, a token cannot be written (token_write), or a slot is out of its place. */
bool stencil_fill(struct buf *out, char const *octets, size_t n, struct stencil_slot const *slot, size_t count,
	struct stencil_filler const *filler);

/* Writes the slots as text, one `AT KIND LINK` a line. stencil_read_slots reads it, and accepts
   only slots in octets[0..n); the caller frees *slot. False: malformed, or out of memory. */
bool stencil_write_slots(struct buf *out, struct stencil const *f);
bool stencil_read_slots(struct stencil_slot **slot, size_t *count, char const *s, size_t len, size_t n);

#endif
