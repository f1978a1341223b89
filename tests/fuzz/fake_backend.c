/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_backend.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "pkt/worker.h"

unsigned int fake_calls;

static const uint8_t *fake_text; /* the request itself: of the reload's error */
static size_t fake_len;
static struct {
	struct counters counters;
	struct gauges gauges;
	struct ruleset *rules;
	struct conf_softwire domain;
} fake;

static void
fake_report(void *context, struct report *report)
{
	(void)context;
	*report = (struct report){ .is_ce = true,
		.generation = 1,
		.interface = { "lan", "wan" },
		.softwire = { { .name = "map0" } },
		.softwire_count = 1,
		.worker_count = 1,
		.counters = { &fake.counters },
		.gauges = { &fake.gauges } };
}

static void
fake_health(void *context, struct health *health)
{
	(void)context;
	*health = (struct health){ .worker_count = 1, .link = { { "lan", true }, { "wan", false } } };
}

static const struct ruleset *
fake_rules(void *context)
{
	(void)context;
	return fake.rules;
}

static bool
fake_lookup(void *context, struct lookup *lookup)
{
	(void)context;
	*lookup = (struct lookup){ .rules = fake.rules, .domains = &fake.domain, .domain_count = 1 };
	return true;
}

/* No file is read for a fuzzer's request. */
static const char *
fake_rule_log(void *context)
{
	(void)context;
	return "/nonexistent/rules.log";
}

/* A file's name is whatever the request has. */
static int
fake_check(void *context, const char *file, struct api_checked *checked, struct error *err)
{
	(void)context;
	if (fake_len % 2 == 0)
		return error_set(err, EINVAL, "no");
	*checked = (struct api_checked){ .file = file != NULL ? file : "f", .notes = json_array() };
	return 0;
}

static int
fake_explain(void *context, char *const *packets, unsigned int count, FILE *out, struct error *err)
{
	(void)context;
	require(count >= 1 && count <= API_EXPLAIN_MAX, "no packets, or too many");
	if (fake_len % 3 == 0)
		return error_set(err, EINVAL, "no");
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s\n\n", packets[i]);
	return 0;
}

static int
fake_plan(void *context, struct conf **planned, struct error *err)
{
	(void)context;
	(void)planned;
	return error_set(err, EINVAL, "no");
}

static int
fake_apply(void *context, uint32_t confirm_s, uint64_t *generation, struct error *err)
{
	(void)context;
	fake_calls++;
	*generation = confirm_s;
	return fake_len % 2 == 0 ? 0 : error_set(err, EINVAL, "%.*s", (int)fake_len, (const char *)fake_text);
}

static int
fake_confirm(void *context, struct error *err)
{
	(void)context;
	return fake_len % 3 == 0 ? 0 : error_set(err, ENOENT, "no");
}

static int
fake_rollback(void *context, uint64_t *generation, struct error *err)
{
	return fake_apply(context, 0, generation, err);
}

static void
fake_shutdown(void *context)
{
	(void)context;
	fake_calls++;
}

/* Addresses and softwires that are even are bound. */
static int
fake_binding_add(void *context, const struct api_binding *binding, bool replace, struct error *err)
{
	(void)context;
	require(binding->psid >= -1 && binding->psid <= UINT16_MAX, "a PSID of more than 16 bits");
	fake_calls++;
	if (binding->ipv4 % 2 == 0 && !replace)
		return error_set(err, EEXIST, "bound");
	return binding->ipv4 % 2 == 0;
}

static int
fake_binding_remove(void *context, const struct api_binding *binding, struct error *err)
{
	(void)context;
	fake_calls++;
	return binding->ipv4 % 2 == 0 ? 0 : error_set(err, ENOENT, "not bound");
}

static int
fake_binding_get(void *context, struct api_binding *binding, struct error *err)
{
	(void)context;
	binding->domain = "fixed";
	return binding->ipv4 % 2 == 0 ? 0 : error_set(err, ENOENT, "not bound");
}

static void
set_up(void)
{
	static struct map_rule_spec specs[20];
	struct error err;
	uint32_t bad;

	for (uint32_t i = 0; i < 20; i++)
		specs[i] =
		    (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x20010db800000000) + ((uint64_t)i << 24), 0),
						40 },
			    .ipv4 = { UINT32_C(0xc0000200) + (i << 8), 24 },
			    .ea_len = 16,
			    .psid_offset = 6 };
	fake.rules = ruleset_build(specs, 20, &bad, &err);
	require(fake.rules != NULL, "the rule set of the test");
}

static const struct conf *
fake_line(void *context, const struct line_report **line)
{
	static const struct conf br = { .role = CONF_BR };

	(void)context;
	*line = NULL;
	return &br;
}

static struct liveness
fake_liveness(void *context)
{
	(void)context;
	return (struct liveness){ 0 };
}

static const struct softwire_past *
fake_past(void *context)
{
	static const struct softwire_past past = { 1000, 500, "no prefix" };

	(void)context;
	return &past;
}

static struct log_levels
fake_log_get(void *context)
{
	(void)context;
	fake_calls++;
	return (struct log_levels){ .left_s = fake_len };
}

static void
fake_log_set(void *context, const struct log_levels *levels)
{
	(void)context;
	fake_calls++;
	for (int part = 0; part < LOG_PARTS; part++)
		require(levels->of[part] < LOG_LEVELS, "no such level");
}

static const struct alarms *
fake_alarms(void *context)
{
	static struct alarms alarms;

	(void)context;
	fake_calls++;
	alarms.state[fake_len % ALARM_KINDS].is_on = true;
	return &alarms;
}

/* Of both families, with and without a MAC address. */
static int
fake_neighbours(void *context, struct api_neighbour **list, size_t *count, struct error *err)
{
	(void)context;
	fake_calls++;
	*count = fake_len % 5;
	*list = calloc(*count + 1, sizeof(**list));
	require(*list != NULL, "no memory");
	for (size_t i = 0; i < *count; i++)
		(*list)[i] = (struct api_neighbour){ .addr = (u128)(i + 1) << 32 * (i % 4),
			.has_mac = i % 2 == 0,
			.interface = (uint8_t)(i % 2),
			.state = "stale",
			.from = "linux" };
	if (*count < 4)
		return 0;
	free(*list);
	return error_set(err, EIO, "no");
}

static size_t
fake_routes(void *context, struct api_routes lists[API_ROUTE_LISTS])
{
	static const struct route routes[] = { { 0, 1, HOP_GATEWAY, 0, 0, 0 },
		{ 0x0a000000, 0, HOP_ON_LINK, 0, 8, 1 } };

	(void)context;
	fake_calls++;
	for (size_t i = 0; i < API_ROUTE_LISTS; i++)
		lists[i] = (struct api_routes){ routes, 2, i < 2 ? "ipv4" : "ipv6", "linux", (uint8_t)(i % 2), i < 2 };
	return API_ROUTE_LISTS;
}

static void
fake_worker(void *context, unsigned int worker, struct api_worker *known)
{
	static const struct load load;

	(void)context;
	fake_calls++;
	*known = (struct api_worker){ .lcore = worker, .load = &load };
}

static int
fake_serve(void *context, bool serves, struct error *err)
{
	(void)context;
	fake_calls++;
	return serves ? 0 : error_set(err, ENOTSUP, "a BR has domains");
}

static int
fake_drain(void *context, bool on, struct error *err)
{
	(void)context;
	fake_calls++;
	return on ? 0 : error_set(err, ENOMEM, "no");
}

static bool
fake_ask(void *context)
{
	(void)context;
	return fake_len % 2 == 0;
}

static int
fake_release(void *context, struct error *err)
{
	(void)context;
	fake_calls++;
	return error_set(err, ENOENT, "there is no lease to give back");
}

/* Sessions as the bytes of the request have them: any place and any number, and never an end before worker 3. */
static int
fake_list(void *context, unsigned int worker, struct nat_listing *listing, struct error *err)
{
	(void)context;
	if (worker >= 3)
		return -ENOENT;
	if (fake_len % 5 == 0)
		return error_set(err, ETIMEDOUT, "worker %u does not answer", worker);
	listing->count = (uint32_t)(fake_len % (listing->limit + 1));
	memset(listing->session, 0, sizeof(listing->session));
	for (uint32_t i = 0; i < listing->count && listing->table == NAT_SESSIONS; i++)
		listing->session[i].space = fake_text[i % fake_len] % (L4_OTHER + 1);
	listing->next = listing->start + 1000;
	listing->is_end = listing->next > 5000;
	return 0;
}

static bool
fake_event(void *context, uint64_t number, struct api_event *event)
{
	(void)context;
	*event = (struct api_event){ number, number, number % 2 == 0, "an event" };
	return number < 100;
}

static const struct bank *
fake_bank(void *context)
{
	static struct bank *bank;
	static const struct portset set = { .psid = 1, .psid_len = 8, .offset = 6 };

	(void)context;
	if (bank == NULL)
		bank = bank_new(&set, 2);
	return fake_len % 2 == 0 ? bank : NULL;
}

static int
fake_capture_start(void *context, const struct api_capture_wish *wish, uint64_t *id, struct error *err)
{
	(void)context;
	fake_calls++;
	*id = wish->snap;
	return strlen(wish->filter) > 4 ? error_set(err, EINVAL, "no filter") : 0;
}

static int
fake_capture_take(void *context, uint64_t id, struct api_captured *packet, struct error *err)
{
	(void)context;
	*packet = (struct api_captured){ .event = "drop",
		.reason = (enum drop_reason)(fake_len % (DROP_COUNT + 1)),
		.interface = "wan",
		.length = (uint32_t)fake_len,
		.captured = (uint32_t)(fake_len < API_CAPTURE_SNAP_MAX ? fake_len : API_CAPTURE_SNAP_MAX),
		.data = fake_text };
	return id % 3 == 0 ? error_set(err, ENOENT, "none") : (int)(id % 3) - 1;
}

static int
fake_capture_lost(void *context, uint64_t id, uint64_t *lost, struct error *err)
{
	(void)context;
	(void)err;
	*lost = id;
	return 0;
}

static int
fake_capture_stop(void *context, uint64_t id, struct error *err)
{
	(void)context;
	return id % 2 == 0 ? 0 : error_set(err, ENOENT, "none");
}

static int
fake_trace_start(void *context, const struct api_trace_wish *wish, uint64_t *id, struct error *err)
{
	(void)context;
	fake_calls++;
	*id = wish->count;
	return strlen(wish->filter) > 4 ? error_set(err, EINVAL, "no filter") : 0;
}

/* More steps than are kept, sometimes. */
static int
fake_trace_take(void *context, uint64_t id, struct api_traced *packet, struct error *err)
{
	static struct trail trail;
	static char text[32];

	(void)context;
	trail.count = (unsigned int)(fake_len % (TRAIL_STEPS + 2));
	for (unsigned int i = 0; i < TRAIL_STEPS; i++)
		trail.step[i] = (struct trail_step){ .step = i % 2 == 0 ? "lan_in(w, p)" : "encapsulate",
			.depth = (uint8_t)(i % 4),
			.verdict = (uint8_t)(i % (VERDICT_DROP + 1)) };
	snprintf(text, sizeof(text), "%.*s", fake_len < sizeof(text) ? (int)fake_len : 31, (const char *)fake_text);
	*packet = (struct api_traced){ .interface = "wan",
		.came = text,
		.went = id % 2 == 0 ? text : NULL,
		.trail = &trail,
		.verdict = (unsigned int)(fake_len % (VERDICT_DROP + 1)),
		.reason = (enum drop_reason)(fake_len % (DROP_COUNT + 1)) };
	return id % 3 == 0 ? error_set(err, ENOENT, "none") : (int)(id % 3) - 1;
}

static int
fake_trace_state(void *context, uint64_t id, struct api_trace_state *state, struct error *err)
{
	(void)context;
	(void)err;
	*state = (struct api_trace_state){ .left = (uint32_t)id, .lost = id };
	return 0;
}

const struct api_backend *
fake_backend(const uint8_t *text, size_t len)
{
	static const struct api_backend backend = { .report = fake_report,
		.health = fake_health,
		.rules = fake_rules,
		.lookup = fake_lookup,
		.rule_log = fake_rule_log,
		.check = fake_check,
		.explain = fake_explain,
		.plan = fake_plan,
		.apply = fake_apply,
		.confirm = fake_confirm,
		.rollback = fake_rollback,
		.shutdown = fake_shutdown,
		.binding_add = fake_binding_add,
		.binding_remove = fake_binding_remove,
		.binding_get = fake_binding_get,
		.line = fake_line,
		.liveness = fake_liveness,
		.log_get = fake_log_get,
		.log_set = fake_log_set,
		.past = fake_past,
		.alarms = fake_alarms,
		.neighbours = fake_neighbours,
		.routes = fake_routes,
		.worker = fake_worker,
		.serve = fake_serve,
		.drain = fake_drain,
		.refresh = fake_ask,
		.forget = fake_ask,
		.list = fake_list,
		.bank = fake_bank,
		.event = fake_event,
		.capture_start = fake_capture_start,
		.capture_take = fake_capture_take,
		.capture_lost = fake_capture_lost,
		.capture_stop = fake_capture_stop,
		.trace_start = fake_trace_start,
		.trace_take = fake_trace_take,
		.trace_state = fake_trace_state,
		.trace_stop = fake_capture_stop,
		.release = fake_release };

	if (fake.rules == NULL)
		set_up();
	fake_calls = 0;
	fake_text = text;
	fake_len = len;
	return &backend;
}
