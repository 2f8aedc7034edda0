/* A queue program's answer, read and written; replies and refusals with anything in them. The
   last octet chooses the exit code. */
#include "base/ascii.h"
#include "service/answer.h"
#include "service/reply.h"
#include "fuzz.h"

static void check_answer(char const *s, size_t n, uint8_t which)
{
	static int const codes[] = {0, 11, 31, 40, 41, 53, 71, 82, 111, -1};
	struct answer v;
	char const *id, *uuid;
	size_t id_n, uuid_n;
	int code = codes[which % 10];
	answer_read(&v, code, s, n);
	must(strlen(v.text) < ANSWER_LINE);
	for (char const *c = v.text; *c; c++)
		must(ascii_is_print(*c));
	if (answer_read_receipt(v.text, &id, &id_n, &uuid, &uuid_n)) {
		must(uuid > v.text && uuid + uuid_n == v.text + strlen(v.text));
		must(id ? id > v.text && id + id_n < uuid : id_n == 0);
	}
	char *text = malloc(n + 1), line[ANSWER_LINE];
	must(text);
	memcpy(text, s, n);
	text[n] = 0;
	must(answer_format(line, code, which & 1, text) <= ANSWER_LINE);
	free(text);
}

static void check_reply(char const *s, size_t n)
{
	char *word = malloc(n + 1), line[REPLY_LINE];
	must(word);
	memcpy(word, s, n);
	word[n] = 0;
	struct reply_words words = {word, word, word, word, word, word};
	for (int r = 0; r < REPLIES; r++) {
		size_t len = reply_format(line, (enum reply)r, &words, r & 1);
		must(len >= 6 && len <= REPLY_LINE && line[len - 2] == '\r' && line[len - 1] == '\n');
		for (size_t i = 0; i < len - 2; i++)
			must(ascii_is_print(line[i]));
	}
	for (enum refusal r = 0; r < REFUSALS; r++) {
		char text[REFUSAL_TEXT];
		refusal_format(text, r, word, n, UINT64_MAX);
		must(strlen(text) < REFUSAL_TEXT);
		for (char const *c = text; *c; c++)
			must(ascii_is_print(*c));
	}
	free(word);
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t n)
{
	uint8_t which = fuzz_choice(data, &n);
	char *s = fuzz_copy(data, n);
	check_answer(s, n, which);
	check_reply(s, n);
	free(s);
	return 0;
}
