/* The pages of the panel, one function each. They run in a transaction of p->store and prepare the
   response, which saca-panel sends. id: the number in the path, or 0. Each statement names p->plan,
   so a page cannot show rows of another plan. */
#ifndef WEB_PANEL_H
#define WEB_PANEL_H

#include "store/figures.h"
#include "web/page.h"
#include "web/paged.h"

#include <stdint.h>

/* Envíos: panel_sends.c, panel_send.c, panel_people.c, chart.c. */
void panel_sends(struct page *p, uint64_t id);
void panel_send(struct page *p, uint64_t id);
void panel_chart(struct page *p, uint64_t id);
void panel_people(struct page *p, uint64_t id);
void panel_people_csv(struct page *p, uint64_t id);
void panel_pause(struct page *p, uint64_t id);
void panel_resume(struct page *p, uint64_t id);
void panel_cancel(struct page *p, uint64_t id);

/* Grupos: panel_groups.c. */
void panel_groups(struct page *p, uint64_t id);
void panel_group(struct page *p, uint64_t id);
void panel_group_csv(struct page *p, uint64_t id);

/* Contactos: panel_contacts.c, panel_contact.c. */
void panel_contacts(struct page *p, uint64_t id);
void panel_print_contacts_head(struct page *p);
void panel_print_contact(struct page *p, char const *const *column, size_t const *length); /* id, email, created_at, open unsubscriptions */
void panel_contacts_csv(struct page *p, uint64_t id);
void panel_contact(struct page *p, uint64_t id);
void panel_unsubscribe(struct page *p, uint64_t id); /* form: sender */
void panel_undo(struct page *p, uint64_t id);        /* form: unsubscription */

/* Piezas: panel_piece.c. The stored HTML is for a sandboxed frame. */
void panel_pieces(struct page *p, uint64_t id);
void panel_piece(struct page *p, uint64_t id);
void panel_piece_html(struct page *p, uint64_t id);

/* Pruebas: panel_tests.c, panel_real.c. */
void panel_tests(struct page *p, uint64_t id);
void panel_test(struct page *p, uint64_t id);
void panel_send_real(struct page *p, uint64_t id); /* form: password. It closes the store. */

/* The page of a list: the field `q`, text to find, and those of web/paged.h choose its rows. */
struct panel_list {
	enum page_area area;
	char const *path;                 /* of the page, below the base */
	enum web_text title, label;       /* of the page; of its search field */
	enum web_text what;               /* a sentence below the title; 0: none */
	enum web_text empty, empty_why;   /* the sentences of a list without rows */
	char const *select, *key;         /* without order; $1: the plan. The column of the id */
	char const *found;                /* for a search: AND ...; $2: a pattern of the name, $3: an id, or 0 */
	void (*print_head)(struct page *p);
	void (*print_row)(struct page *p, char const *const *column, size_t const *length);
};
void panel_list(struct page *p, struct panel_list const *list);

/* Prints the frames of a piece, in two widths. */
void panel_print_previews(struct page *p, uint64_t piece);

/* Prints the name of a send, group or piece. One that came by SMTP loses `[SMTP] ` and gets a mark.
   source, name: columns of its row. href: in a list, the path of its page without the number; then
   the name is a link, and the number follows it. NULL: no link. */
void panel_name(struct page *p, char const *href, uint64_t id, char const *source, char const *name);

/* The name of a figure, and blanks for its depth in the tree. The figure has a section. */
enum web_text panel_figure_name(enum figure f);
char const *panel_figure_indent(enum figure f);

/* Prints the mark of a delivery's state; NULL: there is no delivery. */
void panel_delivery_state(struct page *p, char const *state);

/* Prints the mark of a send's state. */
void panel_state(struct page *p, char const *state);

#endif
