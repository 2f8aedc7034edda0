/* Draws the tree of a message's parts. */
#ifndef MAIL_MIME_TREE_H
#define MAIL_MIME_TREE_H

#include "base/buf.h"
#include "mail/message.h"

#include <stdbool.h>

/* Appends a heading and one line for each part, in aligned columns: type (indented by two blanks
   per depth), charset, transfer encoding, disposition, octets after decoding, use. A `-` is an
   empty cell. The lines are printable ASCII; a cell of more than MIME_TREE_CELL octets is cut.
   msg: message_read filled it. False: out of memory. */
#define MIME_TREE_CELL 40
bool mime_tree_draw(struct buf *out, struct message const *msg);

#endif
