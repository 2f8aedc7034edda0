/* Requests to the queue service: every result is inside the request, and writing it again gives
   the same request. */
#include "service/submission.h"
#include "fuzz.h"

static void check_inside(char const *s, size_t n, char const *piece, size_t len)
{
	must(piece >= s && len <= n && (size_t)(piece - s) <= n - len);
}

static void check_values(struct submission const *r, char const *s, size_t n)
{
	for (int i = 0; i < SUBMISSION_NAMES; i++) {
		if (!r->value[i])
			continue;
		size_t len = strlen(r->value[i]);
		must(len && len <= SUBMISSION_VALUE);
		check_inside(s, n, r->value[i], len + 1);
	}
}

/* The same settings, read from what submission_format makes of them. */
static void check_again(struct submission const *r)
{
	static char block[SUBMISSION_BLOCK + 1];
	struct submission again;
	size_t n = submission_format(block, r->value);
	must(n <= sizeof block && submission_read(&again, block, n));
	for (int i = 0; i < SUBMISSION_NAMES; i++)
		must(!r->value[i] == !again.value[i] && (!r->value[i] || !strcmp(r->value[i], again.value[i])));
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	char *s = fuzz_copy(data, n);
	struct submission r;
	if (submission_read(&r, s, n)) {
		check_values(&r, s, n);
		check_again(&r);
		if (r.is_inside) {
			check_inside(s, n, r.envelope, r.envelope_n);
			check_inside(s, n, r.message, r.message_n);
			must(r.envelope_n + r.message_n + 2 * SUBMISSION_LENGTH <= SUBMISSION_BODY);
		}
	}
	free(s);
	return 0;
}
