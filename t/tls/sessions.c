/* The session cache: which sessions are found, by which server, for how long. */
#include "tls/sessions.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char file[sizeof unit_folder + 8], keyfile[sizeof unit_folder + 16];
static struct server server;
static struct server_room room;
static struct sessions cache;
static struct fault fault;

static void start(void)
{
	unit_make_folder();
	sprintf(file, "%s/cache", unit_folder);
	sprintf(keyfile, "%s/cache.key", unit_folder);
	ck_assert(sessions_make(file, 64, &fault));
	ck_assert(sessions_open(&cache, file, &fault));
	ck_assert(server_init(&server, &room, NULL, 0, BR_TLS12));
	sessions_join(&cache, &server);
	sessions_set_name(&cache, (unsigned char const *)"a", 1);
}

static void stop(void)
{
	sessions_close(&cache);
	unit_remove_folder();
}

static br_ssl_session_parameters session(unsigned int id)
{
	br_ssl_session_parameters p = {.session_id_len = 32, .version = BR_TLS12,
		.cipher_suite = BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
	memset(p.session_id, 7, 32);
	memcpy(p.session_id, &id, sizeof id);
	memset(p.master_secret, (int)(id & 0xff), 48);
	return p;
}

static void store(unsigned int id)
{
	br_ssl_session_parameters p = session(id);
	cache.cache->save(&cache.cache, &server.ctx, &p);
}

/* True if the session is found with the values that were stored. */
static bool is_found(unsigned int id)
{
	br_ssl_session_parameters was = session(id), p = was;
	memset(p.master_secret, 0xee, 48);
	p.version = p.cipher_suite = 0;
	if (!cache.cache->load(&cache.cache, &server.ctx, &p))
		return false;
	ck_assert_uint_eq(p.version, was.version);
	ck_assert_uint_eq(p.cipher_suite, was.cipher_suite);
	ck_assert_mem_eq(p.master_secret, was.master_secret, 48);
	return true;
}

START_TEST(a_stored_session_is_found)
{
	ck_assert(!is_found(1));
	store(1);
	store(2);
	ck_assert(is_found(1));
	ck_assert(is_found(2));
	ck_assert(is_found(1));
	ck_assert(!is_found(3));
}
END_TEST

START_TEST(another_process_finds_the_session)
{
	struct sessions other;
	store(1);
	ck_assert(sessions_open(&other, file, &fault));
	ck_assert_mem_eq(other.secrets[0].key, cache.secrets[0].key, SESSIONS_SECRET);
	sessions_close(&cache);
	cache = other;
	sessions_join(&cache, &server);
	ck_assert(!is_found(1)); /* the server name is not set yet */
	sessions_set_name(&cache, (unsigned char const *)"a", 1);
	ck_assert(is_found(1));
}
END_TEST

START_TEST(a_session_is_found_only_under_its_server_name)
{
	store(1);
	sessions_set_name(&cache, (unsigned char const *)"b", 1);
	ck_assert(!is_found(1));
	sessions_set_name(&cache, NULL, 0);
	ck_assert(!is_found(1));
	sessions_set_name(&cache, (unsigned char const *)"a", 1);
	ck_assert(is_found(1));
}
END_TEST

START_TEST(a_session_with_foreign_version_or_suite_is_not_found)
{
	br_ssl_session_parameters p = session(1);
	p.version = BR_TLS11;
	cache.cache->save(&cache.cache, &server.ctx, &p);
	ck_assert(!is_found(1));
	p = session(2);
	p.cipher_suite = BR_TLS_RSA_WITH_AES_128_GCM_SHA256;
	cache.cache->save(&cache.cache, &server.ctx, &p);
	ck_assert(!is_found(2));
}
END_TEST

START_TEST(a_session_is_found_until_the_end_of_the_next_hour)
{
	store(1);
	cache.secrets[1] = cache.secrets[0]; /* one hour later: a new secret, and this one is the old */
	memset(cache.secrets[0].key, 1, SESSIONS_SECRET);
	ck_assert(is_found(1));
	store(2);
	cache.secrets[1] = cache.secrets[0]; /* two hours later: the first secret is gone */
	memset(cache.secrets[0].key, 2, SESSIONS_SECRET);
	ck_assert(!is_found(1));
	ck_assert(is_found(2));
}
END_TEST

START_TEST(a_full_cache_replaces_old_sessions)
{
	struct stat before, after;
	unsigned int n, last = 0;
	ck_assert_int_eq(stat(file, &before), 0);
	for (n = 0; n < 1000; n++) {
		store(n);
		ck_assert(is_found(n));
	}
	for (n = 0; n < 1000; n++)
		last += is_found(n);
	ck_assert_uint_gt(last, 30);
	ck_assert_uint_le(last, 64);
	ck_assert_int_eq(stat(file, &after), 0);
	ck_assert_int_eq(before.st_size, after.st_size);
}
END_TEST

/* Every octet changed in turn; then every beginning of the entry; then the file cut short. */
START_TEST(a_changed_entry_is_not_found)
{
	unsigned char all[512 * 20];
	store(1);
	int fd = open(file, O_RDWR);
	ssize_t n = read(fd, all, sizeof all);
	ck_assert_int_gt(n, 1024);
	size_t at = 512;
	while (!all[at])
		at++; /* the entry has 92 octets from here */
	size_t changed = 0;
	for (size_t i = 0; i < 92; i++) {
		unsigned char c = all[at + i] ^ 0x10;
		ck_assert_int_eq(pwrite(fd, &c, 1, (off_t)(at + i)), 1);
		changed += !is_found(1);
		ck_assert_int_eq(pwrite(fd, all + at + i, 1, (off_t)(at + i)), 1);
	}
	ck_assert_uint_eq(changed, 92);
	ck_assert(is_found(1));
	for (size_t i = 1; i < 92; i++) { /* a half-written entry */
		unsigned char torn[92] = {0};
		memcpy(torn, all + at, i);
		ck_assert_int_eq(pwrite(fd, torn, 92, (off_t)at), 92);
		ck_assert(!is_found(1));
	}
	ck_assert_int_eq(ftruncate(fd, 512), 0);
	ck_assert(!is_found(1));
	store(2);
	ck_assert(!is_found(2));
	close(fd);
}
END_TEST

static void edit_key(off_t at, void const *s, size_t n)
{
	int fd = open(keyfile, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, s, n, at), (ssize_t)n);
	close(fd);
}

static void reopen(struct sessions_secret was[2])
{
	memcpy(was, cache.secrets, sizeof cache.secrets);
	sessions_close(&cache);
	ck_assert_msg(sessions_open(&cache, file, &fault), "%s", fault_reason(&fault));
	ck_assert(cache.secrets[0].known);
}

START_TEST(a_damaged_or_old_secret_is_replaced)
{
	struct sessions_secret was[2];
	reopen(was);
	ck_assert_mem_eq(cache.secrets[0].key, was[0].key, SESSIONS_SECRET);
	ck_assert(!cache.secrets[1].known);
	off_t slot = (off_t)(cache.secrets[0].period & 1) * 64;
	edit_key(slot + 20, "\1\2\3\4\5\6\7", 7); /* half-written */
	reopen(was);
	ck_assert_mem_ne(cache.secrets[0].key, was[0].key, SESSIONS_SECRET);
	edit_key(slot, "\1\0\0\0\0\0\0\0", 8); /* hour 1 of 1970 */
	reopen(was);
	ck_assert_mem_ne(cache.secrets[0].key, was[0].key, SESSIONS_SECRET);
	ck_assert_uint_eq(cache.secrets[0].period, was[0].period);
}
END_TEST

START_TEST(sessions_open_refuses_files_with_wrong_mode_or_content)
{
	struct sessions s;
	char other[sizeof unit_folder + 8];
	ck_assert_int_eq(chmod(keyfile, 0640), 0);
	ck_assert(!sessions_open(&s, file, &fault));
	ck_assert_int_eq(s.fd, -1);
	ck_assert_int_eq(chmod(keyfile, 0600), 0);
	ck_assert(!sessions_open(&s, keyfile, &fault));
	sprintf(other, "%s/none", unit_folder);
	ck_assert(!sessions_open(&s, other, &fault));
	ck_assert_int_eq(fault.error, ENOENT);
	ck_assert(!sessions_make(keyfile, 64, &fault));
	ck_assert(sessions_make(file, 64, &fault));
	ck_assert(sessions_open(&s, file, &fault));
	sessions_close(&s);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("sessions");
	TCase *c = unit_case("sessions");
	tcase_add_checked_fixture(c, start, stop);
	tcase_add_test(c, a_stored_session_is_found);
	tcase_add_test(c, another_process_finds_the_session);
	tcase_add_test(c, a_session_is_found_only_under_its_server_name);
	tcase_add_test(c, a_session_with_foreign_version_or_suite_is_not_found);
	tcase_add_test(c, a_session_is_found_until_the_end_of_the_next_hour);
	tcase_add_test(c, a_full_cache_replaces_old_sessions);
	tcase_add_test(c, a_changed_entry_is_not_found);
	tcase_add_test(c, a_damaged_or_old_secret_is_replaced);
	tcase_add_test(c, sessions_open_refuses_files_with_wrong_mode_or_content);
	suite_add_tcase(s, c);
	return s;
}
