/* A hit is a view, an open, a click, an unsubscription, a bounce or a complaint. It is one line
   of a file in hits/. The programs saca-hit and saca-bounce write it, saca-count reads it.

	KIND PLAN SEND CONTACT LINK CLASS SECONDS STATUS TEXT

   Fields are separated by one space, and only TEXT may hold spaces; `-` is a field with no
   value. On disk a line has a line end before it and one after it: a write that a full disk
   cut short then spoils no other line. */
#ifndef SEND_HIT_H
#define SEND_HIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIT_SIZE 512 /* octets of a line at most, both line ends included */

enum hit_kind { HIT_VIEW, HIT_OPEN, HIT_CLICK, HIT_UNSUB, HIT_BOUNCE, HIT_COMPLAINT, HIT_KINDS };

/* The kind of client that made the request, judged by its user agent. */
enum hit_class {
	HIT_NO_CLASS, /* of a bounce or a complaint */
	HIT_PERSON,
	HIT_PROXY,  /* a person, through a proxy for images */
	HIT_MACHINE /* a scanner */
};

struct hit {
	enum hit_kind kind;
	enum hit_class class;
	uint64_t plan, send, contact; /* numbers of the store, 1 to INT64_MAX */
	uint64_t link;                /* HIT_CLICK: its number, from 1; else 0 */
	uint64_t seconds;             /* since 1970 */
	char const *status, *text;    /* HIT_BOUNCE, HIT_COMPLAINT: strings; "" or NULL: no value */
};

/* Writes both line ends and the line to out; returns the octets. Octets of status and text
   that are not printable ASCII become `?`; text is cut where the line is full. */
size_t hit_format(char out[HIT_SIZE], struct hit const *h);

/* Reads s[0..n), a line without its line ends. status and text then point to strings in
   `room`. False: the line is broken (a field is missing or malformed). */
bool hit_parse(struct hit *h, char room[HIT_SIZE], char const *s, size_t n);

/* The class of a request. user_agent: its User-Agent field; NULL or "" without the field. */
enum hit_class hit_classify(char const *user_agent);

#endif
