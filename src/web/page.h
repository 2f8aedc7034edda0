/* Writes the panel's pages: the state of a request, and the frame, words, numbers and dates of a
   page.

   A page function reads rows, and prints as it goes. A failure ends the program at once
   (page_stop). The response is written at the end, so no part of a failed page is sent. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/date.h"
#include "store/store.h"
#include "web/form.h"
#include "web/request.h"
#include "web/response.h"
#include "web/session.h"
#include "web/texts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_ROWS 50 /* rows of a list on one page */
#define PAGE_KEY 400 /* octets of a key of a list, with its NUL */

enum page_area { AREA_NONE, AREA_SENDS, AREA_CONTACTS, AREA_GROUPS, AREA_PIECES, AREA_TESTS };

/* Strings; NULL: not set. */
struct page_settings {
	char const *login, *queue; /* sockets */
	char const *senders;       /* senders.cdb */
	char const *prefix;        /* of the options in a message */
	char const *host;          /* of SACA_URL */
};

struct page {
	struct page_settings settings;
	struct request request;
	struct form query, body;
	struct response out;
	enum web_language language;
	char const *base;         /* the start of all links: the path in SACA_URL, "" or `/panel` */
	struct web_session session;   /* cookie: "" before the login */
	char token[SESSION_TOKEN]; /* the token of the page's forms */
	char const *plan_name;    /* in session.login */
	uint64_t plan;            /* 0: the plan has no row yet, and owns nothing */
	struct store *store;
	char now[DATE_ISO];       /* of the store, in this transaction */
	size_t rows; /* printed so far, of the list or table at hand */
	/* Of the list of the page (web/paged.h). */
	size_t row_at[PAGE_ROWS];                /* offsets in the response */
	char first[PAGE_KEY], last[PAGE_KEY];    /* keys of the page's first and last row */
	bool has_more, is_middle;                /* rows follow; it is not the first page */
};

/* Appends to the page. The directives of format:
     %t  char const *, text, escaped; NULL is nothing
     %h  char const *, HTML
     %w  enum web_text, in the page's language
     %u  uint64_t, with separators of thousands
     %i  uint64_t, digits alone
     %d  char const *, a date of the store, as people read it; NULL or "": a dash
     %p  nothing: the base of links
     %k  nothing: the hidden field of a form with its token
     %%  a percent sign */
void page_print(struct page *p, char const *format, ...);

/* Appends text as part of a query string: octets that are not letters or digits become %XX. */
void page_query_text(struct page *p, char const *s);

/* Appends part/whole as a percentage with one decimal; a dash if whole is 0. */
void page_percent(struct page *p, uint64_t part, uint64_t whole);

/* Appends a bar, filled by part/whole. classes: "" or more classes of CSS, with a blank before. */
void page_bar(struct page *p, uint64_t part, uint64_t whole, char const *classes);

/* Begins a page with its frame and navigation, and ends it. title: text for <title>. */
void page_start(struct page *p, char const *status, enum page_area area, char const *title);
void page_end(struct page *p);

/* Writes the response and ends the request. Exits with EXIT_TEMPORARY if it cannot be written. */
void page_send(struct page *p);

/* The word of the page's language. */
char const *page_word(struct page const *p, enum web_text t);

/* Answers with a page that gives the reason, and ends the program with the exit code. */
_Noreturn void page_stop(struct page *p, int code, char const *status, enum web_text title, enum web_text why);
_Noreturn void page_out_of_memory(struct page *p);
_Noreturn void page_not_found(struct page *p);

/* Logs the reason of a failure of the store, and answers 503. */
_Noreturn void page_store_failed(struct page *p);

/* Answers 303 See Other to a path below the base; query: NULL, or what follows the `?`. */
void page_redirect(struct page *p, char const *path, char const *query);

/* Runs a statement. Does not return if it fails. */
void page_run(struct page *p, char const *sql, size_t n, struct store_value const *values, store_row *row, void *arg);

/* Answers 404 unless the statement has a row. Its parameters are the plan and id. */
void page_require(struct page *p, char const *sql, uint64_t id);

/* Prints a search field for the head of a list. path: below the base; label: what is searched. */
void page_search(struct page *p, char const *path, enum web_text label, char const *text);

/* A list without rows. all: the path of the whole list, after a search; NULL: no link. */
void page_empty(struct page *p, enum web_text title, enum web_text why, char const *all);

/* A note about what a form did: text of the field `done`, if it is one of the values up to a NULL. */
struct page_done {
	char const *value, *class;
	enum web_text text;
};
void page_done(struct page *p, struct page_done const *done);

/* Makes a pattern of LIKE ... ESCAPE '!' that finds the text anywhere; a string in out. */
void page_pattern(struct page *p, struct buf *out, char const *text);

/* Returns a field of the query; "": it is absent, or not UTF-8. */
char const *page_text_field(struct page const *p, char const *name);

#endif
