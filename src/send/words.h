/* Every text of saca that a recipient reads, in 13 languages. The numbers are those of the option
   header Language. UTF-8, plain text: escape it for HTML. */
#ifndef SEND_WORDS_H
#define SEND_WORDS_H

#define WORDS_LANGUAGES 13
#define WORDS_DEFAULT 3 /* Spanish */

struct words {
	unsigned language;       /* the language's number in the store */
	char const *tag;         /* BCP 47, for HTML's lang */
	char const *view;        /* the sentence linked to the view page */
	char const *unsubscribe; /* the words of the link that unsubscribes */
	char const *question;    /* with one %s: the sender */
	char const *done;        /* with one %s: the sender */
};

/* Sorted by number. */
extern struct words const words_table[WORDS_LANGUAGES];

/* The words of a language; those of WORDS_DEFAULT for a number that is not in the table. */
struct words const *words_find(unsigned language);

#endif
