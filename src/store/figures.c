/* The figures of a send. */
#include "store/figures.h"


#include <string.h>

struct figure_name const figure_names[FIGURES] = {
	[FIGURE_TOTAL] = {"contactos_totales", 0},
	[FIGURE_SENT] = {"contactos_enviados", 1},
	[FIGURE_OPENED] = {"contactos_enviados_leidos", 2},
	[FIGURE_OPENED_ACTIVE] = {"contactos_enviados_leidos_activos", 3},
	[FIGURE_OPENED_INACTIVE] = {"contactos_enviados_leidos_inactivos", 3},
	[FIGURE_UNOPENED] = {"contactos_enviados_no_leidos", 2},
	[FIGURE_UNOPENED_BOUNCED] = {"contactos_enviados_no_leidos_rebotados", 3},
	[FIGURE_UNOPENED_DELIVERED] = {"contactos_enviados_no_leidos_entregados", 3},
	[FIGURE_UNSENT] = {"contactos_no_enviados", 1},
	[FIGURE_UNSENT_INACTIVE] = {"contactos_no_enviados_por_inactivos", 2},
	[FIGURE_UNSENT_MANUAL] = {"contactos_no_enviados_por_inactivos_baja_manual", 3},
	[FIGURE_UNSENT_AUTOMATIC] = {"contactos_no_enviados_por_inactivos_baja_automatica", 3},
	[FIGURE_UNSENT_FAILED] = {"contactos_no_enviados_por_fallidos", 2},
	[FIGURE_UNSENT_MALFORMED] = {"contactos_no_enviados_por_fallidos_en_nomenclatura", 3},
	[FIGURE_UNSENT_REFUSED] = {"contactos_no_enviados_por_fallidos_rechazados", 3},
	[FIGURE_UNSENT_PENDING] = {"contactos_no_enviados_por_fallidos_pendientes", 3},
	[FIGURE_OPENS] = {"visualizaciones_total", 0},
	[FIGURE_MACHINE_OPENS] = {"visualizaciones_maquinas", 0},
	[FIGURE_CLICKS] = {"clicks_totales", 0},
	[FIGURE_CLICKED] = {"clicks_unicos", 0},
};

char const *const figure_fact_names[FACTS] = {"idEnvio", "idRemitente", "idPieza", "asunto", "nombreEnvio", "fechaEnvio",
	"fechaFin", "fechaCreacion", "estado"};

/* The facts, contacts_total, the plan, then the sums of the table figures in the order of enum column. */
#define SELECT_SEND "SELECT s.id, s.sender_id, s.piece_id, s.subject, s.name, s.started_at, s.finished_at, s.imported_at," \
	" s.state, s.contacts_total, s.plan_id FROM send s WHERE s.id = $1"

static char const select_any[] = SELECT_SEND;
static char const select_of_plan[] = SELECT_SEND " AND s.plan_id = $2";

static char const select_sums[] =
	"SELECT coalesce(sum(handed), 0), coalesce(sum(bounced), 0), coalesce(sum(refused), 0), coalesce(sum(malformed), 0),"
	" coalesce(sum(unsubscribed), 0), coalesce(sum(suppressed), 0), coalesce(sum(opened), 0), coalesce(sum(opened_bounced), 0),"
	" coalesce(sum(opened_unsubscribed), 0), coalesce(sum(opens), 0), coalesce(sum(machine_opens), 0),"
	" coalesce(sum(clicked), 0), coalesce(sum(clicks), 0) FROM figures WHERE plan_id = $1 AND send_id = $2";

enum column {
	HANDED, BOUNCED, REFUSED, MALFORMED, UNSUBSCRIBED, SUPPRESSED, OPENED, OPENED_BOUNCED, OPENED_UNSUBSCRIBED,
	OPENS, MACHINE_OPENS, CLICKED, CLICKS, COLUMNS
};

struct reading {
	struct figures *f;
	bool found, no_memory;
	uint64_t sum[COLUMNS];
};

static bool keep_send(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct reading *r = arg;
	(void)n;
	r->found = true;
	for (size_t i = 0; i < FACTS; i++) {
		struct buf *b = &r->f->fact[i];
		b->len = 0;
		if (!buf_put(b, column[i] ? column[i] : "", column[i] ? length[i] : 0) || !buf_putc(b, 0))
			r->no_memory = true;
		else
			b->len--;
	}
	r->f->send = store_number_in(column, length, FACT_SEND);
	r->f->value[FIGURE_TOTAL] = store_number_in(column, length, FACTS);
	r->f->plan = store_number_in(column, length, FACTS + 1);
	return false;
}

static bool keep_sums(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct reading *r = arg;
	for (size_t i = 0; i < n && i < COLUMNS; i++)
		r->sum[i] = store_number_in(column, length, i);
	return false;
}

static uint64_t subtract_to_zero(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void build_tree(uint64_t v[FIGURES], uint64_t const sum[COLUMNS])
{
	v[FIGURE_SENT] = sum[HANDED] + sum[BOUNCED];
	v[FIGURE_OPENED] = sum[OPENED];
	v[FIGURE_OPENED_INACTIVE] = sum[OPENED_UNSUBSCRIBED];
	v[FIGURE_OPENED_ACTIVE] = subtract_to_zero(v[FIGURE_OPENED], v[FIGURE_OPENED_INACTIVE]);
	v[FIGURE_UNOPENED] = subtract_to_zero(v[FIGURE_SENT], v[FIGURE_OPENED]);
	v[FIGURE_UNOPENED_BOUNCED] = subtract_to_zero(sum[BOUNCED], sum[OPENED_BOUNCED]);
	v[FIGURE_UNOPENED_DELIVERED] = subtract_to_zero(v[FIGURE_UNOPENED], v[FIGURE_UNOPENED_BOUNCED]);
	v[FIGURE_UNSENT] = subtract_to_zero(v[FIGURE_TOTAL], v[FIGURE_SENT]);
	v[FIGURE_UNSENT_MANUAL] = sum[UNSUBSCRIBED];
	v[FIGURE_UNSENT_AUTOMATIC] = sum[SUPPRESSED];
	v[FIGURE_UNSENT_INACTIVE] = sum[UNSUBSCRIBED] + sum[SUPPRESSED];
	v[FIGURE_UNSENT_MALFORMED] = sum[MALFORMED];
	v[FIGURE_UNSENT_REFUSED] = sum[REFUSED];
	v[FIGURE_UNSENT_FAILED] = subtract_to_zero(v[FIGURE_UNSENT], v[FIGURE_UNSENT_INACTIVE]);
	v[FIGURE_UNSENT_PENDING] = subtract_to_zero(v[FIGURE_UNSENT_FAILED], sum[MALFORMED] + sum[REFUSED]);
	v[FIGURE_OPENS] = sum[OPENS];
	v[FIGURE_MACHINE_OPENS] = sum[MACHINE_OPENS];
	v[FIGURE_CLICKS] = sum[CLICKS];
	v[FIGURE_CLICKED] = sum[CLICKED];
}

enum store_result figures_read(struct store *s, uint64_t plan, uint64_t send, struct figures *f, bool *found)
{
	struct reading r = {.f = f};
	*f = (struct figures){.plan = 0};
	enum store_result result = plan ? s->run(s, select_of_plan, STORE_VALUES(store_number(send), store_number(plan)), keep_send, &r)
		: s->run(s, select_any, STORE_VALUES(store_number(send)), keep_send, &r);
	if (result == STORE_OK && r.found)
		result = s->run(s, select_sums, STORE_VALUES(store_number(f->plan), store_number(send)), keep_sums, &r);
	if (r.no_memory)
		return store_fail(s, STORE_FAILED, "out of memory", (char *)NULL);
	build_tree(f->value, r.sum);
	*found = r.found;
	return result;
}

void figures_free(struct figures *f)
{
	for (size_t i = 0; i < FACTS; i++)
		buf_free(&f->fact[i]);
}
