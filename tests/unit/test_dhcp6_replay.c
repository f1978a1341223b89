/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversations with DHCPv6 servers, told line by line in tests/dhcp6/ (the README there says how). */
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provision/dhcp6_client.h"
#include "provision/s46.h"
#include "unit.h"

#define MAX_LINE 8192
#define MAX_CHANGES 64
#define XID_SIZE 6 /* in hexadecimal digits */
#define XID_AT 2

static glob_t files;

static const char *const change_words[] = { "prefix-new", "prefix-lifetime", "prefix-withdrawn", "prefix-expired",
	"address-new", "address-lifetime", "address-withdrawn", "address-expired" };

/* A conversation: the client, a clock, and what has come out of it and was not looked at yet. */
struct replay {
	const char *file;
	int line;
	struct random random;
	struct dhcp6_client client;
	struct dhcp6_actions actions;
	uint64_t now;
	uint64_t last; /* the moment of the line before */
	bool waiting;  /* actions.send is to be looked at */
	uint64_t first_sent;
	char xid[XID_SIZE + 1];
	uint32_t change_count;
	struct dhcp6_change changes[MAX_CHANGES];
	bool settings_changed, softwire_changed;
	struct dhcp6_lease stored;
};

#define fail_at(replay, ...) fail_in((replay)->file, (replay)->line, __VA_ARGS__)

__attribute__((format(printf, 3, 4), noreturn)) static void
fail_in(const char *file, int line, const char *format, ...)
{
	char text[MAX_LINE * 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ck_abort_msg("%s:%d: %s", file, line, text);
	abort();
}

static void
collect(struct replay *replay)
{
	const struct dhcp6_actions *actions = &replay->actions;

	for (uint32_t i = 0; i < actions->change_count; i++) {
		ck_assert_uint_lt(replay->change_count, MAX_CHANGES);
		replay->changes[replay->change_count++] = actions->changes[i];
	}
	replay->settings_changed |= actions->settings_changed;
	replay->softwire_changed |= actions->softwire_changed;
	if (actions->send_len > 0 && replay->waiting)
		fail_at(replay, "a second message while the first was not expected yet");
	replay->waiting |= actions->send_len > 0;
}

/* Time passes until the client sends, at most until `until`. */
static void
pass(struct replay *replay, uint64_t until)
{
	while (!replay->waiting && dhcp6_client_next(&replay->client) <= until) {
		const uint64_t next = dhcp6_client_next(&replay->client);

		if (next > replay->now)
			replay->now = next;
		dhcp6_client_tick(&replay->client, replay->now, &replay->actions);
		collect(replay);
	}
	if (!replay->waiting)
		replay->now = until;
}

static char *
hex(const uint8_t *bytes, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	text[2 * len] = '\0';
	return text;
}

/* The elapsed time of a message is what the clock says: hundredths of a second since the first of its exchange. */
static void
fill_in_elapsed(const struct replay *replay, char *want)
{
	const uint64_t elapsed = (replay->now - replay->first_sent) / 10;
	char digits[5], *at = strstr(want, "00080002eeee");

	if (at == NULL)
		fail_at(replay, "no elapsed time is expected");
	snprintf(digits, sizeof(digits), "%04x", (unsigned int)(elapsed > 0xffff ? 0xffff : elapsed));
	memcpy(at + 8, digits, 4);
}

/* XXXXXX begins an exchange, xxxxxx goes on with it. */
static void
check_sent(struct replay *replay, char *want)
{
	char sent[2 * DHCP6_MAX_SEND + 1];
	const bool fresh = want[XID_AT] == 'X';

	hex(replay->actions.send, replay->actions.send_len, sent);
	if (fresh == (strncmp(sent + XID_AT, replay->xid, XID_SIZE) == 0))
		fail_at(replay, "the transaction ID of\n%s\nis %s", sent, fresh ? "the old one" : "another");
	if (fresh)
		replay->first_sent = replay->now;
	memcpy(replay->xid, sent + XID_AT, XID_SIZE);
	memcpy(want + XID_AT, replay->xid, XID_SIZE);
	fill_in_elapsed(replay, want);
	if (strcmp(sent, want) != 0)
		fail_at(replay, "differs\nsent %s\nwant %s", sent, want);
	replay->waiting = false;
}

static void
read_range(const struct replay *replay, const char *text, uint64_t *from, uint64_t *to)
{
	char *end;

	*from = *to = strtoull(text, &end, 10);
	if (strncmp(end, "..", 2) == 0)
		*to = strtoull(end + 2, &end, 10);
	if (*end != '\0' || *from > *to)
		fail_at(replay, "what time is %s?", text);
}

static void
line_out(struct replay *replay, const char *time, char *want)
{
	uint64_t from, to;

	read_range(replay, time, &from, &to);
	pass(replay, replay->last + to);
	if (!replay->waiting)
		fail_at(replay, "nothing was sent; %s", dhcp6_state_word(replay->client.state));
	if (replay->now < replay->last + from)
		fail_at(replay, "sent after %llu ms", (unsigned long long)(replay->now - replay->last));
	check_sent(replay, want);
	replay->last = replay->now;
}

/* Nothing may be sent before. */
static void
wait_for(struct replay *replay, const char *time)
{
	uint64_t from, to;

	read_range(replay, time, &from, &to);
	pass(replay, replay->last + to);
	if (replay->waiting)
		fail_at(replay, "a %s was sent after %llu ms", dhcp6_type_word(replay->actions.send[0]),
		    (unsigned long long)(replay->now - replay->last));
	replay->last = replay->now;
	replay->change_count = 0;
	replay->settings_changed = replay->softwire_changed = false;
}

static void
line_in(struct replay *replay, const char *time, char *message)
{
	const bool multicast = strncmp(message, "multicast ", 10) == 0;
	char *const digits = message + (multicast ? 10 : 0);
	uint8_t bytes[MAX_LINE / 2];
	size_t len = strlen(digits) / 2;
	unsigned int byte;

	wait_for(replay, time);
	if (digits[XID_AT] == 'x')
		memcpy(digits + XID_AT, replay->xid, XID_SIZE);
	for (size_t i = 0; i < len; i++) {
		if (sscanf(digits + 2 * i, "%2x", &byte) != 1)
			fail_at(replay, "no digits: %.2s", digits + 2 * i);
		bytes[i] = (uint8_t)byte;
	}
	dhcp6_client_receive(&replay->client, replay->now,
	    &(struct dhcp6_datagram){ .bytes = bytes, .len = len, .multicast = multicast }, &replay->actions);
	collect(replay);
}

static void
line_do(struct replay *replay, const char *time, const char *what)
{
	struct dhcp6_client *client = &replay->client;
	u128 addr;

	wait_for(replay, time);
	if (strcmp(what, "start") == 0)
		dhcp6_client_start(client, replay->now, NULL, &replay->actions);
	else if (strcmp(what, "keep") == 0)
		replay->stored = client->lease;
	else if (strcmp(what, "stored-prefix") == 0)
		replay->stored = (struct dhcp6_lease){ .prefix_count = 1,
			.prefixes = { { .prefix = { (u128)0x20010db8 << 96, 56 }, .valid_until = DHCP6_NEVER } } };
	else if (strcmp(what, "start-again") == 0)
		dhcp6_client_start(client, replay->now, &replay->stored, &replay->actions);
	else if (strcmp(what, "stop") == 0)
		dhcp6_client_stop(client);
	else if (strcmp(what, "link-up") == 0)
		dhcp6_client_link_up(client, replay->now, &replay->actions);
	else if (strcmp(what, "prefixes-moved") == 0)
		dhcp6_client_prefixes_moved(client, replay->now, &replay->actions);
	else if (strcmp(what, "release") == 0)
		dhcp6_client_release(client, replay->now, &replay->actions);
	else if (strncmp(what, "decline ", 8) == 0 && ip6_parse(what + 8, &addr) == 0)
		ck_assert_int_eq(dhcp6_client_decline(client, replay->now, addr, &replay->actions), 0);
	else if (strncmp(what, "decline-unknown ", 16) == 0 && ip6_parse(what + 16, &addr) == 0)
		ck_assert_int_eq(dhcp6_client_decline(client, replay->now, addr, &replay->actions), -ENOENT);
	else if (strncmp(what, "want ", 5) == 0)
		dhcp6_client_want(client, replay->now, strstr(what, "pd") != NULL, strstr(what, "na") != NULL,
		    &replay->actions);
	else if (strcmp(what, "nothing") == 0)
		replay->actions.send_len = replay->actions.change_count = 0;
	else
		fail_at(replay, "do what? %s", what);
	if (strcmp(what, "keep") == 0 || strcmp(what, "stop") == 0 || strcmp(what, "stored-prefix") == 0)
		replay->actions.send_len = replay->actions.change_count = 0;
	collect(replay);
}

/* "2001:db8::/56 preferred 100 valid 200", "infinite" as a number. */
static void
describe(const struct dhcp6_prefix *binding, uint64_t now, char *text, size_t size)
{
	char prefix[PREFIX_TEXT_SIZE], exclude[PREFIX_TEXT_SIZE];
	int len = snprintf(text, size, "%s preferred %u valid %u", prefix6_format(&binding->prefix, prefix),
	    dhcp6_seconds_left(binding->preferred_until, now), dhcp6_seconds_left(binding->valid_until, now));

	if (binding->has_exclude)
		snprintf(text + len, size - (size_t)len, " without %s", prefix6_format(&binding->exclude, exclude));
}

static void
is_binding(const struct replay *replay, const char *want)
{
	const struct dhcp6_lease *lease = &replay->client.lease;
	char text[200], all[4000] = "";

	for (uint32_t i = 0; i < lease->prefix_count + lease->address_count; i++) {
		describe(i < lease->prefix_count ? &lease->prefixes[i] : &lease->addresses[i - lease->prefix_count],
		    replay->now, text, sizeof(text));
		if (strcmp(text, want) == 0)
			return;
		snprintf(all + strlen(all), sizeof(all) - strlen(all), " [%s]", text);
	}
	fail_at(replay, "the lease has%s", all);
}

static void
is_change(const struct replay *replay, const char *want)
{
	char text[100], prefix[PREFIX_TEXT_SIZE], all[4000] = "";

	for (uint32_t i = 0; i < replay->change_count; i++) {
		snprintf(text, sizeof(text), "%s %s", change_words[replay->changes[i].kind],
		    prefix6_format(&replay->changes[i].prefix, prefix));
		if (strcmp(text, want) == 0)
			return;
		snprintf(all + strlen(all), sizeof(all) - strlen(all), " [%s]", text);
	}
	fail_at(replay, "the changes are%s", all);
}

/* "bad REASON COUNT", "sent TYPE COUNT" */
static void
is_count(const struct replay *replay, const char *kind, const char *word, unsigned long want)
{
	const struct dhcp6_counters *counters = &replay->client.counters;
	uint64_t count = UINT64_MAX;

	for (unsigned int i = 0; i < DHCP6_ERRORS; i++)
		if (strcmp(kind, "bad") == 0 && strcmp(word, dhcp6_error_word((enum dhcp6_error)i)) == 0)
			count = counters->bad[i];
	for (unsigned int i = 0; i < DHCP6_TYPES; i++)
		if (strcmp(word, dhcp6_type_word(i)) == 0)
			count = strcmp(kind, "sent") == 0 ? counters->sent[i] : counters->received[i];
	if (count != want)
		fail_at(replay, "%s %s is %llu", kind, word, (unsigned long long)count);
}

static void
is_softwire(const struct replay *replay, const char *want)
{
	const struct s46_policy policy = { .allowed = 1u << OFFER_MAP_E | 1u << OFFER_LW4O6 | 1u << OFFER_DS_LITE };
	static struct s46_choice choice;
	struct error err;
	const char *got = "none";

	if (s46_choose(&replay->client.lease, &policy, &choice, &err) == 0)
		got = offer_kind_word(choice.offer.kind);
	if (strcmp(got, want) != 0)
		fail_at(replay, "the softwire is %s", got);
}

/* "dns", "time", "domain", "time-name": all of them, in their order. */
static void
is_setting(const struct replay *replay, const char *kind, const char *want)
{
	const struct dhcp6_settings *settings = &replay->client.lease.settings;
	const bool of_time = strncmp(kind, "time", 4) == 0;
	const struct dhcp6_servers *servers = of_time ? &settings->time : &settings->dns;
	const struct dhcp6_names *names = of_time ? &settings->time_names : &settings->domains;
	const bool named = strcmp(kind, "domain") == 0 || strcmp(kind, "time-name") == 0;
	const uint32_t count = named ? names->count : servers->count;
	char text[IP6_TEXT_SIZE], all[4000] = "";

	if (!named && strcmp(kind, "dns") != 0 && strcmp(kind, "time") != 0)
		fail_at(replay, "is what? %s", kind);
	for (uint32_t i = 0; i < count; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i > 0 ? " " : "",
		    named ? names->name[i] : ip6_format(servers->addr[i], text));
	if (strcmp(all, want) != 0)
		fail_at(replay, "%s is %s", kind, all);
}

static void
line_is(const struct replay *replay, const char *fact)
{
	char word[40] = "", value[300] = "", reason[2 * DHCP6_REASON_SIZE];
	unsigned long number;

	if (sscanf(fact, "state %39s", word) == 1) {
		if (strcmp(word, dhcp6_state_word(replay->client.state)) != 0)
			fail_at(replay, "state %s", dhcp6_state_word(replay->client.state));
	} else if (strncmp(fact, "lease ", 6) == 0) {
		is_binding(replay, fact + 6);
	} else if (strcmp(fact, "nothing leased") == 0) {
		ck_assert_uint_eq(replay->client.lease.prefix_count + replay->client.lease.address_count, 0);
	} else if (strncmp(fact, "change ", 7) == 0) {
		is_change(replay, fact + 7);
	} else if (sscanf(fact, "changes %lu", &number) == 1) {
		if (replay->change_count != number)
			fail_at(replay, "%u changes", replay->change_count);
	} else if (strncmp(fact, "reason ", 7) == 0) {
		if (strstr(dhcp6_client_reason(&replay->client, replay->now, reason), fact + 7) == NULL)
			fail_at(replay, "the reason is: %s", reason);
	} else if (strcmp(fact, "softwire changed") == 0 || strcmp(fact, "settings changed") == 0) {
		if (!(fact[1] == 'o' ? replay->softwire_changed : replay->settings_changed))
			fail_at(replay, "not %s", fact);
	} else if (strcmp(fact, "softwire same") == 0 || strcmp(fact, "settings same") == 0) {
		if (fact[1] == 'o' ? replay->softwire_changed : replay->settings_changed)
			fail_at(replay, "not %s", fact);
	} else if (sscanf(fact, "softwire %39s", word) == 1) {
		is_softwire(replay, word);
	} else if (sscanf(fact, "%39s %299s %lu", word, value, &number) == 3) {
		is_count(replay, word, value, number);
	} else if (sscanf(fact, "%39s", word) == 1 && strchr(fact, ' ') != NULL) {
		is_setting(replay, word, strchr(fact, ' ') + 1);
	} else {
		fail_at(replay, "is what? %s", fact);
	}
}

/* The client of all conversations: DUID-LL of 02:00:00:00:00:01, IAID 1 for the prefix, 2 for the address. */
static void
line_config(struct replay *replay, const char *words)
{
	struct dhcp6_config config = { .pd_iaid = 1, .na_iaid = 2 };
	struct mac mac = { { 2, 0, 0, 0, 0, 1 } };
	char word[40];
	int len;

	dhcp6_duid_from_mac(&config.duid, &mac);
	for (; sscanf(words, "%39s%n", word, &len) == 1; words += len) {
		if (strcmp(word, "pd") == 0)
			config.want_pd = true;
		else if (strcmp(word, "na") == 0)
			config.want_na = true;
		else if (strcmp(word, "stateless") == 0)
			config.stateless = true;
		else if (strcmp(word, "rapid-commit") == 0)
			config.rapid_commit = true;
		else if (strcmp(word, "nothing") == 0)
			continue;
		else if (strcmp(word, "reconfigure") == 0)
			config.reconfigure = true;
		else if (sscanf(word, "extra=%hu", &config.extra[config.extra_count]) == 1)
			config.extra_count++;
		else if (sscanf(word, "hint=%hhu", &config.pd_hint_len) != 1)
			fail_at(replay, "configured how? %s", word);
	}
	replay->random = (struct random){ .key = { { 1, 2 } } };
	dhcp6_client_init(&replay->client, &config, &replay->random);
}

static void
play_line(struct replay *replay, char *line)
{
	char *time, *kind, *rest;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || line[0] == '\0')
		return;
	time = strtok_r(line, " |", &rest);
	kind = strtok_r(NULL, " |", &rest);
	rest += strspn(rest, " |");
	if (kind == NULL)
		fail_at(replay, "a line is: time | what | content");
	else if (strcmp(kind, "config") == 0)
		line_config(replay, rest);
	else if (strcmp(kind, "out") == 0)
		line_out(replay, time, rest);
	else if (strcmp(kind, "in") == 0)
		line_in(replay, time, rest);
	else if (strcmp(kind, "do") == 0)
		line_do(replay, time, rest);
	else if (strcmp(kind, "is") == 0)
		line_is(replay, rest);
	else
		fail_at(replay, "what is %s?", kind);
}

START_TEST(conversation)
{
	static struct replay replay;
	char line[MAX_LINE];
	FILE *file = fopen(files.gl_pathv[_i], "r");

	ck_assert_ptr_nonnull(file);
	memset(&replay, 0, sizeof(replay));
	replay.file = files.gl_pathv[_i];
	replay.now = replay.last = 1000000;
	while (fgets(line, sizeof(line), file) != NULL) {
		replay.line++;
		play_line(&replay, line);
	}
	fclose(file);
	if (replay.waiting)
		fail_at(&replay, "a message was sent that nobody expected");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("dhcp6_replay");
	TCase *tcase = tcase_create("dhcp6_replay");
	char pattern[4096];

	snprintf(pattern, sizeof(pattern), "%s/*.rpl", getenv("MAPEDGE_DHCP6"));
	if (glob(pattern, 0, NULL, &files) != 0) {
		fprintf(stderr, "no %s\n", pattern);
		exit(EXIT_FAILURE);
	}
	tcase_add_loop_test(tcase, conversation, 0, (int)files.gl_pathc);
	suite_add_tcase(suite, tcase);
	return suite;
}
