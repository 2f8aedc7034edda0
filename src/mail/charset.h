/* Names of charsets. Mail labels a charset in hundreds of ways; charset_name finds the name that
   iconv(3) knows. It cleans the label: case, quotes, blanks, `x-`, missing dashes. Some labels
   mean a larger charset in practice. These are read as browsers do (the WHATWG Encoding
   Standard): iso-8859-1 is windows-1252, gb2312 is GB18030, shift_jis is CP932. */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#define CHARSET_NAME 64 /* octets of a name, with its NUL */

/* Writes the name for the label s[0..n). A label that is not in the table is cleaned and written
   in capitals; iconv may know it. The name has no `/`, which is special to iconv_open(3).
   False: the label has no name in it; out is "". */
bool charset_name(char const *s, size_t n, char out[CHARSET_NAME]);

#endif
