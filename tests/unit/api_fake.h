/* SPDX-License-Identifier: BSD-3-Clause */
/* A made-up system behind the JSON interface, and how a test asks it. */
#ifndef MAPEDGE_TESTS_API_FAKE_H
#define MAPEDGE_TESTS_API_FAKE_H

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "maptext.h"
#include "pkt/worker.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- the system behind it --------------------------------------------------------------------------------------- */

static struct {
	struct counters counters[2];
	struct gauges gauges[2];
	struct recent recent;
	const struct nat *nat[2]; /* the workers' */
	const struct bank *bank;
	bool hangs; /* worker 1 */
	struct api_capture_wish wish;
	unsigned int captured;
	char trace[96]; /* what was wished */
	unsigned int traced;
	struct ruleset *rules;
	struct conf_softwire domains[2];
	const char *rule_log;
	const char *reload_text, *reload_hint; /* NULL: a reload works */
	uint32_t confirm_s;
	unsigned int reports, reloads, shutdowns, refreshes, forgets, releases;
	bool is_br;
	struct health health;
	const struct conf *conf; /* another than that of the CE that waits, with what is known of its line */
	const struct line_report *line;
	struct softwire_past past;
	struct alarms alarms;
	struct log_levels levels;
	struct api_neighbour neighbours[4];
	size_t neighbour_count;
	struct api_routes routes[API_ROUTE_LISTS];
	size_t route_lists;
	struct load load;
	unsigned int serves[2], drains[2];
	uint64_t drained_ms;

	/* bindings: what was asked, and the answers, by the last byte of the address */
	unsigned int binding_calls;
	struct api_binding asked[8]; /* the first ones */
	bool replace;
	int answer[256];
} fake;

static void
fake_report(void *context, struct report *report)
{
	ck_assert_ptr_eq(context, &fake);
	fake.reports++;
	*report = (struct report){ .is_ce = !fake.is_br,
		.generation = 3,
		.interface = { "lan", "wan" },
		.softwire = { { .name = "map0" } },
		.softwire_count = 1,
		.worker_count = 2,
		.port_reuse = "off",
		.df = "honour",
		.recent = &fake.recent,
		.uptime_ms = 61999,
		.drained_ms = fake.drained_ms,
		.held = 4 };
	for (int i = 0; i < 2; i++) {
		report->counters[i] = &fake.counters[i];
		report->gauges[i] = &fake.gauges[i];
	}
}

static void
fake_health(void *context, struct health *health)
{
	ck_assert_ptr_eq(context, &fake);
	*health = fake.health;
}

static const struct ruleset *
fake_rules(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return fake.rules;
}

static bool
fake_lookup(void *context, struct lookup *lookup)
{
	ck_assert_ptr_eq(context, &fake);
	*lookup = (struct lookup){ .rules = fake.rules, .domains = fake.domains, .domain_count = 2 };
	return fake.is_br;
}

static const char *
fake_rule_log(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return fake.rule_log;
}

/* What fails does so for the reason that the test has set. */
static int
fake_failure(struct error *err)
{
	if (fake.reload_text == NULL)
		return 0;
	error_set(err, EINVAL, "%s", fake.reload_text);
	if (fake.reload_hint != NULL)
		error_hint(err, "%s", fake.reload_hint);
	return -EINVAL;
}

static int
fake_check(void *context, const char *file, struct api_checked *checked, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (fake_failure(err) < 0)
		return -EINVAL;
	*checked = (struct api_checked){ .file = file != NULL ? file : "/etc/mapedge/mapedge.conf",
		.rules = 7,
		.bindings = 8,
		.notes = json_pack("[s]", "a note"),
		.needs_restart = file != NULL ? "dpdk.workers" : NULL };
	return 0;
}

/* Two packets are told as two blocks. */
static int
fake_explain(void *context, char *const *packets, unsigned int count, FILE *out, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (fake_failure(err) < 0)
		return -EINVAL;
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s%s comes\n  and goes\n", i > 0 ? "\n" : "", packets[i]);
	return 0;
}

static int
fake_plan(void *context, struct conf **planned, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (fake_failure(err) < 0)
		return -EINVAL;
	*planned = calloc(1, sizeof(**planned));
	ck_assert_ptr_nonnull(*planned);
	(*planned)->role = CONF_CE;
	return 0;
}

static int
fake_apply(void *context, uint32_t confirm_s, uint64_t *generation, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	fake.reloads++;
	fake.confirm_s = confirm_s;
	*generation = 4;
	return fake_failure(err);
}

static int
fake_confirm(void *context, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	return fake_failure(err);
}

static int
fake_rollback(void *context, uint64_t *generation, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	*generation = 5;
	return fake_failure(err);
}

static void
fake_shutdown(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	fake.shutdowns++;
}

/* 0, 1, or a negative errno as the test wants it. */
static int
fake_binding(void *context, const struct api_binding *binding, struct error *err)
{
	const int answer = fake.answer[binding->ipv4 & 0xff];

	ck_assert_ptr_eq(context, &fake);
	if (fake.binding_calls < COUNT(fake.asked))
		fake.asked[fake.binding_calls] = *binding;
	fake.binding_calls++;
	if (answer < 0) {
		error_set(err, -answer, "no %u", binding->ipv4 & 0xff);
		error_hint(err, "try another");
	}
	return answer;
}

static int
fake_binding_add(void *context, const struct api_binding *binding, bool replace, struct error *err)
{
	fake.replace = replace;
	return fake_binding(context, binding, err);
}

static int
fake_binding_get(void *context, struct api_binding *binding, struct error *err)
{
	const struct api_binding asked = *binding;

	binding->softwire = u128_make(UINT64_C(0x20010db800000000), 1);
	binding->domain = "fixed";
	binding->by_command = (binding->ipv4 & 1) != 0;
	binding->counters = (struct binding_counters){ { 1, 1001 }, { 2, UINT64_C(1) << 62 } };
	return fake_binding(context, &asked, err);
}

/* A CE that waits for its line. */
static const struct conf *
fake_line(void *context, const struct line_report **line)
{
	static struct conf_softwire softwire = { .name = "line",
		.provisioned = true,
		.source = SOURCE_NONE,
		.is_down = true,
		.why_down = { .text = "the line has no prefix", .hint = "see what DHCPv6 waits for" } };
	static const struct conf conf = { .role = CONF_CE,
		.interfaces = { { .name = "lan" }, { .name = "wan" } },
		.interface_count = 2,
		.softwires = &softwire,
		.softwire_count = 1 };
	static struct dhcp6_client client = { .state = DHCP6_SOLICITING };
	static const struct far_names names = { .count = 1,
		.name = { { .name = "aftr.example.net", .reason = "does not exist" } } };
	static const struct line_report report = { .client = &client,
		.now = 1000,
		.wall_ms = 9000,
		.reason = "no server answers",
		.source_count = 2,
		.sources = { { SOURCE_HB46PP, false, "retry", "the server answers 500", 61000, 0 },
		    { SOURCE_RULES, false, "read", "japan.conf", UINT64_MAX, 1000 } },
		.names = &names,
		.resolvers_from = "/etc/resolv.conf",
		.resolver_count = 1,
		.resolvers = { (u128)0x20010db8 << 96 | 0x53 } };

	(void)context;
	client.exchange.send_at = client.exchange.ends_at = 4500;
	client.exchange.type = DHCP6_SOLICIT;
	client.counters.sent[DHCP6_SOLICIT] = 3;
	*line = fake.conf != NULL ? fake.line : &report;
	return fake.conf != NULL ? fake.conf : &conf;
}

static struct liveness
fake_liveness(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return (struct liveness){ 0 };
}

static const struct softwire_past *
fake_past(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return &fake.past;
}

static struct log_levels
fake_log_get(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return fake.levels;
}

static void
fake_log_set(void *context, const struct log_levels *levels)
{
	ck_assert_ptr_eq(context, &fake);
	fake.levels = *levels;
}

static const struct alarms *
fake_alarms(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return &fake.alarms;
}

static int
fake_neighbours(void *context, struct api_neighbour **list, size_t *count, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (fake_failure(err) < 0)
		return -EINVAL;
	*list = malloc(sizeof(fake.neighbours));
	ck_assert_ptr_nonnull(*list);
	memcpy(*list, fake.neighbours, sizeof(fake.neighbours));
	*count = fake.neighbour_count;
	return 0;
}

static size_t
fake_routes(void *context, struct api_routes lists[API_ROUTE_LISTS])
{
	ck_assert_ptr_eq(context, &fake);
	memcpy(lists, fake.routes, sizeof(fake.routes));
	return fake.route_lists;
}

static void
fake_worker(void *context, unsigned int worker, struct api_worker *known)
{
	ck_assert_ptr_eq(context, &fake);
	*known = (struct api_worker){ .lcore = worker + 1,
		.silent_ms = 2,
		.waiting = worker,
		.room = 2047,
		.load = &fake.load,
		.now_ms = 10000 };
}

static int
fake_serve(void *context, bool serves, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (fake.is_br)
		return error_set(err, ENOTSUP, "a BR has domains");
	fake.serves[serves]++;
	return 0;
}

static int
fake_drain(void *context, bool on, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	fake.drains[on]++;
	return fake_failure(err);
}

static bool
fake_refresh(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	fake.refreshes++;
	return !fake.is_br;
}

static bool
fake_forget(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	fake.forgets++;
	return !fake.is_br;
}

/* The first time there is something to give back. */
static int
fake_release(void *context, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	return fake.releases++ == 0 ? 0 : error_set(err, ENOENT, "there is no lease to give back");
}

static int
fake_list(void *context, unsigned int worker, struct nat_listing *listing, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (worker >= 2)
		return -ENOENT;
	if (worker == 1 && fake.hangs)
		return error_set(err, ETIMEDOUT, "worker 1 does not answer");
	listing->count = 0;
	listing->is_end = true;
	if (fake.nat[worker] != NULL)
		nat_list(fake.nat[worker], listing, 100);
	return 0;
}

static const struct bank *
fake_bank(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return fake.bank;
}

/* Captures: id 7, and a packet that was dropped, one that was sent, no more. */
static int
fake_capture_start(void *context, const struct api_capture_wish *wish, uint64_t *id, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (strcmp(wish->filter, "nonsense") == 0)
		return error_set(err, EINVAL, "the filter is none");
	fake.wish = *wish;
	fake.captured = 0;
	*id = 7;
	return 0;
}

static int
check_capture(uint64_t id, struct error *err)
{
	return id == 7 ? 0 : error_set(err, ENOENT, "there is no such capture");
}

static int
fake_capture_take(void *context, uint64_t id, struct api_captured *packet, struct error *err)
{
	static const uint8_t data[] = { 0x45, 0x00, 0xfe };

	ck_assert_ptr_eq(context, &fake);
	if (check_capture(id, err) < 0)
		return -ENOENT;
	*packet = (struct api_captured){ .time_ns = UINT64_C(1700000000123456789) + fake.captured,
		.event = fake.captured == 0 ? "drop" : "tx",
		.reason = fake.captured == 0 ? DROP_spoof_v4 : DROP_COUNT,
		.interface = "wan",
		.worker = 1,
		.is_ip = fake.captured == 0,
		.length = 1500,
		.captured = sizeof(data),
		.data = data };
	return fake.captured++ < 2;
}

static int
fake_capture_lost(void *context, uint64_t id, uint64_t *lost, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	*lost = 3;
	return check_capture(id, err);
}

static int
fake_capture_stop(void *context, uint64_t id, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	return check_capture(id, err);
}

static int
fake_trace_start(void *context, const struct api_trace_wish *wish, uint64_t *id, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	if (strcmp(wish->filter, "nonsense") == 0)
		return error_set(err, EINVAL, "the filter is none");
	snprintf(fake.trace, sizeof(fake.trace), "%u of %s, %s", wish->count,
	    wish->interface != NULL ? wish->interface : "any", wish->filter);
	*id = 7;
	return 0;
}

/* One that was sent, and one that was dropped behind more steps than there is room for. */
static int
fake_trace_take(void *context, uint64_t id, struct api_traced *packet, struct error *err)
{
	static const struct trail short_one = { .count = 2,
		.step = { { "lan_in(w, p)", 0, VERDICT_NEXT }, { "send_packet", 1, VERDICT_FORWARD } } };
	static struct trail long_one = { .count = TRAIL_STEPS + 3 };
	const bool first = fake.traced == 0;

	ck_assert_ptr_eq(context, &fake);
	if (check_capture(id, err) < 0)
		return -ENOENT;
	for (unsigned int i = 0; i < TRAIL_STEPS; i++)
		long_one.step[i] = (struct trail_step){ "read_packet", 0, VERDICT_DROP };
	*packet = (struct api_traced){ .time_ns = UINT64_C(1700000000123456789) + fake.traced,
		.interface = "lan",
		.worker = 1,
		.came = "a packet",
		.went = first ? "another packet" : NULL,
		.trail = first ? &short_one : &long_one,
		.verdict = first ? VERDICT_FORWARD : VERDICT_DROP,
		.reason = first ? DROP_COUNT : DROP_spoof_v4 };
	return fake.traced++ < 2;
}

static int
fake_trace_state(void *context, uint64_t id, struct api_trace_state *state, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	*state = (struct api_trace_state){ .left = 8, .lost = 3 };
	return check_capture(id, err);
}

/* Events 101 to 160, of which each tenth is an error. */
static bool
fake_event(void *context, uint64_t number, struct api_event *event)
{
	static char text[32];

	ck_assert_ptr_eq(context, &fake);
	if (number < 101)
		number = 101;
	snprintf(text, sizeof(text), "event %llu", (unsigned long long)number);
	*event = (struct api_event){ number, 1000 * number, number % 10 == 0, text };
	return number <= 160;
}

static const struct api_backend backend = { .context = &fake,
	.report = fake_report,
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
	.binding_remove = fake_binding,
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
	.refresh = fake_refresh,
	.forget = fake_forget,
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

/*
 * Three rules: one as in RFC 7597 appendix A, one with a given PSID, one for a whole address in the format of draft 03. And
 * a pool, which is no rule for people.
 */
static inline void
set_up(void)
{
	struct map_rule_spec specs[] = { rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		fixed_spec("2001:db8:1234:5678::/64", "198.51.100.7/32", 4, 0x34, 8),
		rule_spec("2001:db8:f000::/48", "203.0.113.0/24", 8, 0), pool_spec("192.0.2.0/28", 6, 8) };
	struct error err;
	uint32_t bad;

	specs[1].fmr = false;
	specs[2].iid = MAP_IID_DRAFT03;
	specs[2].domain = 1;
	memset(&fake, 0, sizeof(fake));
	strcpy(fake.domains[0].name, "one");
	strcpy(fake.domains[1].name, "two");
	fake.rules = ruleset_build(specs, COUNT(specs), &bad, &err);
	ck_assert_ptr_nonnull(fake.rules);
}

static inline void
tear_down(void)
{
	ruleset_free(fake.rules);
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

/* Every reply has result, text and arguments, fits into one line, and can be read again. */
static inline json_t *
ask_bytes(const char *request, size_t len)
{
	json_t *reply = api_handle(&backend, request, len), *again;
	char *line;

	ck_assert_ptr_nonnull(reply);
	ck_assert(json_is_integer(json_object_get(reply, "result")));
	ck_assert(json_is_string(json_object_get(reply, "text")));
	ck_assert(json_is_object(json_object_get(reply, "arguments")));
	line = json_dumps(reply, JSON_COMPACT);
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_null(strchr(line, '\n'));
	again = json_loads(line, 0, NULL);
	ck_assert(json_equal(reply, again));
	json_decref(again);
	free(line);
	return reply;
}

static inline json_t *
ask(const char *request)
{
	return ask_bytes(request, strlen(request));
}

static inline json_t *
arguments_of(json_t *reply)
{
	return json_object_get(reply, "arguments");
}

static inline const char *
text_of(json_t *reply)
{
	return json_string_value(json_object_get(reply, "text"));
}

static inline int
result_of(json_t *reply)
{
	return (int)json_integer_value(json_object_get(reply, "result"));
}

static inline json_int_t
number(json_t *object, const char *key)
{
	ck_assert_msg(json_is_integer(json_object_get(object, key)), "no number %s", key);
	return json_integer_value(json_object_get(object, key));
}

#endif
