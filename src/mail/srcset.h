/* The URLs in a srcset attribute (WHATWG HTML 4.8.4.3.10, "parse a srcset"). */
#ifndef MAIL_SRCSET_H
#define MAIL_SRCSET_H

#include "mail/htmltext.h"
#include "mail/url.h"

/* The next URL of an attribute's value, which t was started on with references, at its
   beginning. False: there are no more, or u->failed. */
bool srcset_next(struct htmltext *t, struct url *u);

#endif
