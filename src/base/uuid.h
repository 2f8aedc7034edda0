/* Unique names for transactions, made by libuuid. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#define UUID_HEX 33 /* 32 digits and a NUL */

/* Writes a random UUID (RFC 9562 5.4) as 32 lowercase hexadecimal digits. */
void uuid_fresh(char out[UUID_HEX]);

#endif
