/* The store's interface, on SQLite: what each verdict means for a transaction. */
#define _GNU_SOURCE
#include "store/put.h"
#include "unit.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[sizeof unit_folder + 8];
static struct store *store;

static void make_store(void)
{
	unit_make_folder();
	sprintf(path, "%s/db", unit_folder);
	ck_assert_int_eq(store_open(&store, path, true), STORE_OK);
}

static void remove_store(void)
{
	store->close(store);
	unit_remove_folder();
}

#define SLICE(word) {word, sizeof word - 1}
#define DELIVERED "Delivered-To: a@b.es\nDelivered-To: c@b.es\n"

/* Makes an entry: a send of that number and id, to a@b.es and c@b.es. */
static enum store_result put(uint64_t send, char const *id, struct store_count *count)
{
	struct store_piece piece = {.html = SLICE("<p>"), .text = SLICE("t")};
	struct spoolfile file = {.sender = SLICE("r@b.es"), .send = send, .id = {id, strlen(id)},
		.user = SLICE("v.acme"), .plan = SLICE("acme"), .ip = SLICE("192.0.2.7"),
		.date = SLICE("2013-09-12T11:59:19Z"), .recipients = 2, .delivered = SLICE(DELIVERED)};
	struct store_entry entry = {.file = &file, .piece = send ? &piece : NULL,
		.state = "new", .imported_at = "2013-09-12T12:00:00Z"};
	return store_put(store, &entry, count);
}

static bool add_number(void *sum, size_t n, char const *const *column, size_t const *length)
{
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(strlen(column[0]), length[0]);
	*(long *)sum += atol(column[0]);
	return true;
}

static long number(char const *sql)
{
	long sum = 0;
	ck_assert_int_eq(store->run(store, sql, STORE_NO_VALUES, add_number, &sum), STORE_OK);
	return sum;
}

START_TEST(put_stores_a_transaction_once)
{
	struct store_count count = {0, 0};
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(5, "aaaa", &count), STORE_OK);
	ck_assert_uint_eq(count.contacts, 2);
	ck_assert_uint_eq(count.fresh, 2);
	ck_assert_int_eq(put(5, "aaaa", &count), STORE_ALREADY);
	ck_assert_int_eq(put(5, "bbbb", &count), STORE_REFUSED);
	ck_assert_str_eq(store->reason, "send 5 is in the store under another id: aaaa"
		" (saca-queue renumber gives it another number)");
	ck_assert_int_eq(put(6, "cccc", &count), STORE_OK);
	ck_assert_uint_eq(count.contacts, 2);
	ck_assert_uint_eq(count.fresh, 0);
	ck_assert_int_eq(put(0, "dddd", &count), STORE_OK);
	ck_assert_int_eq(put(0, "dddd", &count), STORE_ALREADY);
	ck_assert_int_eq(store->commit(store), STORE_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM send"), 2);
	ck_assert_int_eq(number("SELECT count(*) FROM contact"), 2);
	ck_assert_int_eq(number("SELECT count(*) FROM contact_group"), 3);
	ck_assert_int_eq(number("SELECT count(*) FROM group_member"), 6);
	uint64_t highest = 0;
	ck_assert_int_eq(store_highest(store, &highest), STORE_OK);
	ck_assert_uint_eq(highest, 6);
}
END_TEST

/* A refused entry leaves no row, nor does one that is rolled back. */
START_TEST(a_refused_or_rolled_back_entry_leaves_no_row)
{
	struct store_count count = {0, 0};
	sqlite3 *other;
	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "CREATE TRIGGER no BEFORE INSERT ON send"
		" WHEN new.id = 8 BEGIN SELECT raise(ABORT, 'not\n8'); END", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(8, "aaaa", &count), STORE_REFUSED);
	ck_assert_str_eq(store->reason, "not 8");
	ck_assert_int_eq(store->commit(store), STORE_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM contact"), 0);
	ck_assert_int_eq(number("SELECT count(*) FROM plan"), 0);
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(9, "aaaa", &count), STORE_OK);
	store->rollback(store);
	store->rollback(store);
	ck_assert_int_eq(number("SELECT count(*) FROM send"), 0);
	sqlite3_close(other);
}
END_TEST

/* A trigger drops rows of a table: no row may refer to a missing one, and the entry does not
   count as imported. */
static char const *const tables[] = {"plan", "sender", "contact_group", "contact", "group_member",
	"piece", "send"};

START_TEST(put_refuses_an_entry_if_a_trigger_drops_a_row)
{
	struct store_count count = {0, 0};
	char sql[200], reason[100];
	sqlite3 *other;
	snprintf(sql, sizeof sql, "CREATE TRIGGER no BEFORE INSERT ON %s BEGIN SELECT raise(IGNORE); END",
		tables[_i]);
	snprintf(reason, sizeof reason, "the store leaves out a row of %s (a trigger?)", tables[_i]);
	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(8, "aaaa", &count), STORE_REFUSED);
	ck_assert_str_eq(store->reason, reason);
	ck_assert_int_eq(store->commit(store), STORE_OK);
	ck_assert_int_eq(number("SELECT (SELECT count(*) FROM plan) + (SELECT count(*) FROM contact)"
		" + (SELECT count(*) FROM contact_group) + (SELECT count(*) FROM group_member)"), 0);
	ck_assert_int_eq(sqlite3_exec(other, "DROP TRIGGER no", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(8, "aaaa", &count), STORE_OK);
	ck_assert_int_eq(put(8, "aaaa", &count), STORE_ALREADY);
	ck_assert_int_eq(store->commit(store), STORE_OK);
	sqlite3_close(other);
}
END_TEST

/* A trigger that deletes a contact right after its INSERT. */
START_TEST(put_refuses_an_entry_whose_contact_is_deleted)
{
	struct store_count count = {0, 0};
	sqlite3 *other;
	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "CREATE TRIGGER no AFTER INSERT ON contact"
		" WHEN new.email = 'a@b.es' BEGIN DELETE FROM contact WHERE id = new.id; END",
		NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(8, "aaaa", &count), STORE_REFUSED);
	ck_assert_int_eq(store->commit(store), STORE_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM group_member"), 0);
	sqlite3_close(other);
}
END_TEST

/* Rows must not go into a file that was removed. */
START_TEST(begin_fails_if_the_file_was_removed)
{
	struct store_count count = {0, 0};
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_OK);
	ck_assert_int_eq(put(1, "aaaa", &count), STORE_OK);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(store->commit(store), STORE_OK);
	ck_assert_int_eq(store->begin(store, STORE_WRITE), STORE_FAILED);
	ck_assert_str_eq(store->reason, "its file was moved or removed");
}
END_TEST

static bool see_params(void *arg, size_t n, char const *const *column, size_t const *length)
{
	(void)length;
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(column[0], "two");
	ck_assert_str_eq(column[1], "one");
	ck_assert_ptr_null(column[2]);
	++*(int *)arg;
	return false;
}

START_TEST(run_binds_parameters_by_number)
{
	int calls = 0;
	ck_assert_int_eq(store->run(store, "SELECT $2, $1, NULL UNION ALL SELECT $2, $1, NULL",
		STORE_VALUES(store_string("one"), store_string("two")), see_params, &calls), STORE_OK);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(store->run(store, "SELECT absent", STORE_NO_VALUES, see_params, &calls),
		STORE_FAILED);
	ck_assert_ptr_nonnull(strstr(store->reason, "/db: no such column: absent"));
}
END_TEST

START_TEST(open_refuses_a_later_schema)
{
	struct store *other;
	sqlite3 *db;
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "UPDATE schema SET version = 5", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store_open(&other, path, true), STORE_NEWER);
	other->close(other);
	ck_assert_int_eq(store_open(&other, path, false), STORE_NEWER);
	other->close(other);
	ck_assert_int_eq(sqlite3_exec(db, "UPDATE schema SET version = 4", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(store_open(&other, path, false), STORE_OK);
	other->close(other);
	sqlite3_close(db);
}
END_TEST

START_TEST(name_has_the_campaign_or_the_subject_or_the_date)
{
	struct buf name = BUF_ZERO;
	struct spoolfile file = {.date = SLICE("2013-09-12T11:59:19Z")};
	struct store_piece piece = {.subject = SLICE("hola")};
	struct store_entry entry = {.file = &file, .piece = &piece};
	ck_assert(store_name(&entry, &name));
	ck_assert_mem_eq(name.s, "[SMTP] hola", name.len);
	piece.name = (struct slice)SLICE("interno");
	ck_assert(store_name(&entry, &name));
	ck_assert_mem_eq(name.s, "[SMTP] interno", name.len);
	piece.subject.n = piece.name.n = 0;
	ck_assert(store_name(&entry, &name));
	ck_assert_mem_eq(name.s, "[SMTP] (sin asunto)", name.len);
	entry.piece = NULL;
	ck_assert(store_name(&entry, &name));
	ck_assert_mem_eq(name.s, "[SMTP] 2013-09-12T11:59:19Z", name.len);
	buf_free(&name);
}
END_TEST

START_TEST(is_postgres_reads_the_scheme)
{
	ck_assert(store_is_postgres("postgresql:///x"));
	ck_assert(store_is_postgres("postgres://h/x"));
	ck_assert(!store_is_postgres("postgresql.db"));
	ck_assert(!store_is_postgres("./postgresql://x"));
}
END_TEST

START_TEST(fail_cuts_and_cleans_the_reason)
{
	char words[3 * STORE_REASON];
	memset(words, 'x', sizeof words);
	words[sizeof words - 1] = 0;
	ck_assert_int_eq(store_fail(store, STORE_AGAIN, "a\n", words, (char *)NULL), STORE_AGAIN);
	ck_assert_uint_eq(strlen(store->reason), STORE_REASON - 1);
	ck_assert_mem_eq(store->reason, "a xx", 4);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("store");
	TCase *c = unit_case("store");
	tcase_add_checked_fixture(c, make_store, remove_store);
	tcase_add_test(c, put_stores_a_transaction_once);
	tcase_add_test(c, a_refused_or_rolled_back_entry_leaves_no_row);
	tcase_add_loop_test(c, put_refuses_an_entry_if_a_trigger_drops_a_row, 0, sizeof tables / sizeof *tables);
	tcase_add_test(c, put_refuses_an_entry_whose_contact_is_deleted);
	tcase_add_test(c, begin_fails_if_the_file_was_removed);
	tcase_add_test(c, run_binds_parameters_by_number);
	tcase_add_test(c, open_refuses_a_later_schema);
	tcase_add_test(c, name_has_the_campaign_or_the_subject_or_the_date);
	tcase_add_test(c, is_postgres_reads_the_scheme);
	tcase_add_test(c, fail_cuts_and_cleans_the_reason);
	suite_add_tcase(s, c);
	return s;
}
