/* IP addresses, to text and back. */
#ifndef UCSPI_IP_H
#define UCSPI_IP_H

#include <stdbool.h>
#include <stddef.h>

#define IP_FMT 46 /* octets an address takes at most, with a NUL */

/* Reads all of s[0..n) as an IPv4 address: four decimal numbers and three dots, without
   leading zeros, which some readers take for octal. False: it is none; out is then of no
   use. */
bool ip_scan4(char const *s, size_t n, unsigned char out[4]);

/* Likewise as an IPv6 address (RFC 4291 2.2): one `::` at most, the last 32 bits possibly
   as an IPv4 address; no zone. */
bool ip_scan6(char const *s, size_t n, unsigned char out[16]);

/* Writes the address and a NUL to out, which has IP_FMT octets. IPv6 as RFC 5952 has it;
   one that stands for an IPv4 address (::ffff:0:0/96) as that. */
void ip_fmt4(char *out, unsigned char const ip[4]);
void ip_fmt6(char *out, unsigned char const ip[16]);

#endif
