/* The settings of a plan, as the accounts and senders.cdb have them. */
#include "accounts/accounts.h"

#include "base/ascii.h"
#include "base/num.h"

#include <string.h>

enum setting_kind { NUMBER, SWITCH, PROFILE };

/* The settings in the order in which accounts_plan_fmt writes them. */
static struct setting {
	char const *name;
	enum setting_kind kind;
	size_t offset;             /* of its field in struct accounts_plan */
	uint64_t max;              /* NUMBER */
	enum accounts_wrong wrong; /* the fault of a bad value */
} const settings[] = {
#define FIELD(f) offsetof(struct accounts_plan, f)
#define NETWORK(n) FIELD(profile) + (n) * sizeof(struct accounts_text)
	{"maxrcpt", NUMBER, FIELD(maxrcpt), UINT32_MAX, ACCOUNTS_COUNT},
	{"maxday", NUMBER, FIELD(maxday), UINT32_MAX, ACCOUNTS_COUNT},
	{"maxwait", NUMBER, FIELD(maxwait), INT64_MAX, ACCOUNTS_OCTETS},
	{"credit", SWITCH, FIELD(credit), 0, ACCOUNTS_YES_NO},
	{"sandbox", SWITCH, FIELD(sandbox), 0, ACCOUNTS_YES_NO},
	{"facebook", PROFILE, NETWORK(ACCOUNTS_FACEBOOK), 0, ACCOUNTS_BAD_PROFILE},
	{"x", PROFILE, NETWORK(ACCOUNTS_X), 0, ACCOUNTS_BAD_PROFILE},
	{"instagram", PROFILE, NETWORK(ACCOUNTS_INSTAGRAM), 0, ACCOUNTS_BAD_PROFILE},
	{"linkedin", PROFILE, NETWORK(ACCOUNTS_LINKEDIN), 0, ACCOUNTS_BAD_PROFILE},
	{"youtube", PROFILE, NETWORK(ACCOUNTS_YOUTUBE), 0, ACCOUNTS_BAD_PROFILE},
	{"tiktok", PROFILE, NETWORK(ACCOUNTS_TIKTOK), 0, ACCOUNTS_BAD_PROFILE},
	{"whatsapp", PROFILE, NETWORK(ACCOUNTS_WHATSAPP), 0, ACCOUNTS_BAD_PROFILE},
	{"telegram", PROFILE, NETWORK(ACCOUNTS_TELEGRAM), 0, ACCOUNTS_BAD_PROFILE},
#undef NETWORK
#undef FIELD
};
#define SETTINGS (sizeof settings / sizeof *settings)
#define FIRST_NETWORK (SETTINGS - ACCOUNTS_NETWORKS)

static struct accounts_plan const plan_default = ACCOUNTS_PLAN_DEFAULT;

char const *accounts_network_name(enum accounts_network network)
{
	return settings[FIRST_NETWORK + network].name;
}

static bool text_is(struct accounts_text t, char const *s)
{
	return t.n == strlen(s) && memcmp(t.s, s, t.n) == 0;
}

/* Is it a valid profile? The URL is copied unchanged into an attribute of the mail's HTML. */
static bool is_profile(struct accounts_text url)
{
	static char const scheme[] = "https://";
	size_t const start = sizeof scheme - 1;
	if (url.n <= start || url.n > ACCOUNTS_PROFILE || memcmp(url.s, scheme, start) != 0 || url.s[start] == '/')
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (!ascii_is_print(url.s[i]) || strchr(" \"<>\\^`{|}", url.s[i]))
			return false;
	return true;
}

static bool scan_value(void *field, struct setting const *setting, struct accounts_text value)
{
	uint64_t number;
	switch (setting->kind) {
	case NUMBER:
		if (!num_scan(value.s, value.n, setting->max, &number) || number == 0)
			return false;
		memcpy(field, &number, sizeof number);
		return true;
	case SWITCH:
		*(bool *)field = text_is(value, "yes");
		return text_is(value, "yes") || text_is(value, "no");
	case PROFILE:
		memcpy(field, &value, sizeof value);
		return is_profile(value);
	}
	return false;
}

/* Reads one word. *seen has a bit for each setting that was read. */
static enum accounts_wrong scan_setting(struct accounts_plan *plan, unsigned *seen, struct accounts_text word)
{
	char const *equals = memchr(word.s, '=', word.n);
	if (!equals)
		return ACCOUNTS_SETTING;
	struct accounts_text name = {word.s, (size_t)(equals - word.s)};
	struct accounts_text value = {equals + 1, word.n - name.n - 1};
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!text_is(name, settings[i].name))
			continue;
		if (*seen & 1u << i)
			return ACCOUNTS_SETTING_TWICE;
		*seen |= 1u << i;
		return scan_value((char *)plan + settings[i].offset, &settings[i], value) ? ACCOUNTS_GOOD : settings[i].wrong;
	}
	return ACCOUNTS_SETTING;
}

bool accounts_plan_scan(struct accounts_plan *out, char const *s, size_t n,
	struct accounts_fault *fault)
{
	struct accounts_plan plan = ACCOUNTS_PLAN_DEFAULT;
	unsigned seen = 0;
	for (size_t at = 0, len; at < n; at += len) {
		for (len = 0; at + len < n && !ascii_is_blank(s[at + len]); len++)
			;
		struct accounts_text word = {s + at, len};
		enum accounts_wrong wrong = len ? scan_setting(&plan, &seen, word) : ACCOUNTS_GOOD;
		if (wrong) {
			if (fault)
				*fault = (struct accounts_fault){.wrong = wrong, .word = word};
			return false;
		}
		if (!len)
			len = 1;
	}
	*out = plan;
	return true;
}

/* Writes the value to out; returns its length, 0 for the default. */
static size_t format_value(char *out, struct setting const *setting, struct accounts_plan const *plan)
{
	char const *field = (char const *)plan + setting->offset;
	char const *initial = (char const *)&plan_default + setting->offset;
	uint64_t number;
	struct accounts_text url;
	switch (setting->kind) {
	case NUMBER:
		memcpy(&number, field, sizeof number);
		return memcmp(field, initial, sizeof number) == 0 ? 0 : num_fmt(out, number);
	case SWITCH:
		if (!*(bool const *)field)
			return 0;
		memcpy(out, "yes", 3);
		return 3;
	case PROFILE:
		memcpy(&url, field, sizeof url);
		if (url.n)
			memcpy(out, url.s, url.n);
		return url.n;
	}
	return 0;
}

size_t accounts_plan_fmt(char *out, struct accounts_plan const *plan)
{
	char value[ACCOUNTS_PROFILE > NUM_FMT ? ACCOUNTS_PROFILE : NUM_FMT];
	size_t n = 0;
	for (size_t i = 0; i < SETTINGS; i++) {
		size_t name_len = strlen(settings[i].name), len = format_value(value, &settings[i], plan);
		if (!len)
			continue;
		if (n)
			out[n++] = ' ';
		memcpy(out + n, settings[i].name, name_len);
		n += name_len;
		out[n++] = '=';
		memcpy(out + n, value, len);
		n += len;
	}
	return n;
}
