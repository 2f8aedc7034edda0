/* The PROXY header: the result does not depend on how the header is cut, and proxy_want never asks
   for an octet after it. The last octet of the input chooses the cuts. */
#include "ucspi/proxy.h"
#include "fuzz.h"

#include <arpa/inet.h>

static enum proxy_fault take(struct proxy *p, uint8_t const *s, size_t n, struct fuzz_cuts *cuts)
{
	size_t want;
	proxy_start(p);
	while ((want = proxy_want(p)) && p->len < n) {
		size_t k = want < n - p->len ? want : n - p->len, before = p->len;
		must(want <= PROXY_HEADER - p->len);
		if (cuts)
			k = fuzz_piece(cuts, k);
		memcpy(p->s + p->len, s + p->len, k);
		enum proxy_fault fault = proxy_take(p, k);
		if (fault != PROXY_OK) {
			must(*proxy_reason(fault));
			return fault;
		}
		must(p->len == before + k);
	}
	must(p->done == (want == 0));
	return PROXY_OK;
}

/* Checks that libc reads the address and writes it in the same form. */
static void check_end(struct proxy_end const *e)
{
	unsigned char ip[16];
	char again[PROXY_IP];
	must(memchr(e->ip, 0, sizeof e->ip));
	int family = strchr(e->ip, ':') ? AF_INET6 : AF_INET;
	must(inet_pton(family, e->ip, ip) == 1 && inet_ntop(family, ip, again, sizeof again));
	must(!strcmp(again, e->ip));
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static struct proxy whole, cut;
	struct fuzz_cuts cuts = FUZZ_CUTS(fuzz_choice(data, &n));
	memset(&whole, 0xa5, sizeof whole);
	memset(&cut, 0x5a, sizeof cut);
	enum proxy_fault fault = take(&whole, data, n, NULL);
	/* of several faults, the one that is reported may depend on the cuts */
	must((take(&cut, data, n, &cuts) == PROXY_OK) == (fault == PROXY_OK));
	must(fault != PROXY_OK || whole.done == cut.done);
	if (fault == PROXY_OK && whole.done) {
		must(whole.len == cut.len && whole.known == cut.known && !strcmp(whole.tls, cut.tls));
		if (whole.known) {
			check_end(&whole.remote);
			check_end(&whole.local);
			must(!strcmp(whole.remote.ip, cut.remote.ip) && whole.remote.port == cut.remote.port);
			must(!strcmp(whole.local.ip, cut.local.ip) && whole.local.port == cut.local.port);
		}
	}
	return 0;
}
