/* Undoes a Content-Transfer-Encoding (RFC 2045 6), as mail in the wild has it. */
#ifndef MAIL_TRANSFER_H
#define MAIL_TRANSFER_H

#include "base/buf.h"
#include "mail/mime.h"

#include <stdbool.h>

/* Appends the part's body to out, decoded. An unknown encoding leaves it as it is. message: the
   octets of the message.

   In text/plain and text/html words count: lines that cannot be base64, and the lines after them,
   are kept as they are. These are a body that was never encoded, or the footer of a mailing list
   after an encoded one. In other parts, octets that are no base64 are skipped (base64_read).
   False: out of memory. */
bool transfer_decode(struct mime_part const *part, char const *message, struct buf *out);

#endif
