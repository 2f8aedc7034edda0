/* Values come back whole from JSON, XML and CSV. The input is a value; its last octet chooses mode
   and shape. Octets that are not UTF-8 come back as U+FFFD. */
#include "base/base64.h"
#include "base/utf8.h"
#include "web/output.h"
#include "fuzz.h"

#include <cjson/cJSON.h>

static struct output_column const columns[] = {{"id", true}, {"v", false}};

/* s[0..n) as a string, each ill-formed sequence replaced. */
static char *clean(char const *s, size_t n)
{
	char *out = malloc(3 * n + 1);
	size_t len = 0;
	bool good;
	must(out);
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_step(s + i, n - i, &good);
		memcpy(out + len, good ? s + i : UTF8_BAD, good ? step : 3);
		len += good ? step : 3;
	}
	out[len] = 0;
	return out;
}

static void check_json(char const *body, bool is_list, char const *wanted)
{
	cJSON *root = cJSON_Parse(body);
	cJSON *row = is_list ? cJSON_GetArrayItem(root, 0) : root;
	must(row && cJSON_GetArraySize(row) == 2);
	must(cJSON_GetObjectItem(row, "id")->valuedouble == 7);
	must(strcmp(cJSON_GetObjectItem(row, "v")->valuestring, wanted) == 0);
	cJSON_Delete(root);
}

/* Undoes the references in s[0..n), in place; returns the length. */
static size_t undo_references(char *s, size_t n)
{
	static char const *const references[][2] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&#13;", "\r"}};
	size_t to = 0;
	for (size_t i = 0; i < n;) {
		size_t r = 0;
		while (r < 4 && strncmp(s + i, references[r][0], strlen(references[r][0])) != 0)
			r++;
		must(s[i] != '<' && s[i] != '>' && s[i] != '\r' && (s[i] != '&' || r < 4));
		s[to++] = r < 4 ? references[r][1][0] : s[i];
		i += r < 4 ? strlen(references[r][0]) : 1;
	}
	return to;
}

static void check_xml(char *body, char const *wanted)
{
	bool is_base64 = strstr(body, "<v encoding=\"base64\">");
	char *from = strstr(body, is_base64 ? "base64\">" : "<v>");
	must(from);
	from += is_base64 ? 8 : 3;
	char *end = strstr(from, "</v>");
	must(end);
	size_t n = (size_t)(end - from);
	if (is_base64)
		must(base64_decode(from, &n, from, n));
	else
		n = undo_references(from, n);
	must(n == strlen(wanted) && memcmp(from, wanted, n) == 0);
}

/* Reads the second cell of the second line (RFC 4180). */
static void check_csv(char *body, char const *wanted)
{
	char *s = strstr(body, "id,v\r\n7,");
	must(s == body);
	s += 8;
	char *to = s, *start = s;
	if (*s == '"') {
		for (s++; *s != '"' || s[1] == '"'; s++) {
			must(*s);
			s += *s == '"';
			*to++ = *s;
		}
		s++;
	} else {
		while (*s && *s != '\r' && *s != '\n' && *s != ',' && *s != '"')
			*to++ = *s++;
	}
	must(strcmp(s, "\r\n") == 0);
	must((size_t)(to - start) == strlen(wanted) && memcmp(start, wanted, strlen(wanted)) == 0);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	uint8_t choice = fuzz_choice(data, &n);
	enum output_mode mode = (enum output_mode)(choice & 3);
	bool is_list = choice & 4;
	char *copy = fuzz_copy(data, n), *wanted;
	struct response r = {.no_memory = false};
	struct output o;
	while (n && memchr(copy, 0, n)) /* the store has no NULs */
		*(char *)memchr(copy, 0, n) = 1;
	wanted = clean(copy, n);
	output_begin(&o, mode, &r, is_list ? OUTPUT_LIST : OUTPUT_RECORD, columns, 2);
	output_row(&o, (char const *const[]){"7", copy}, (size_t const[]){1, n});
	output_end(&o);
	response_put(&r, "", 1);
	must(!r.no_memory && strlen(r.body.s) == r.body.len - 1 && utf8_valid(r.body.s, r.body.len - 1));
	if (mode == OUTPUT_JSON)
		check_json(r.body.s, is_list, wanted);
	else if (mode == OUTPUT_XML)
		check_xml(r.body.s, wanted);
	else if (mode == OUTPUT_CSV)
		check_csv(r.body.s, wanted);
	else
		must(!memchr(r.body.s, '\r', r.body.len));
	response_free(&r);
	free(wanted);
	free(copy);
	return 0;
}
