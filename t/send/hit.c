/* Hits as lines, and the files of hits/. */
#include "send/hit.h"
#include "send/hitfile.h"
#include "send/hits.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct hit parse_line(char const *line, bool wanted)
{
	static char room[HIT_SIZE];
	struct hit h;
	ck_assert_msg(hit_parse(&h, room, line, strlen(line)) == wanted, "%s", line);
	return h;
}

START_TEST(line_is_read_back)
{
	char line[HIT_SIZE], room[HIT_SIZE];
	struct hit back, h = {.kind = HIT_CLICK, .class = HIT_PROXY, .plan = 7, .send = 1166, .contact = INT64_MAX, .link = 3, .seconds = 1378987155};
	size_t n = hit_format(line, &h);
	ck_assert_int_eq(line[0], '\n');
	ck_assert_int_eq(line[n - 1], '\n');
	ck_assert_int_eq(memcmp(line + 1, "click 7 1166 9223372036854775807 3 proxy 1378987155 - -", n - 2), 0);
	ck_assert(hit_parse(&back, room, line + 1, n - 2));
	ck_assert_int_eq(back.kind, HIT_CLICK);
	ck_assert_int_eq(back.class, HIT_PROXY);
	ck_assert_uint_eq(back.contact, INT64_MAX);
	ck_assert_uint_eq(back.link, 3);
	ck_assert_str_eq(back.status, "");
	ck_assert_str_eq(back.text, "");
}
END_TEST

/* Hostile text cannot make a second line, or a line that is too long. */
START_TEST(text_cannot_break_the_line)
{
	char line[HIT_SIZE], big[2000], room[HIT_SIZE];
	memset(big, 'x', sizeof big);
	memcpy(big, "5.1.1 a\nopen 1 1 1 - person 1 - -\r\x80", 35);
	big[sizeof big - 1] = 0;
	struct hit back, h = {.kind = HIT_BOUNCE, .plan = 1, .send = 2, .contact = 3, .seconds = 4, .status = "5.1.1 \n", .text = big};
	size_t n = hit_format(line, &h);
	ck_assert_uint_eq(n, HIT_SIZE);
	ck_assert_ptr_eq(memchr(line + 1, '\n', n - 2), NULL);
	ck_assert(hit_parse(&back, room, line + 1, n - 2));
	ck_assert_str_eq(back.status, "5.1.1??");
	ck_assert_int_eq(strncmp(back.text, "5.1.1 a?open 1", 14), 0);
}
END_TEST

START_TEST(broken_line_is_refused)
{
	parse_line("open 1 2 3 - person 4 - -", true);
	parse_line("bounce 1 2 3 - - 4 5.1.1 no such user", true);
	static char const *const broken[] = {"", "open", "open 1 2 3 - person 4 -", "open 1 2 3 - person 4 - ", "open 1 2 - - person 4 - -",
		"open 0 2 3 - person 4 - -", "open 1 2 3 - person - - -", "open 1 2 3 - nobody 4 - -", "opens 1 2 3 - person 4 - -",
		"click 1 2 3 - person 4 - -", "open 1 2 3 x person 4 - -", "open  1 2 3 - person 4 - -", "open 1 2 9223372036854775808 - person 4 - -",
		"open 1 2 3 - person 4 - a\tb", "open 1 2 3 - person 4 - \xc3\xb1", "open -1 2 3 - person 4 - -", "bounce 1 2 3 - - 4 1234567890123 x"};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		parse_line(broken[i], false);
}
END_TEST

START_TEST(user_agent_tells_the_class)
{
	ck_assert_int_eq(hit_classify("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"), HIT_PROXY);
	ck_assert_int_eq(hit_classify("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"), HIT_PROXY);
	ck_assert_int_eq(hit_classify("Mozilla/5.0"), HIT_MACHINE);
	ck_assert_int_eq(hit_classify("Mozilla/5.0 (compatible; Googlebot/2.1)"), HIT_MACHINE);
	ck_assert_int_eq(hit_classify(""), HIT_MACHINE);
	ck_assert_int_eq(hit_classify(NULL), HIT_MACHINE);
	ck_assert_int_eq(hit_classify("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"), HIT_PERSON);
}
END_TEST

/* User agents of scanners and programs that no person uses. */
START_TEST(known_scanner_is_a_machine)
{
	static char const *const agents[] = {"BarracudaCentral/2.0", "Mozilla/5.0 (compatible; BitSightBot/1.0)",
		"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "Twitterbot/1.0",
		"Mozilla/5.0 (compatible; crawler)", "curl/7.88.1", "Cyren URL scanner", "facebookexternalhit/1.1",
		"Mozilla/5.0 (compatible; GoogleSafetyCheck)", "Go-http-client/1.1",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0 Safari/537.36",
		"Java/1.8.0_392", "libwww-perl/6.67", "Mimecast-URL-Protect", "okhttp/4.9.3", "Proofpoint URL Defense",
		"python-requests/2.31.0", "Python-urllib/3.11", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; Baiduspider)",
		"Wget/1.21.3"};
	for (size_t i = 0; i < sizeof agents / sizeof *agents; i++)
		ck_assert_msg(hit_classify(agents[i]) == HIT_MACHINE, "%s", agents[i]);
}
END_TEST

START_TEST(file_is_named_by_host_and_hour)
{
	char path[600], host[65];
	unit_make_folder();
	umask(077);
	struct hit h = {.kind = HIT_UNSUB, .class = HIT_PERSON, .plan = 1, .send = 2, .contact = 3, .seconds = 1378987159};
	ck_assert(hits_append(unit_folder, &h, true));
	ck_assert(hits_append(unit_folder, &h, false));
	gethostname(host, sizeof host);
	snprintf(path, sizeof path, "%s/%s.2013091211", unit_folder, host);
	struct stat st;
	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	ck_assert_int_eq(st.st_mode & 07777, 0660);
	char line[HIT_SIZE];
	ck_assert_uint_eq((size_t)st.st_size, 2 * hit_format(line, &h));
	unit_remove_folder();
	ck_assert(!hits_append(unit_folder, &h, true));
}
END_TEST

/* The sanitizers are slow. */
#ifdef __SANITIZE_ADDRESS__
#define HITS 100000
#else
#define HITS 1000000
#endif

static void ignore_broken(char const *name, uint64_t offset)
{
	ck_abort_msg("%s: a broken line at %llu", name, (unsigned long long)offset);
}

/* Counts the lines in the folder, and removes each file that was read to its end, while the
   writers go on. */
static uint64_t drain(int dir, struct hitfile_batch *b, uint64_t *inode, uint64_t *from)
{
	struct buf names = BUF_ZERO;
	uint64_t lines = 0;
	ck_assert(hitfile_list(dir, &names));
	for (char const *name = names.s; *name; name += strlen(name) + 1) {
		if (!hitfile_read(b, dir, name, *inode, *from, HITFILE_AROUND, INT64_MAX - 7200, true, ignore_broken))
			continue;
		for (size_t i = 0; i < b->count; i++)
			lines += b->line[i].counts;
		*inode = b->inode;
		*from = b->to;
		if (b->is_finished && hitfile_remove(dir, name, b->inode, b->to) == 1)
			*inode = *from = 0;
	}
	buf_free(&names);
	return lines;
}

START_TEST(no_line_is_lost_between_writers_and_reader)
{
	unit_make_folder();
	int dir = open(unit_folder, O_RDONLY | O_DIRECTORY), alive = 16;
	unsigned int each = unit_size(HITS / 16);
	for (int i = 0; i < alive; i++)
		if (fork() == 0) {
			for (unsigned int j = 0; j < each; j++) {
				struct hit h = {.kind = HIT_OPEN, .class = HIT_PERSON, .plan = 1, .send = 2, .contact = j + 1, .seconds = 1378987159};
				if (!hits_append(unit_folder, &h, false))
					_exit(1);
			}
			_exit(0);
		}
	struct hitfile_batch b = {.count = 0};
	uint64_t lines = 0, inode = 0, from = 0;
	for (int status; alive;) {
		while (waitpid(-1, &status, WNOHANG) > 0) {
			ck_assert_int_eq(status, 0);
			alive--;
		}
		lines += drain(dir, &b, &inode, &from);
	}
	while (from || inode)
		lines += drain(dir, &b, &inode, &from);
	lines += drain(dir, &b, &inode, &from);
	ck_assert_uint_eq(lines, (uint64_t)16 * each);
	hitfile_free(&b);
	close(dir);
	unit_remove_folder();
}
END_TEST

START_TEST(end_of_the_hour_is_read_from_the_name)
{
	ck_assert_int_eq(hitfile_hour_end("mail.example.net.1970010100"), 3600);
	ck_assert_int_eq(hitfile_hour_end("h.2013091211"), 1378987200);
	ck_assert_int_eq(hitfile_hour_end("h.2024022923"), 1709251200);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("hit");
	TCase *c = unit_case("hit");
	tcase_add_test(c, line_is_read_back);
	tcase_add_test(c, text_cannot_break_the_line);
	tcase_add_test(c, broken_line_is_refused);
	tcase_add_test(c, user_agent_tells_the_class);
	tcase_add_test(c, known_scanner_is_a_machine);
	tcase_add_test(c, end_of_the_hour_is_read_from_the_name);
	tcase_add_test(c, no_line_is_lost_between_writers_and_reader);
	tcase_add_test(c, file_is_named_by_host_and_hour);
	suite_add_tcase(s, c);
	return s;
}
