/* A send that is worked on: see job.h. */
#define _DEFAULT_SOURCE /* tm_gmtoff */
#include "send/job.h"

#include "base/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The columns of select_send, in their order. */
enum column {
	GROUP, SENDER, SUBJECT, SMTP_ID, SHOW_HEADER, SOCIAL_LINKS, LANGUAGE, TRACK_OPENS, TRACK_CLICKS, TOTAL,
	ADDRESS, NAME, PLAN, HTML, TEXT, COLUMNS
};

#define OF_SENDER(column) " (SELECT a." column " FROM sender a WHERE a.plan_id = $1 AND a.id = s.sender_id)"
#define OF_PIECE(column) " (SELECT c." column " FROM piece c WHERE c.plan_id = $1 AND c.id = s.piece_id)"
static char const select_send[] =
	"SELECT s.group_id, s.sender_id, s.subject, s.smtp_id, s.show_header, s.social_links, s.language, s.track_opens,"
	" s.track_clicks, s.contacts_total," OF_SENDER("address") "," OF_SENDER("name") ","
	" (SELECT p.name FROM plan p WHERE p.id = $1)," OF_PIECE("html") "," OF_PIECE("text")
	" FROM send s WHERE s.plan_id = $1 AND s.id = $2";

/* The argument of the callback of select_send. */
struct load {
	struct job *job;
	struct job_settings const *settings;
	struct senders const *senders; /* NULL: no accounts */
	bool found, failed, damaged;
};

static uint64_t number(char const *column, size_t length)
{
	uint64_t v = 0;
	num_scan(column, length, INT64_MAX, &v);
	return v;
}

/* Appends the text with a NUL to j->strings; returns its offset. */
static size_t keep_string(struct load *l, char const *s, size_t n)
{
	size_t at = l->job->strings.len;
	l->failed = l->failed || !buf_put(&l->job->strings, s, n) || !buf_putc(&l->job->strings, 0);
	return at;
}

static void read_seed(struct job *j, char out[RENDER_SEED + 1], char const *smtp_id)
{
	char hex[HASH_HEX], text[2 * NUM_FMT];
	unsigned char digest[HASH_OCTETS];
	if (smtp_id) {
		strncpy(out, smtp_id, RENDER_SEED);
	} else {
		size_t n = num_fmt(text, j->plan);
		text[n++] = ' ';
		n += num_fmt(text + n, j->send);
		hash_of(digest, text, n);
		hash_hex(hex, digest);
		memcpy(out, hex, RENDER_SEED);
	}
	out[RENDER_SEED] = 0;
}

/* Looks up the profiles of the plan and the name of the sender, if the accounts know them. */
static bool look_up(struct senders const *senders, struct template_options *o, struct accounts_text plan,
	struct accounts_text address, struct accounts_text *name)
{
	struct accounts_plan settings = ACCOUNTS_PLAN_DEFAULT;
	struct accounts_text found;
	enum senders_result p = senders_plan(senders, plan.s, plan.n, &settings);
	enum senders_result a = senders_address(senders, plan.s, plan.n, address.s, address.n, &found);
	if (p == SENDERS_YES)
		memcpy(o->profile, settings.profile, sizeof o->profile);
	if (a == SENDERS_YES)
		*name = found;
	return p != SENDERS_DAMAGED && a != SENDERS_DAMAGED;
}

static bool read_row(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct load *l = arg;
	struct job *j = l->job;
	(void)n;
	l->found = column[ADDRESS] && column[PLAN] && column[HTML]; /* a row that another program wrote may refer to a missing one */
	if (!l->found)
		return false;
	j->group = number(column[GROUP], length[GROUP]);
	j->sender = number(column[SENDER], length[SENDER]);
	j->total = number(column[TOTAL], length[TOTAL]);
	j->language = (unsigned)number(column[LANGUAGE], length[LANGUAGE]);
	j->track_clicks = *column[TRACK_CLICKS] == '1';
	struct accounts_text plan = {column[PLAN], length[PLAN]}, address = {column[ADDRESS], length[ADDRESS]};
	struct accounts_text name = {column[NAME], length[NAME]};
	struct template_options o = {.language = j->language, .show_header = *column[SHOW_HEADER] == '1',
		.social_links = *column[SOCIAL_LINKS] == '1', .track_opens = *column[TRACK_OPENS] == '1',
		.track_clicks = j->track_clicks, .url = l->settings->url};
	if (l->senders && !look_up(l->senders, &o, plan, address, &name)) {
		l->damaged = true;
		return false;
	}
	size_t const at[] = {keep_string(l, plan.s, plan.n), keep_string(l, address.s, address.n), keep_string(l, name.s, name.n),
		keep_string(l, column[SUBJECT], length[SUBJECT])};
	if (l->failed)
		return false;
	char const *s = j->strings.s;
	struct render_send r = {.plan_id = j->plan, .send_id = j->send, .sender_id = j->sender, .plan = s + at[0],
		.sender = {s + at[1], address.n}, .name = {s + at[2], name.n}, .subject = {s + at[3], length[SUBJECT]},
		.host = l->settings->host, .brand = l->settings->brand, .url = l->settings->url,
		.prefix = l->settings->prefix, .bounce_host = l->settings->bounce_host};
	read_seed(j, r.seed, column[SMTP_ID]);
	l->failed = !template_compile(&j->template, column[HTML], length[HTML], column[TEXT], length[TEXT], &o)
		|| !render_start(&j->render, &r, &j->template);
	return false;
}

static enum store_result load_send(struct load *l, struct store *s)
{
	struct job const *j = l->job;
	enum store_result r = s->run(s, select_send, STORE_VALUES(store_number(j->plan), store_number(j->send)), read_row, l);
	if (r != STORE_OK)
		return r;
	if (!l->found)
		return store_fail(s, STORE_REFUSED, "its plan, sender or piece is not in the store", (char *)NULL);
	if (l->damaged)
		return store_fail(s, STORE_FAILED, l->settings->senders, ": the file is damaged", (char *)NULL);
	return l->failed ? store_fail(s, STORE_FAILED, "out of memory", (char *)NULL) : STORE_OK;
}

enum store_result job_load(struct job **out, struct store *s, uint64_t plan, uint64_t send,
	struct job_settings const *settings)
{
	struct senders senders = SENDERS_ZERO;
	struct load l = {.job = calloc(1, sizeof *l.job), .settings = settings};
	*out = NULL;
	if (!l.job)
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	l.job->plan = plan;
	l.job->send = send;
	enum store_result r = STORE_OK;
	if (settings->senders && senders_open(&senders, settings->senders))
		l.senders = &senders;
	else if (settings->senders)
		r = store_fail(s, STORE_FAILED, settings->senders, ": ", strerror(errno), (char *)NULL);
	if (r == STORE_OK)
		r = load_send(&l, s);
	if (l.senders)
		senders_close(&senders);
	if (r == STORE_OK)
		*out = l.job;
	else
		job_free(l.job);
	return r;
}

static struct slice link_url(struct job const *j, size_t i)
{
	struct links const *l = &j->template.links;
	return (struct slice){l->octets.s + l->url[i].at, l->url[i].n};
}

enum store_result job_put_links(struct job *j, struct store *s)
{
	struct accounts_text const *name = &j->render.send.name;
	enum store_result r = s->run(s, "UPDATE sender SET name = $3 WHERE plan_id = $1 AND id = $2 AND name <> $3",
		STORE_VALUES(store_number(j->plan), store_number(j->sender), store_text((struct slice){name->s, name->n})),
		NULL, NULL);
	for (size_t i = 0; r == STORE_OK && i < j->template.links.count; i++)
		r = s->run(s, "INSERT INTO link (plan_id, send_id, number, url) VALUES ($1, $2, $3, $4)"
			" ON CONFLICT (plan_id, send_id, number) DO NOTHING", STORE_VALUES(store_number(j->plan),
			store_number(j->send), store_number(i + 1), store_text(link_url(j, i))), NULL, NULL);
	return r;
}

bool job_publish(struct job *j, struct job_settings const *settings, struct publish_file *f)
{
	struct template const *t = &j->template;
	struct render_send const *r = &j->render.send;
	struct accounts_text const *who = r->name.n ? &r->name : &r->sender;
	struct buf slots = BUF_ZERO;
	struct publish_text *link = calloc(t->links.count + 1, sizeof *link);
	bool done = link && stencil_write_slots(&slots, &t->page);
	*f = (struct publish_file){.folder = -1};
	errno = ENOMEM;
	if (done) {
		for (size_t i = 0; i < t->links.count; i++)
			link[i] = (struct publish_text){link_url(j, i).s, link_url(j, i).n};
		struct published const p = {.plan = j->plan, .send = j->send, .language = j->language,
			.sender = {who->s, who->n}, .subject = {r->subject.s, r->subject.n}, .url = {r->url, strlen(r->url)},
			.page = {t->page.octets.s, t->page.octets.len}, .slots = {slots.s, slots.len}};
		done = publish_begin(f, settings->published, &p, link, t->links.count);
	}
	int e = errno;
	buf_free(&slots);
	free(link);
	errno = e;
	return done;
}

void job_forget_template(struct job *j)
{
	template_free(&j->template);
}

void job_free(struct job *j)
{
	if (!j)
		return;
	template_free(&j->template);
	render_free(&j->render);
	buf_free(&j->strings);
	buf_free(&j->addresses);
	free(j->flying);
	free(j);
}

static struct stencil_filler filler_for(struct job const *j, struct job_settings const *settings, struct job_contact const *c)
{
	return (struct stencil_filler){j->plan, j->send, c->id, linkkeys_mac, settings->keys, settings->keys->first};
}

bool job_mail(struct buf *out, struct job *j, struct job_settings const *settings, char const *date,
	char const *address, size_t n, struct job_contact const *c)
{
	struct stencil_filler const f = filler_for(j, settings, c);
	return render_mail(out, &j->render, date, address, n, &f);
}

bool job_envelope(struct buf *out, struct job *j, struct job_settings const *settings, struct job_contact const *c)
{
	struct stencil_filler const f = filler_for(j, settings, c);
	return render_envelope(out, &j->render, &f);
}

bool job_date(char out[DATE_RFC5322])
{
	struct tm tm;
	time_t now = time(NULL);
	return localtime_r(&now, &tm) && date_rfc5322(out, &tm, (int)(tm.tm_gmtoff / 60));
}
