/* An accepted message always imports: if message_read accepts it, content_read reads all of it,
   into UTF-8 without NULs. The web folder is in memory here. */
#include "base/utf8.h"
#include "mail/image.h"
#include "fuzz.h"
#include "import/content.h"

bool webfolder_put(struct webfolder *w, char const *type, char const *s, size_t n,
	char hash[WEBFOLDER_HEX], char path[WEBFOLDER_PATH])
{
	uint64_t h = 1469598103934665603u;
	(void)w;
	must(n && image_type(s, n) && !strcmp(image_type(s, n), type));
	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)s[i]) * 1099511628211u;
	snprintf(hash, WEBFOLDER_HEX, "%064llx", (unsigned long long)h);
	snprintf(path, WEBFOLDER_PATH, "i/%s.%s", hash, type);
	return true;
}

static void check_text(struct buf const *b)
{
	must(utf8_valid(b->s, b->len) && (!b->len || !memchr(b->s, 0, b->len)));
}

static void check_cids(struct content_cids const *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct buf const *b = &c->ids[i], *a = i ? b - 1 : NULL;
		check_text(b);
		if (a) {
			size_t n = a->len < b->len ? a->len : b->len;
			int d = n ? memcmp(a->s, b->s, n) : 0;
			must(d < 0 || (d == 0 && a->len < b->len));
		}
	}
}

static void check_content(struct content const *c)
{
	check_text(&c->subject);
	check_text(&c->message_id);
	check_text(&c->text);
	check_text(&c->html);
	must(!c->subject.len || !memchr(c->subject.s, '\n', c->subject.len));
	for (size_t i = 0; i < c->image_count; i++) {
		struct buf const *id = &c->images[i].content_id;
		check_text(id);
		must(c->images[i].bytes > 0);
		for (size_t k = 0; k < i && k < 64; k++)
			must(!fuzz_same(id->s, id->len, c->images[k].content_id.s, c->images[k].content_id.len));
	}
	check_cids(&c->unresolved);
	check_cids(&c->unhosted);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	static char const *const urls[] = {"", "https://img.example/web/", "/web"};
	char const *url = urls[fuzz_choice(data, &n) % 3];
	struct message msg;
	struct content c;
	char *s = fuzz_copy(data, n);
	must(content_url_ok(url));
	if (message_read(&msg, s, n) == MESSAGE_OK) {
		must(content_read(&c, &msg, url, NULL) == CONTENT_OK);
		check_content(&c);
		content_free(&c);
	}
	message_free(&msg);
	free(s);
	return 0;
}
