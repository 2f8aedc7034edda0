/* Converts ISO-2022-JP, as Japanese mail has it, to EUC-JP. RFC 1468 allows ASCII and JIS X 0208.
   Windows and telephones add characters of NEC and IBM, half-width katakana and JIS X 0212, which
   strict decoders reject. EUC-JP has them all, and no escape sequences: its decoder can skip one
   unreadable character and continue. */
#ifndef MAIL_ISO2022JP_H
#define MAIL_ISO2022JP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends s[0..n) to out as EUC-JP. Octets that are not ISO-2022-JP become 0xff, which is not
   EUC-JP. Each line begins in ASCII, even if the line before did not end so, as RFC 1468 requires.
   The Roman letters of JIS X 0201 become ASCII. False: out of memory. */
bool iso2022jp_to_euc(char const *s, size_t n, struct buf *out);

#endif
