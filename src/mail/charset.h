/* What a charset is called. Mail names charsets in hundreds of ways; this gives the one
   name under which iconv(3) reads what the sender's program meant: labels are cleaned
   (case, quotes, blanks, `x-` names, missing dashes) and, where the world writes one
   thing and means a larger one, read as browsers read them (the WHATWG Encoding
   Standard: iso-8859-1 is windows-1252, gb2312 is GB18030, shift_jis is CP932). */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#define CHARSET_NAME 64 /* octets of a name, with its NUL */

/* Writes the name for the label s[0..n). Labels the table does not know come out
   cleaned and in capitals, for iconv to judge. False: no name at all ("" or octets no
   charset's name has; a name never holds `/`, which iconv_open(3) gives a meaning);
   out is then "". */
bool charset_name(char const *s, size_t n, char out[CHARSET_NAME]);

#endif
