/* The tree of a message's parts, for people to look at. */
#ifndef MAIL_MIME_TREE_H
#define MAIL_MIME_TREE_H

#include "base/buf.h"
#include "mail/message.h"

#include <stdbool.h>

/* Appends a heading and one line a part, in aligned columns: type (indented by two blanks per
   depth), charset, transfer encoding, disposition, octets once decoded, and what the part is used
   as; `-` where there is nothing to say. Whatever the message holds, these lines are printable
   ASCII; a cell of more than MIME_TREE_CELL octets is cut. msg: message_read filled it.
   False: out of memory. */
#define MIME_TREE_CELL 40
bool mime_tree_draw(struct buf *out, struct message const *msg);

#endif
