/* Undoes a Content-Transfer-Encoding (RFC 2045 6), as mail in the wild has it. */
#ifndef MAIL_TRANSFER_H
#define MAIL_TRANSFER_H

#include "base/buf.h"
#include "mail/mime.h"

#include <stdbool.h>

/* Appends the part's body to out, decoded. An unknown encoding leaves it as it is. message: the
   octets of the message.

   A text/plain or text/html part may be labelled as base64 without being encoded, or have the
   plain footer of a mailing list after the base64. From the first line that cannot be base64 on,
   the text is copied unchanged. In other parts, octets that are not base64 are skipped
   (base64_read). False: out of memory. */
bool transfer_decode(struct mime_part const *part, char const *message, struct buf *out);

#endif
