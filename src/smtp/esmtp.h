/* The parameters after the path of MAIL and RCPT (RFC 5321 section 4.1.2). */
#ifndef SMTP_ESMTP_H
#define SMTP_ESMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum esmtp_fault {
	ESMTP_OK,
	ESMTP_SYNTAX,  /* 501: a malformed keyword or value, or a keyword twice */
	ESMTP_VALUE,   /* 504: a value for an extension that is not offered (BODY=BINARYMIME) */
	ESMTP_UNKNOWN  /* 555: an unknown parameter */
};

struct esmtp_mail {
	bool has_size, smtputf8;
	uint64_t size; /* of SIZE (RFC 1870), in octets */
};

/* Parses s[0..n), the text after the path of MAIL: SIZE, BODY, SMTPUTF8, AUTH. */
enum esmtp_fault esmtp_mail(char const *s, size_t n, struct esmtp_mail *out);

/* The same for RCPT, which knows no parameters. */
enum esmtp_fault esmtp_rcpt(char const *s, size_t n);

#endif
