/* Bounces and hits. Every result is a string that fits its place. The reason is one line that
   fits into a hit. A hit that was written is read back. The last octet of the input says whether
   the sender is empty. */
#include "base/ascii.h"
#include "send/bounce.h"
#include "send/hit.h"
#include "fuzz.h"

static void check_hit(struct bounce const *b)
{
	char line[HIT_SIZE], room[HIT_SIZE];
	struct hit back, h = {.kind = HIT_BOUNCE, .plan = 1, .send = 2, .contact = 3, .seconds = 4, .status = b->status, .text = b->text};
	size_t n = hit_format(line, &h);
	must(n <= HIT_SIZE && line[0] == '\n' && line[n - 1] == '\n');
	must(hit_parse(&back, room, line + 1, n - 2));
	must(strcmp(back.status, b->status) == 0);
	must(strncmp(back.text, b->text, strlen(back.text)) == 0 || strcmp(b->text, "-") == 0);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	bool from_nobody = fuzz_choice(data, &n) & 1;
	char *s = fuzz_copy(data, n);
	struct bounce b;
	must(bounce_read(&b, s, n, from_nobody));
	must(memchr(b.status, 0, sizeof b.status) && memchr(b.text, 0, sizeof b.text));
	must(!ascii_has_control(b.text, strlen(b.text)) && ascii_only(b.text, strlen(b.text)));
	must(b.kind == BOUNCE_FAILED || !b.status[0]);
	must(b.kind == BOUNCE_COMPLAINT || !b.returned.len);
	char code[BLAME_CODE];
	must(!b.status[0] || (blame_code(code, b.status, strlen(b.status)) && strcmp(code, b.status) == 0));
	(void)blame_of(b.status, b.text);
	check_hit(&b);
	size_t at = 0, len, last = 0;
	char const *token;
	while (bounce_token(b.returned.s, b.returned.len, &at, &token, &len)) {
		must(len && at > last && at <= b.returned.len);
		last = at;
	}
	bounce_free(&b);
	char room[HIT_SIZE];
	struct hit h;
	if (n < HIT_SIZE && hit_parse(&h, room, s, n))
		must(strlen(h.text) < HIT_SIZE && h.plan && h.send && h.contact);
	free(s);
	return 0;
}
