/* Punycode (RFC 3492): the ASCII form of a domain label that has other characters. */
#ifndef MAIL_PUNYCODE_H
#define MAIL_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

#define PUNYCODE_LABEL 63 /* octets of a label: RFC 1035 2.3.4 */

/* Writes the A-label (`xn--...`, RFC 5890 2.3.2.1) of the U-label code[0..n) and returns its
   length; 0: it would exceed PUNYCODE_LABEL. The code points are as they are to be encoded:
   lower case, in normalization form C. */
size_t punycode_label(uint32_t const *code, size_t n, char out[PUNYCODE_LABEL]);

#endif
