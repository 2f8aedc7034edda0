/* A send compiled: its piece with the view sentence, the foot and the tracked links, as
   stencils that each contact's tokens fill. */
#ifndef SEND_TEMPLATE_H
#define SEND_TEMPLATE_H

#include "accounts/accounts.h"
#include "send/links.h"
#include "send/stencil.h"

#include <stdbool.h>
#include <stddef.h>

struct template_options {
	unsigned language;
	bool show_header, social_links, track_opens, track_clicks;
	char const *url; /* before `/v/TOKEN`; characters that need no escape in HTML */
	struct accounts_text profile[ACCOUNTS_NETWORKS]; /* of the plan; n is 0 without one */
};

/* All zero is empty. The caller frees it. */
struct template {
	struct stencil html;
	struct stencil page; /* the view page: without the view sentence and the pixel */
	struct stencil text;
	struct links links;
};

/* Compiles html[0..n) and text[0..text_len), both UTF-8, into an empty *t. False: out of
   memory. */
bool template_compile(struct template *t, char const *html, size_t n, char const *text, size_t text_len,
	struct template_options const *o);
void template_free(struct template *t);

#endif
