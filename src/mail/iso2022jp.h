/* ISO-2022-JP as Japanese mail has it. By RFC 1468 it is ASCII and JIS X 0208; Windows
   and telephones add NEC's and IBM's characters, half-width katakana and JIS X 0212, at
   which strict decoders stop. All of these are in EUC-JP too, without escape sequences,
   so that what a decoder of that can't read is stepped over one character at a time. */
#ifndef MAIL_ISO2022JP_H
#define MAIL_ISO2022JP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends s[0..n) to out as EUC-JP. What is no ISO-2022-JP becomes the octet 0xff, which
   is no EUC-JP. A line begins in ASCII again, whatever was forgotten on the one before
   (RFC 1468 requires that it ends so). JIS X 0201's Roman letters are taken for ASCII.
   False: out of memory. */
bool iso2022jp_to_euc(char const *s, size_t n, struct buf *out);

#endif
