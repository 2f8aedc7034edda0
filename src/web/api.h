/* The API for programs, saca-api(8). A request is a form with an action and its parameters. api.c
   reads the request, logs the user in and finds the action. The actions are in api_sends.c,
   api_contacts.c and api_campaign.c. */
#ifndef WEB_API_H
#define WEB_API_H

#include "store/store.h"
#include "web/login.h"
#include "web/output.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API_WORD 300 /* octets of the word in a fault's text, with its NUL */

/* The settings of the program. Strings; NULL: not set. */
struct api_settings {
	char const *store;   /* address of the store */
	char const *login;   /* socket of the login service */
	char const *queue;   /* socket of the queue service */
	char const *senders; /* path of senders.cdb */
	char const *url;     /* of the API, for get_url_call; NULL: made of the request */
	char const *brand;   /* the platform's name, in texts */
	char const *prefix;  /* of the option header fields */
};

/* The faults of a request. The response to each is `KO: CODE text`. API_OK: no fault. */
enum api_fault {
	API_OK,
	API_ORIGIN,     /* 400: from the page of another site */
	API_BODY,       /* 400: the body is not a form */
	API_FIELDS,     /* 400: too many fields */
	API_NO_LOGIN,   /* 401: neither HTTP Basic nor the three fields of a login */
	API_LOGIN,      /* 401: the login is wrong */
	API_OTHER_PLAN, /* 403: the field plan is not the login's */
	API_SENDER,     /* 403: the sender is not validated; word: the text */
	API_NOT_FOUND,  /* 404; word: the parameter */
	API_METHOD,     /* 405: not GET, HEAD or POST; or an action that needs POST */
	API_LARGE,      /* 413: the body is too large */
	API_MISSING,    /* 422; word: the parameter */
	API_PARAMETER,  /* 422; word: the parameter, and what is wrong */
	API_NO_ACTION,  /* 422: an unknown action */
	API_STATE,      /* 422: the send's state does not allow it */
	API_FAILURES,   /* 429: too many failed logins */
	API_QUEUE,      /* 500; word: the queue's reason */
	API_NOT_HERE,   /* 501; word: the action */
	API_LATER,      /* 503: the reason has been logged */
	API_FAULTS
};

struct api {
	struct api_settings const *settings;
	struct request *request;
	struct form form;
	bool is_post;
	struct response *response;
	enum output_mode mode;
	struct web_user user;
	struct store *store;       /* in a transaction, for an action that has one */
	uint64_t plan;             /* its id; 0: the store does not know the plan */
	enum store_result result;  /* of the last statement */
	char word[API_WORD];       /* of the fault's text */
};

enum api_access {
	API_NO_STORE,
	API_READS,
	API_WRITES /* by POST alone. The action is repeated when its transaction conflicts with another */
};

struct api_action {
	char const *name;
	/* Writes the body of the response, or returns a fault: what it has written is then dropped. */
	enum api_fault (*run)(struct api *);
	enum api_access access;
};

/* Tables of actions, ending with a NULL name. */
extern struct api_action const api_send_actions[], api_contact_actions[], api_campaign_actions[];

/* Answers a request; the response is complete. */
void api_answer(struct api *a);

/* Answers with a fault. */
void api_put_fault(struct api *a, enum api_fault fault);

/* --- For actions ------------------------------------------------------------------------- */

/* Sets the word, cut at API_WORD, and returns the fault. */
enum api_fault api_fault(struct api *a, enum api_fault fault, char const *word);

/* The value of a parameter; NULL: absent or empty. */
char const *api_text(struct api const *a, char const *name);

/* Reads a number of at most `most`. Absent or empty: the fallback, or API_MISSING if that is NULL. */
enum api_fault api_number(struct api *a, char const *name, uint64_t most, uint64_t const *fallback, uint64_t *out);

/* Logs a failure with the client's address and login, as label and reason. Returns API_LATER. */
enum api_fault api_log(struct api const *a, char const *label, char const *reason);

/* Runs a statement. False: it failed; the action returns API_LATER, and the caller logs. */
bool api_run(struct api *a, char const *sql, size_t n, struct store_value const *values, store_row *row, void *arg);

/* Answers with the rows of a statement, all of them: a list, or OUTPUT_NUMBERS. */
enum api_fault api_list(struct api *a, enum output_shape shape, struct output_column const *columns, size_t columns_n,
	char const *sql, size_t n, struct store_value const *values);

/* Answers with the first row; without one, API_NOT_FOUND with the name of the parameter. */
enum api_fault api_record(struct api *a, char const *parameter, struct output_column const *columns, size_t columns_n,
	char const *sql, size_t n, struct store_value const *values);

/* For api_run: writes each row to arg, a struct output. */
bool api_put_row(void *arg, size_t n, char const *const *column, size_t const *length);

/* Answers `OK: text`. */
enum api_fault api_ok(struct api *a, char const *text);

#define API_COLUMNS(list) list, sizeof (list) / sizeof *(list)

#endif
