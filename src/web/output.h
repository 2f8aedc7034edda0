/* The API's answers: lists of rows and single records, in four modes. Values are UTF-8; octets that
   are not become U+FFFD.

   json   [{"id":1,"email":"a@b"}] and {"id":1,...}. A list of numbers is [1,2].
   xml    <data><item><id>1</id>...</item></data> and <data><id>1</id>...</data>. A value with
          characters that XML 1.0 cannot have is in base64: <html encoding="base64">.
   csv    RFC 4180, with the names in the first line. Values are exact: formulas get no mark.
   plain  a list: one row a line, values separated by TAB; a record: one line a value, its name
          and TAB first. Control characters of values are blanks. There is no line end at the end.

   A null is null in JSON, and empty elsewhere. */
#ifndef WEB_OUTPUT_H
#define WEB_OUTPUT_H

#include "web/response.h"

#include <stdbool.h>
#include <stddef.h>

#define OUTPUT_COLUMNS 40

enum output_mode { OUTPUT_JSON, OUTPUT_XML, OUTPUT_CSV, OUTPUT_PLAIN };

/* Finds a mode by its name, in any case of letters. False: no mode has it. */
bool output_mode_find(enum output_mode *out, char const *name);

struct output_column {
	char const *name; /* of the column and of the XML element */
	bool is_number;   /* digits alone; without quotes in JSON */
};

enum output_shape { OUTPUT_LIST, OUTPUT_NUMBERS, OUTPUT_RECORD };

struct output {
	enum output_mode mode;
	struct response *to;
	enum output_shape shape;
	struct output_column const *columns;
	size_t n;
	bool has_rows;
	struct cJSON *record, *part; /* in JSON: the record, and its part at present */
};

/* Begins the body with n columns, which must outlive the output. The caller has started the
   response. Out of memory: the response notes it (web/response.h). */
void output_begin(struct output *o, enum output_mode mode, struct response *to, enum output_shape shape,
	struct output_column const *columns, size_t n);

/* Adds a row: n values as strings, NULL is null. A record has one. */
void output_row(struct output *o, char const *const *value, size_t const *length);

/* Adds a list to a record, after its row: one more field, named `name`. Only for modes with
   output_has_parts. Then add its rows, and call output_end_part. */
void output_begin_part(struct output *o, char const *name, struct output_column const *columns, size_t n);
void output_end_part(struct output *o, char const *name);
bool output_has_parts(struct output const *o);

/* Ends the body. */
void output_end(struct output *o);

#endif
