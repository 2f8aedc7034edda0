/* The URLs in a srcset attribute (WHATWG HTML 4.8.4.3.10, "parse a srcset"). */
#ifndef MAIL_SRCSET_H
#define MAIL_SRCSET_H

#include "mail/html_text.h"
#include "mail/url.h"

/* Finds the next URL of an attribute's value. t was started at its beginning, with references.
   False: there are no more, or u->failed. */
bool srcset_next(struct html_text *t, struct url *u);

#endif
