/* The PROXY header: the same however it comes, and never an octet more than it has is
   asked for. The last octet chooses the cuts. */
#include "ucspi/ip.h"
#include "ucspi/proxy.h"
#include "fuzz.h"

/* *used: octets handed over. */
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

static void check_end(struct proxy_end const *e)
{
	unsigned char ip[16];
	char again[IP_FMT];
	must(memchr(e->ip, 0, sizeof e->ip));
	if (ip_scan4(e->ip, strlen(e->ip), ip)) {
		ip_fmt4(again, ip);
	} else {
		must(ip_scan6(e->ip, strlen(e->ip), ip));
		ip_fmt6(again, ip);
	}
	must(!strcmp(again, e->ip));
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static struct proxy whole, cut;
	struct fuzz_cuts cuts = FUZZ_CUTS(fuzz_choice(data, &n));
	memset(&whole, 0xa5, sizeof whole);
	memset(&cut, 0x5a, sizeof cut);
	enum proxy_fault fault = take(&whole, data, n, NULL);
	/* which of several faults is told may depend on how far it was read */
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
