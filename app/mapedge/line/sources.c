/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/sources_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "clock.h"
#include "log.h"
#include "timer.h"

/* A line that gets its prefix waits so long for a source that is asked before the next one: no session ends for a change of source. */
#define PATIENCE_MS 15000
#define LONGEST_WAIT_MS 3600000 /* then the timer is set anew */

static void
tell(struct sources *sources)
{
	timer_start(sources->settled, 0);
}

/* ---- names -------------------------------------------------------------------------------------------------------- */

static void
set_timer(struct sources *sources)
{
	const uint64_t now = clock_ms();
	uint64_t next = far_names_next(&sources->names);

	if (sources->patient_until > now && sources->patient_until < next)
		next = sources->patient_until;
	if (next > now + LONGEST_WAIT_MS)
		next = now + LONGEST_WAIT_MS;
	timer_start(sources->timer, next > now ? next - now : 0);
}

static void
on_address(void *context, uint32_t serial, const struct far_answer *answer)
{
	struct sources *sources = context;

	if (far_names_answer(&sources->names, serial, clock_ms(), answer))
		tell(sources);
	set_timer(sources);
}

static void
ask_names(struct sources *sources)
{
	const struct far_name *name;

	while ((name = far_names_ask(&sources->names, clock_ms())) != NULL)
		resolver_ask_aaaa(sources->resolver, name->name, name->serial, on_address, sources);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct sources *sources = argument;

	(void)fd;
	(void)what;
	if (sources->patient_until != 0 && sources->patient_until <= clock_ms()) {
		sources->patient_until = 0;
		if (sources->outcome.chosen == SOURCE_NONE)
			tell(sources);
	}
	ask_names(sources);
	set_timer(sources);
}

/* ---- resolvers ---------------------------------------------------------------------------------------------------- */

static void
set_resolvers(struct sources *sources)
{
	struct resolver_servers servers = { 0 };
	struct error err;

	for (uint32_t i = 0; i < sources->dns.count && servers.count < RESOLVER_MAX; i++)
		servers.addr[servers.count++] = sources->dns.addr[i];
	if (servers.count > 0)
		servers.device = sources->device;
	for (size_t i = 0; sources->dns.count == 0 && i < sources->access.resolver_count; i++) {
		const struct conf_address *resolver = &sources->access.resolvers[i];

		servers.addr[servers.count++] = resolver->ipv4 ? (u128)0xffff << 32 | resolver->v4 : resolver->v6;
	}
	if (resolver_set(sources->resolver, &servers, &err) < 0)
		log_error("names: %s", err.text);
	far_names_renew(&sources->names, clock_ms());
}

static bool
same_servers(const struct dhcp6_servers *one, const struct dhcp6_servers *other)
{
	return one->count == other->count && memcmp(one->addr, other->addr, one->count * sizeof(one->addr[0])) == 0;
}

static bool
same_prefix(const struct prefix6 *one, const struct prefix6 *other)
{
	return one->addr == other->addr && one->len == other->len;
}

struct resolver *
sources_resolver(struct sources *sources)
{
	return sources->resolver;
}

void
sources_line(struct sources *sources, const struct prefix6 *prefix, const struct dhcp6_servers *dns)
{
	const bool has_other_servers = !same_servers(&sources->dns, dns);
	const bool has_other_prefix =
	    sources->has_prefix != (prefix != NULL) || (prefix != NULL && !same_prefix(prefix, &sources->prefix));

	if (!has_other_servers && !has_other_prefix)
		return;
	if (prefix != NULL && !sources->has_prefix)
		sources->patient_until = clock_ms() + PATIENCE_MS;
	sources->has_prefix = prefix != NULL;
	if (prefix != NULL)
		sources->prefix = *prefix;
	sources->dns = *dns;
	if (has_other_servers)
		set_resolvers(sources);
	if (sources->asker != NULL)
		asker_line(sources->asker, sources->has_prefix);
	set_timer(sources);
}

void
sources_addresses(struct sources *sources)
{
	if (sources->asker != NULL)
		asker_addresses(sources->asker);
}

/* ---- what each source says ---------------------------------------------------------------------------------------- */

struct trial {
	struct sources *sources;
	const struct line *line;
	const struct prefix6 *prefix; /* one of the line's */
	struct conf *conf;
	enum source_kind in_use;
};

static enum source_verdict
set_up(const struct trial *trial, const struct offer *offer, struct error *why)
{
	const struct far_name *name;
	u128 br = offer->br[0];

	if (offer->br_count == 0) {
		name = far_names_want(&trial->sources->names, offer->br_name, clock_ms());
		if (name == NULL || name->count == 0) {
			error_set(why, ENOENT, "the other end %.100s %.120s", offer->br_name,
			    name != NULL ? name->reason : "is one name too many");
			error_hint(why, "resolvers: %s; see `names`", sources_resolvers_from(trial->sources));
			return name != NULL && !name->is_gone ? SOURCE_WAITS : SOURCE_NOTHING;
		}
		br = name->addr[0];
	}
	if (conf_set_line(trial->conf, offer, trial->prefix, br, why) < 0)
		return SOURCE_NOTHING;
	why->text[0] = '\0';
	return SOURCE_USABLE;
}

static enum source_verdict
try_dhcpv6(const struct trial *trial, struct error *why)
{
	if (trial->line->offer != NULL)
		return set_up(trial, trial->line->offer, why);
	*why = trial->line->why;
	return SOURCE_NOTHING;
}

static enum source_verdict
try_hb46pp(const struct trial *trial, struct error *why)
{
	const struct hb46pp_client *client = asker_client(trial->sources->asker);
	const struct offer *offer = NULL;
	char reasons[HB46PP_REASONS_SIZE];
	enum source_verdict verdict;
	bool has_tried = false;

	error_set(why, ENOENT, "%.230s", client->reason);
	if (client->answer == NULL)
		return client->state <= HB46PP_ASK_SERVER ? SOURCE_WAITS : SOURCE_NOTHING;
	/* Section 3.4: in the server's order, as long as one does not work. */
	while ((offer = hb46pp_choose(client->answer, hb46pp_kinds(&client->identity), trial->prefix, offer,
		    reasons)) != NULL) {
		verdict = set_up(trial, offer, why);
		if (verdict != SOURCE_NOTHING)
			return verdict;
		has_tried = true;
	}
	if (!has_tried)
		error_set(why, ENOENT, "%.230s", reasons);
	return SOURCE_NOTHING;
}

/* Rules in use stay until a reload finds better ones in the file: what is being written there does not end anything. */
static enum source_verdict
try_rules(const struct trial *trial, struct error *why)
{
	struct sources *sources = trial->sources;
	const char *file = sources->access.rules_file;
	enum source_verdict verdict;

	if (trial->in_use == SOURCE_RULES)
		return set_up(trial, &sources->outcome.rules, why);
	if (conf_rules_offer(file, trial->prefix, &sources->read, why) < 0)
		return SOURCE_NOTHING;
	verdict = set_up(trial, &sources->read, why);
	if (verdict == SOURCE_USABLE) {
		sources->outcome.rules = sources->read;
		sources->outcome.rules_written_ms = sources_written_ms(file);
	}
	return verdict;
}

static enum source_verdict
try_static(const struct trial *trial, struct error *why)
{
	struct sources *sources = trial->sources;

	conf_static_offer(&sources->access, trial->prefix, &sources->read);
	return set_up(trial, &sources->read, why);
}

static enum source_verdict
try(void *context, enum source_kind kind)
{
	static enum source_verdict (*const tries[])(const struct trial *trial, struct error *why) = {
		[SOURCE_DHCPV6] = try_dhcpv6,
		[SOURCE_HB46PP] = try_hb46pp,
		[SOURCE_RULES] = try_rules,
		[SOURCE_STATIC] = try_static,
	};
	const struct trial *trial = context;

	trial->sources->outcome.was_tried[kind] = true;
	return tries[kind](trial, &trial->sources->outcome.why[kind]);
}

/* ---- the softwire ------------------------------------------------------------------------------------------------- */

/* All reasons in one line; the hint of the first that has one. */
static void
explain(const struct sources *sources, const struct line *line, struct error *why)
{
	size_t len = 0;

	*why = line->why;
	if (line->prefix_count == 0 || sources->order.count == 1) {
		if (line->prefix_count > 0)
			*why = sources->outcome.why[sources->order.kind[0]];
		return;
	}
	memset(why, 0, sizeof(*why));
	for (uint32_t i = 0; i < sources->order.count && len < sizeof(why->text); i++) {
		const enum source_kind kind = sources->order.kind[i];
		const struct error *one = &sources->outcome.why[kind];

		if (!sources->outcome.was_tried[kind])
			continue;
		len += (size_t)snprintf(why->text + len, sizeof(why->text) - len, "%s%s: %.100s", len > 0 ? "; " : "",
		    source_word(kind), one->text);
		if (why->hint[0] == '\0')
			error_hint(why, "%s", one->hint);
	}
	if (why->hint[0] == '\0')
		error_hint(why, "see `sources`");
}

/* Is there a softwire on this prefix? */
static bool
try_prefix(struct sources *sources, const struct line *line, uint32_t index, struct conf *conf)
{
	const struct conf_softwire *softwire = &conf->softwires[0];
	struct trial trial = { sources, line, &line->prefixes[index], conf, softwire->source };

	memset(sources->outcome.was_tried, 0, sizeof(sources->outcome.was_tried));
	/* What stands on another prefix cannot stay. */
	if (softwire->is_down || !same_prefix(&softwire->end_user_prefix, trial.prefix))
		trial.in_use = SOURCE_NONE;
	sources->outcome.chosen =
	    source_choose(&sources->order, trial.in_use, clock_ms() < sources->patient_until, try, &trial);
	return sources->outcome.chosen != SOURCE_NONE;
}

uint32_t
sources_apply(struct sources *sources, const struct line *line, struct conf *conf)
{
	struct error why;
	uint32_t i = 0;

	sources->outcome.chosen = SOURCE_NONE;
	while (i < line->prefix_count && !try_prefix(sources, line, i, conf))
		i++;
	if (i == line->prefix_count) {
		/* The reasons are those of the first. */
		if (i > 1)
			(void)try_prefix(sources, line, 0, conf);
		explain(sources, line, &why);
		conf_clear_line(conf, &why);
		i = 0;
	}
	conf->softwires[0].source = sources->outcome.chosen;
	far_names_forget(&sources->names);
	ask_names(sources);
	set_timer(sources);
	return i;
}

void
sources_hold(struct sources *sources)
{
	sources->held = sources->outcome;
}

void
sources_revert(struct sources *sources)
{
	sources->outcome = sources->held;
}

/* ---- by command ----------------------------------------------------------------------------------------------- */

void
sources_refresh(struct sources *sources)
{
	if (sources->asker != NULL)
		asker_refresh(sources->asker);
	far_names_renew(&sources->names, clock_ms());
	ask_names(sources);
	set_timer(sources);
}

void
sources_forget(struct sources *sources)
{
	if (sources->asker != NULL)
		asker_forget(sources->asker);
}

/* ---- life --------------------------------------------------------------------------------------------------------- */

struct sources *
sources_new(const struct conf *conf, const char *device, struct error *err)
{
	struct sources *sources = calloc(1, sizeof(*sources));

	if (sources == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	if (getrandom(&sources->random.key, sizeof(sources->random.key), 0) != sizeof(sources->random.key)) {
		error_set(err, EIO, "no random numbers: %s", strerror(errno));
		free(sources);
		return NULL;
	}
	sources->order = conf->softwires[0].sources;
	sources->outcome.chosen = SOURCE_NONE;
	sources->access = conf->access;
	sources->names.random = random_fork(&sources->random);
	snprintf(sources->device, sizeof(sources->device), "%s", device);
	return sources;
}

static void
on_settled(evutil_socket_t fd, short what, void *argument)
{
	struct sources *sources = argument;

	(void)fd;
	(void)what;
	sources->news(sources->context);
}

/* Also where it is only clear now that there is nothing: the next source need not wait any longer. */
static void
on_asker_news(void *context, bool is_other)
{
	struct sources *sources = context;

	if (is_other || sources->outcome.chosen == SOURCE_NONE)
		tell(sources);
}

int
sources_start(struct sources *sources, struct event_base *base, sources_news *news, void *context, struct error *err)
{
	const struct asker_config config = { .access = &sources->access,
		.device = sources->device,
		.random = random_fork(&sources->random),
		.resolver = resolver_new(base),
		.news = on_asker_news,
		.context = sources };

	sources->news = news;
	sources->context = context;
	sources->resolver = config.resolver;
	sources->settled = evtimer_new(base, on_settled, sources);
	sources->timer = evtimer_new(base, on_timer, sources);
	if (sources->resolver == NULL || sources->settled == NULL || sources->timer == NULL)
		return error_set(err, ENOMEM, "no events for the sources of the softwire");
	set_resolvers(sources);
	if (!source_is_listed(&sources->order, SOURCE_HB46PP))
		return 0;
	sources->asker = asker_new(base, &config);
	return sources->asker == NULL ? error_set(err, ENOMEM, "no HB46PP client") : 0;
}

void
sources_free(struct sources *sources)
{
	if (sources == NULL)
		return;
	asker_free(sources->asker);
	resolver_free(sources->resolver);
	event_end(sources->settled);
	event_end(sources->timer);
	free(sources);
}
