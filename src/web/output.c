/* Lists and records as JSON, XML, CSV and plain text. */
#include "web/output.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

bool output_mode_find(enum output_mode *out, char const *name)
{
	static char const *const names[] = {
		[OUTPUT_JSON] = "json", [OUTPUT_XML] = "xml", [OUTPUT_CSV] = "csv", [OUTPUT_PLAIN] = "plain"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ascii_case_is(name, strlen(name), names[i])) {
			*out = (enum output_mode)i;
			return true;
		}
	return false;
}

static void put_string(struct output *o, char const *s)
{
	response_puts(o->to, s);
}

/* Appends s[0..n), invalid octets replaced. False: out of memory. */
static bool put_clean(struct buf *out, char const *s, size_t n)
{
	bool good, fits = true;
	if (utf8_valid(s, n))
		return buf_put(out, s, n);
	for (size_t i = 0, step; i < n && fits; i += step) {
		step = utf8_step(s + i, n - i, &good);
		fits = good ? buf_put(out, s + i, step) : buf_puts(out, UTF8_BAD);
	}
	return fits;
}

/* Writes s[0..n), valid UTF-8, in one of the modes. */
typedef void put_text(struct output *o, char const *s, size_t n);

/* Calls write with the value. */
static void put_value(struct output *o, put_text *write, char const *s, size_t n)
{
	struct buf clean = BUF_ZERO;
	if (!s || utf8_valid(s, n))
		write(o, s ? s : "", s ? n : 0);
	else if (put_clean(&clean, s, n))
		write(o, clean.s, clean.len);
	else
		o->to->no_memory = true;
	buf_free(&clean);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_json(struct output *o, cJSON const *item)
{
	char *text = item ? cJSON_PrintUnformatted(item) : NULL;
	if (text)
		put_string(o, text);
	else
		o->to->no_memory = true;
	cJSON_free(text);
}

/* NULL: out of memory. */
static cJSON *json_string(char const *s, size_t n)
{
	struct buf clean = BUF_ZERO;
	cJSON *item = put_clean(&clean, s, n) && buf_putc(&clean, 0) ? cJSON_CreateString(clean.s) : NULL;
	buf_free(&clean);
	return item;
}

static cJSON *json_value(struct output_column const *c, char const *value, size_t length)
{
	return !value ? cJSON_CreateNull() : c->is_number ? cJSON_CreateRaw(value) : json_string(value, length);
}

static cJSON *json_row(struct output const *o, char const *const *value, size_t const *length)
{
	cJSON *row = cJSON_CreateObject();
	for (size_t i = 0; i < o->n && row; i++) {
		cJSON *item = json_value(&o->columns[i], value[i], length[i]);
		if (cJSON_AddItemToObject(row, o->columns[i].name, item))
			continue;
		cJSON_Delete(item);
		cJSON_Delete(row);
		row = NULL;
	}
	return row;
}

/* Adds a row. The rows of a list are written one by one, since a list may be long. A record and
   its parts are written at the end. */
static void add_json_row(struct output *o, char const *const *value, size_t const *length)
{
	cJSON *row = o->shape == OUTPUT_NUMBERS ? json_value(o->columns, value[0], length[0]) : json_row(o, value, length);
	if (o->part) {
		if (row && cJSON_AddItemToArray(o->part, row))
			return;
		o->to->no_memory = true;
	} else if (o->shape == OUTPUT_RECORD) {
		o->record = row;
		return;
	} else {
		put_string(o, o->has_rows ? "," : "");
		put_json(o, row);
	}
	cJSON_Delete(row);
}

static void begin_json_part(struct output *o, char const *name)
{
	o->part = o->record ? cJSON_AddArrayToObject(o->record, name) : NULL;
	if (!o->part)
		o->to->no_memory = true;
}

static void end_json(struct output *o)
{
	if (o->shape != OUTPUT_RECORD) {
		put_string(o, "]");
		return;
	}
	put_json(o, o->record);
	cJSON_Delete(o->record);
	o->record = NULL;
}

/* --- XML ------------------------------------------------------------------------------------- */

/* Can XML 1.0 have s[0..n), which is UTF-8? (The production Char.) */
static bool is_xml_text(char const *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return false;
		if (c == 0xef && n - i > 2 && (unsigned char)s[i + 1] == 0xbf && (unsigned char)s[i + 2] >= 0xbe)
			return false;
	}
	return true;
}

/* Writes text. A CR becomes a reference, since a parser turns a bare CR into LF (XML 1.0, 2.11). */
static void put_xml_text(struct output *o, char const *s, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i < n; i++) {
		char const *reference = s[i] == '&' ? "&amp;" : s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;"
			: s[i] == '\r' ? "&#13;" : NULL;
		if (!reference)
			continue;
		response_put(o->to, s + from, i - from);
		put_string(o, reference);
		from = i + 1;
	}
	response_put(o->to, s + from, n - from);
}

static void put_base64(struct output *o, char const *s, size_t n)
{
	char *text = malloc(BASE64_LENGTH(n) + 1);
	if (text)
		response_put(o->to, text, base64_encode(text, s, n));
	else
		o->to->no_memory = true;
	free(text);
}

static void put_xml_elements(struct output *o, char const *const *value, size_t const *length)
{
	for (size_t i = 0; i < o->n; i++) {
		bool is_text = !value[i] || is_xml_text(value[i], length[i]);
		put_string(o, "<");
		put_string(o, o->columns[i].name);
		put_string(o, is_text ? ">" : " encoding=\"base64\">");
		put_value(o, is_text ? put_xml_text : put_base64, value[i], length[i]);
		put_string(o, "</");
		put_string(o, o->columns[i].name);
		put_string(o, ">");
	}
}

static void put_xml_row(struct output *o, char const *const *value, size_t const *length, bool is_item)
{
	put_string(o, is_item ? "\n<item>" : "\n");
	put_xml_elements(o, value, length);
	put_string(o, is_item ? "</item>" : "");
}

/* --- CSV ------------------------------------------------------------------------------------- */

static void put_csv_text(struct output *o, char const *s, size_t n)
{
	bool quoted = n == 0 ? o->n == 1 : s[0] == ' ' || s[n - 1] == ' ';
	for (size_t i = 0; i < n && !quoted; i++)
		quoted = s[i] == '"' || s[i] == ',' || s[i] == '\r' || s[i] == '\n';
	if (!quoted) {
		response_put(o->to, s, n);
		return;
	}
	put_string(o, "\"");
	for (size_t i = 0, from = 0; i < n; from = i) {
		char const *quote = memchr(s + i, '"', n - i);
		i = quote ? (size_t)(quote - s) + 1 : n;
		response_put(o->to, s + from, i - from);
		put_string(o, quote ? "\"" : "");
	}
	put_string(o, "\"");
}

static void put_csv_row(struct output *o, char const *const *value, size_t const *length)
{
	for (size_t i = 0; i < o->n; i++) {
		put_string(o, i ? "," : "");
		put_value(o, put_csv_text, value[i], length[i]);
	}
	put_string(o, "\r\n");
}

static void put_csv_names(struct output *o)
{
	char const *name[OUTPUT_COLUMNS];
	size_t length[OUTPUT_COLUMNS];
	for (size_t i = 0; i < o->n; i++) {
		name[i] = o->columns[i].name;
		length[i] = strlen(name[i]);
	}
	put_csv_row(o, name, length);
}

/* --- Plain text ------------------------------------------------------------------------------ */

static void put_plain_text(struct output *o, char const *s, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= ' ' && s[i] != 0x7f)
			continue;
		response_put(o->to, s + from, i - from);
		put_string(o, " ");
		from = i + 1;
	}
	response_put(o->to, s + from, n - from);
}

static void put_plain_row(struct output *o, char const *const *value, size_t const *length)
{
	bool is_record = o->shape == OUTPUT_RECORD;
	put_string(o, o->has_rows ? "\n" : "");
	for (size_t i = 0; i < o->n; i++) {
		put_string(o, !i ? "" : is_record ? "\n" : "\t");
		if (is_record) {
			put_string(o, o->columns[i].name);
			put_string(o, "\t");
		}
		put_value(o, put_plain_text, value[i], length[i]);
	}
}

/* --- All of them ----------------------------------------------------------------------------- */

void output_begin(struct output *o, enum output_mode mode, struct response *to, enum output_shape shape,
	struct output_column const *columns, size_t n)
{
	*o = (struct output){.mode = mode, .to = to, .shape = shape, .columns = columns, .n = n};
	if (mode == OUTPUT_JSON && shape != OUTPUT_RECORD)
		put_string(o, "[");
	else if (mode == OUTPUT_XML)
		put_string(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<data>");
	else if (mode == OUTPUT_CSV)
		put_csv_names(o);
}

void output_row(struct output *o, char const *const *value, size_t const *length)
{
	switch (o->mode) {
	case OUTPUT_JSON: add_json_row(o, value, length); break;
	case OUTPUT_XML: put_xml_row(o, value, length, o->shape != OUTPUT_RECORD); break;
	case OUTPUT_CSV: put_csv_row(o, value, length); break;
	case OUTPUT_PLAIN: put_plain_row(o, value, length); break;
	}
	o->has_rows = true;
}

bool output_has_parts(struct output const *o)
{
	return o->mode == OUTPUT_JSON || o->mode == OUTPUT_XML;
}

void output_begin_part(struct output *o, char const *name, struct output_column const *columns, size_t n)
{
	o->shape = OUTPUT_LIST;
	o->columns = columns;
	o->n = n;
	if (o->mode == OUTPUT_JSON) {
		begin_json_part(o, name);
	} else {
		put_string(o, "\n<");
		put_string(o, name);
		put_string(o, ">");
	}
}

void output_end_part(struct output *o, char const *name)
{
	o->shape = OUTPUT_RECORD;
	o->part = NULL;
	if (o->mode == OUTPUT_JSON)
		return;
	put_string(o, "</");
	put_string(o, name);
	put_string(o, ">");
}

void output_end(struct output *o)
{
	if (o->mode == OUTPUT_JSON)
		end_json(o);
	else if (o->mode == OUTPUT_XML)
		put_string(o, "\n</data>\n");
}
