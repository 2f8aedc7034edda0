/* Runs a fuzz target without a fuzzer: on files, then for some seconds on mutations of them.

     TARGET [-t SECONDS] [-r NUMBER] [-x DICTIONARY] [-k FILE] [FILE | FOLDER ...]

   -t  seconds of mutations; default 0
   -r  seed of the mutations: the same number gives the same mutations
   -x  words to mutate with, in the format of libFuzzer and AFL++
   -k  a file that has the current input, for a crash; removed at the end of a run without one

   An input that takes longer than 20 seconds is a failure: SIGALRM ends the program. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)1 << 18)
#define PATIENCE 20

struct octets {
	uint8_t *s;
	size_t n;
};

static struct list {
	struct octets *at;
	size_t count, cap;
} seeds, words;

static _Noreturn void die(char const *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(111);
}

static void add(struct list *l, void const *s, size_t n)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->at = realloc(l->at, l->cap * sizeof *l->at);
		if (!l->at)
			die("memory");
	}
	l->at[l->count++] = (struct octets){(uint8_t *)fuzz_copy(s, n), n};
}

static void give_back(struct list *l)
{
	while (l->count)
		free(l->at[--l->count].s);
	free(l->at);
}

/* --- Reading --------------------------------------------------------------------------- */

static void read_file(char const *path)
{
	static uint8_t content[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	if (!f)
		die(path);
	size_t n = fread(content, 1, sizeof content, f);
	if (ferror(f))
		die(path);
	fclose(f);
	add(&seeds, content, n);
}

static int not_hidden(struct dirent const *e)
{
	return e->d_name[0] != '.';
}

static void read_path(char const *path)
{
	struct stat st;
	struct dirent **entry;
	if (stat(path, &st) < 0)
		die(path);
	if (!S_ISDIR(st.st_mode)) {
		read_file(path);
		return;
	}
	int count = scandir(path, &entry, not_hidden, alphasort);
	if (count < 0)
		die(path);
	for (int i = 0; i < count; i++) {
		char name[4096];
		if ((size_t)snprintf(name, sizeof name, "%s/%s", path, entry[i]->d_name) >= sizeof name)
			die(path);
		read_path(name);
		free(entry[i]);
	}
	free(entry);
}

static int hex(char c)
{
	char const *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) % 16 : -1;
}

/* Reads `name="word"`, where \\, \" and \xNN are as in C. False: the line has another form. */
static bool read_word(char const *line)
{
	uint8_t word[1024];
	size_t n = 0;
	char const *s = strchr(line, '"');
	if (!s++)
		return false;
	while (*s && *s != '"' && n < sizeof word) {
		if (*s != '\\') {
			word[n++] = (uint8_t)*s++;
		} else if (s[1] == '\\' || s[1] == '"') {
			word[n++] = (uint8_t)s[1];
			s += 2;
		} else if (s[1] == 'x' && hex(s[2]) >= 0 && hex(s[3]) >= 0) {
			word[n++] = (uint8_t)(hex(s[2]) << 4 | hex(s[3]));
			s += 4;
		} else {
			return false;
		}
	}
	if (*s != '"' || n == 0)
		return false;
	add(&words, word, n);
	return true;
}

static void read_dictionary(char const *path)
{
	char line[2048];
	FILE *f = fopen(path, "r");
	if (!f)
		die(path);
	while (fgets(line, sizeof line, f)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (!read_word(line)) {
			fprintf(stderr, "%s: not a word: %s", path, line);
			exit(100);
		}
	}
	fclose(f);
}

/* --- Mutating -------------------------------------------------------------------------- */

static uint64_t state;

static uint64_t chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static size_t below(size_t n)
{
	return n ? (size_t)(chance() % n) : 0;
}

static void cut_out(struct octets *in, size_t at, size_t n)
{
	memmove(in->s + at, in->s + at + n, in->n - at - n);
	in->n -= n;
}

static void put_in(struct octets *in, size_t at, uint8_t const *s, size_t n)
{
	if (in->n + n > INPUT_MAX)
		return;
	memmove(in->s + at + n, in->s + at, in->n - at);
	memcpy(in->s + at, s, n);
	in->n += n;
}

static void put_over(struct octets *in, size_t at, uint8_t const *s, size_t n)
{
	if (n > in->n - at)
		n = in->n - at;
	memcpy(in->s + at, s, n);
}

static size_t length(size_t most)
{
	return below(most < 64 || chance() % 8 == 0 ? most + 1 : 65);
}

static void mutate(struct octets *in)
{
	static uint8_t const telling[] = {
		0, '\t', '\n', '\r', ' ', '"', '%', '\'', '(', ')', ',', '-', '.', '/', ':', ';', '<', '=', '>', '?', '@', '\\',
		'&', '#', '+', '*', '_', '0', '9', 'A', 'z', 0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xef, 0xf4, 0xfe, 0xff,
	};
	static uint8_t piece[INPUT_MAX];
	size_t at = below(in->n + 1), n = length(in->n - at);
	struct octets const *other = &seeds.at[below(seeds.count)];
	struct octets const *word = words.count ? &words.at[below(words.count)] : NULL;
	size_t from = below(other->n + 1), some = length(other->n - from);
	switch (chance() % 12) {
	case 0:
		if (at < in->n)
			in->s[at] ^= (uint8_t)(1 << chance() % 8);
		break;
	case 1:
		if (at < in->n)
			in->s[at] = (uint8_t)chance();
		break;
	case 2:
		if (at < in->n)
			in->s[at] = telling[below(sizeof telling)];
		break;
	case 3:
		put_in(in, at, &telling[below(sizeof telling)], 1);
		break;
	case 4:
		cut_out(in, at, n);
		break;
	case 5: /* again, and perhaps often */
		memcpy(piece, in->s + at, n);
		for (size_t k = chance() % 4 ? 1 : below(40); k; k--)
			put_in(in, at, piece, n);
		break;
	case 6: /* elsewhere */
		memcpy(piece, in->s + at, n);
		put_in(in, below(in->n + 1), piece, n);
		break;
	case 7:
		put_in(in, at, other->s + from, some);
		break;
	case 8:
		put_over(in, at, other->s + from, some);
		break;
	case 9: /* the beginning of this input, the end of another */
		if (other->n - from + at <= INPUT_MAX) {
			in->n = at;
			put_in(in, at, other->s + from, other->n - from);
		}
		break;
	case 10:
		if (word)
			put_in(in, at, word->s, word->n);
		break;
	default:
		if (word)
			put_over(in, at, word->s, word->n);
		break;
	}
}

/* --- Running --------------------------------------------------------------------------- */

/* The file with the current input, mapped; it is as long as the input. */
static uint8_t *kept;
static int keep_fd = -1;

static void open_keep(char const *path)
{
	keep_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (keep_fd < 0 || ftruncate(keep_fd, INPUT_MAX) < 0)
		die(path);
	kept = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, keep_fd, 0);
	if (kept == MAP_FAILED)
		die(path);
}

static void run(uint8_t const *s, size_t n)
{
	uint8_t *exact = (uint8_t *)fuzz_copy(s, n);
	if (kept) {
		if (ftruncate(keep_fd, (off_t)n) < 0)
			die("the kept input");
		memcpy(kept, s, n);
	}
	alarm(PATIENCE);
	LLVMFuzzerTestOneInput(exact, n);
	alarm(0);
	free(exact);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t mutations(double seconds)
{
	static uint8_t room[INPUT_MAX];
	size_t done = 0;
	for (double end = now() + seconds; now() < end; done++) {
		struct octets const *seed = &seeds.at[below(seeds.count)];
		struct octets in = {room, seed->n};
		memcpy(room, seed->s, seed->n);
		for (size_t k = 1 + below(chance() % 4 ? 4 : 24); k; k--)
			mutate(&in);
		run(in.s, in.n);
	}
	return done;
}

static double number(char const *s)
{
	char *end;
	errno = 0;
	double v = strtod(s, &end);
	if (end == s || *end || errno || !(v >= 0)) {
		fprintf(stderr, "not a number: %s\n", s);
		exit(100);
	}
	return v;
}

int main(int argc, char *const *argv)
{
	char const *keep = NULL;
	double seconds = 0;
	state = 88172645463325252;
	for (int c; (c = getopt(argc, argv, "t:r:x:k:")) != -1;) {
		if (c == 't')
			seconds = number(optarg);
		else if (c == 'r')
			state ^= (uint64_t)number(optarg) * 0x9e3779b97f4a7c15;
		else if (c == 'x')
			read_dictionary(optarg);
		else if (c == 'k')
			keep = optarg;
		else
			return 100;
	}
	while (optind < argc)
		read_path(argv[optind++]);
	if (seeds.count == 0) {
		fputs("no seeds\n", stderr);
		return 100;
	}
	if (keep)
		open_keep(keep);
	for (size_t i = 0; i < seeds.count; i++)
		run(seeds.at[i].s, seeds.at[i].n);
	size_t done = mutations(seconds);
	if (keep)
		unlink(keep);
	printf("%zu seeds, %zu mutations\n", seeds.count, done);
	give_back(&seeds);
	give_back(&words);
	return 0;
}
