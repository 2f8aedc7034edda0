/* The expiry of a certificate, read by BearSSL. */
#include "tls/expiry.h"

#include <bearssl.h>

enum { DAYS_BEFORE_1970 = 719528, DAY_S = 86400 }; /* BearSSL counts from January 1st of year 0 */

bool expiry_read(struct keypair const *k, int64_t *seconds)
{
	br_x509_decoder_context d;
	br_x509_decoder_init(&d, NULL, NULL);
	br_x509_decoder_push(&d, k->chain[0].data, k->chain[0].data_len);
	if (!br_x509_decoder_get_pkey(&d))
		return false;
	*seconds = ((int64_t)d.notafter_days - DAYS_BEFORE_1970) * DAY_S + d.notafter_seconds;
	return true;
}
