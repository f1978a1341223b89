/* SPDX-License-Identifier: BSD-3-Clause */
/* A made-up system behind the JSON interface, and how a test asks it. */
#ifndef MAPEDGE_TESTS_API_FAKE_H
#define MAPEDGE_TESTS_API_FAKE_H

#include <string.h>

#include "api/api.h"
#include "maptext.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- the system behind it --------------------------------------------------------------------------------------- */

static struct {
	struct counters counters[2];
	struct gauges gauges[2];
	struct ruleset *rules;
	struct conf_softwire domains[2];
	const char *rule_log;
	const char *reload_text, *reload_hint; /* NULL: a reload works */
	unsigned int reports, reloads, shutdowns, refreshes, forgets, releases;
	bool is_br;

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
		.held = 4 };
	for (int i = 0; i < 2; i++) {
		report->counters[i] = &fake.counters[i];
		report->gauges[i] = &fake.gauges[i];
	}
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

static int
fake_reload(void *context, uint64_t *generation, struct error *err)
{
	ck_assert_ptr_eq(context, &fake);
	fake.reloads++;
	if (fake.reload_text != NULL) {
		error_set(err, EINVAL, "%s", fake.reload_text);
		if (fake.reload_hint != NULL)
			error_hint(err, "%s", fake.reload_hint);
		return -EINVAL;
	}
	*generation = 4;
	return 0;
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
	static const struct conf conf = { .role = CONF_CE, .softwires = &softwire, .softwire_count = 1 };
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
	*line = &report;
	return &conf;
}

static const struct pulse *
fake_pulse(void *context)
{
	ck_assert_ptr_eq(context, &fake);
	return NULL;
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

static const struct api_backend backend = { &fake, fake_report, fake_rules, fake_lookup, fake_rule_log, fake_reload,
	fake_shutdown, fake_binding_add, fake_binding, fake_binding_get, fake_line, fake_pulse, fake_refresh,
	fake_forget, fake_release };

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
