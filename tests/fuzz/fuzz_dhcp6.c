/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A DHCPv6 client and whatever comes to port 546: messages (their transaction ID is mended, or few would be read), time,
 * links that flap, a state file. Whatever happened, what it sends is well-formed and within the limit, its lease is
 * possible, and what it says of itself can be printed.
 *
 * The first byte is the configuration; then records: operation, length (16 bits), bytes.
 */
#include <errno.h>
#include <string.h>

#include "base/sha256.h"
#include "fuzz.h"
#include "provision/dhcp6_client.h"
#include "provision/dhcp6_store.h"
#include "provision/s46.h"

#define MAX_STEPS 64 /* of time, in one record */
#define MAX_SENT 4096
#define CHECKSUM_SIZE (SHA256_TEXT_SIZE - 1)
#define ALL (1u << OFFER_MAP_E | 1u << OFFER_LW4O6 | 1u << OFFER_DS_LITE)

enum { RECEIVE, PASS, LINK_UP, MOVED, DECLINE, RELEASE, RESTART, SOFTWIRE, STORE, OPERATIONS };

struct run {
	struct random random;
	struct dhcp6_client client;
	struct dhcp6_actions actions;
	uint64_t now;
	uint8_t xid[3];
	uint32_t sent_count;
	uint64_t sent[MAX_SENT];
};

static struct run run;

static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void
check_sent(void)
{
	struct dhcp6_reader options = { run.actions.send + DHCP6_HEADER_SIZE,
		run.actions.send_len - DHCP6_HEADER_SIZE };
	struct dhcp6_option option;

	require(run.actions.send_len >= DHCP6_HEADER_SIZE && run.actions.send_len <= DHCP6_MAX_SEND, "the length");
	require(dhcp6_well_formed(options), "a message that is not well-formed");
	require(dhcp6_find(options, DHCP6_OPTION_CLIENT_ID, &option), "no client ID");
	require(dhcp6_find(options, DHCP6_OPTION_ELAPSED_TIME, &option), "no elapsed time");
	memcpy(run.xid, run.actions.send + 1, sizeof(run.xid));
	if (run.sent_count >= DHCP6_BURST && run.sent_count < MAX_SENT)
		require(run.now - run.sent[run.sent_count - DHCP6_BURST] >= 20000, "more than 20 messages in 20 s");
	if (run.sent_count < MAX_SENT)
		run.sent[run.sent_count++] = run.now;
}

static void
check_names(const struct dhcp6_names *names)
{
	require(names->count <= DHCP6_MAX_NAMES, "too many names");
	for (uint32_t i = 0; i < names->count; i++)
		require(names->name[i][0] != '\0' && is_printable(names->name[i]) &&
			strpbrk(names->name[i], " \"'\\") == NULL,
		    "a name that is none");
}

static void
check_lease(const struct dhcp6_lease *lease)
{
	require(lease->prefix_count <= DHCP6_MAX_PREFIXES && lease->address_count <= DHCP6_MAX_ADDRESSES, "too many");
	for (uint32_t i = 0; i < lease->prefix_count; i++) {
		const struct dhcp6_prefix *prefix = &lease->prefixes[i];

		require(prefix->prefix.len <= 128 && prefix6_is_aligned(&prefix->prefix), "no prefix");
		require(prefix->preferred_until <= prefix->valid_until, "preferred longer than valid");
		require(!prefix->has_exclude ||
			(prefix->exclude.len > prefix->prefix.len &&
			    prefix6_contains(&prefix->prefix, prefix->exclude.addr)),
		    "excludes what is not in it");
	}
	require(lease->settings.dns.count <= DHCP6_MAX_SERVERS && lease->settings.time.count <= DHCP6_MAX_SERVERS,
	    "too many servers");
	check_names(&lease->settings.domains);
	check_names(&lease->settings.time_names);
	require(lease->settings.softwire_len <= DHCP6_MAX_SOFTWIRE, "too long a softwire");
}

static void
check_softwire(const struct dhcp6_lease *lease, uint8_t how)
{
	const struct s46_policy policy = { ALL, how & 1 ? MAP_IID_DRAFT03 : MAP_IID_RFC7597, (how & 2) != 0 };
	static struct s46_choice choice;
	struct map_rule rule;
	struct error err = { .text = "" };

	if (s46_choose(lease, &policy, &choice, &err) < 0)
		require(err.text[0] != '\0' && is_printable(err.text), "no reason");
	for (uint32_t i = 0; i < choice.note_count; i++)
		require(is_printable(choice.notes[i]), "a note that cannot be printed");
	require(choice.offer.rule_count <= OFFER_MAX_RULES && choice.offer.br_count <= OFFER_MAX_BRS, "too many");
	for (uint32_t i = 0; i < choice.offer.rule_count; i++)
		require(map_rule_compile(&choice.offer.rules[i], &rule, &err) == 0, "a rule that cannot be");
	require(choice.offer.psid_offset + choice.offer.psid_len <= 16, "no port set");
}

static void
check(void)
{
	char reason[2 * DHCP6_REASON_SIZE];

	if (run.actions.send_len > 0)
		check_sent();
	require(run.actions.change_count <= DHCP6_MAX_CHANGES, "too many changes");
	require(is_printable(dhcp6_client_reason(&run.client, run.now, reason)), "a reason that cannot be printed");
	require(dhcp6_state_word(run.client.state) != NULL, "no state");
	check_lease(&run.client.lease);
	check_softwire(&run.client.lease, 0);
	require(run.client.state == DHCP6_OFF || dhcp6_client_next(&run.client) != DHCP6_NEVER ||
		run.client.lease.prefix_count + run.client.lease.address_count > 0 ||
		run.client.state == DHCP6_INFORMED,
	    "nothing to wait for");
}

static void
receive(const uint8_t *bytes, size_t len, uint8_t how)
{
	static uint8_t message[UINT16_MAX];

	memcpy(message, bytes, len);
	if (len >= DHCP6_HEADER_SIZE && (how & 1) == 0)
		memcpy(message + 1, run.xid, sizeof(run.xid));
	dhcp6_client_receive(&run.client, run.now,
	    &(struct dhcp6_datagram){ .bytes = message, .len = len, .multicast = (how & 2) != 0 }, &run.actions);
}

/* Milliseconds; the client wakes up when it wants to. */
static void
pass(uint64_t ms)
{
	const uint64_t until = run.now + ms;

	for (int i = 0; i < MAX_STEPS && dhcp6_client_next(&run.client) <= until; i++) {
		const uint64_t next = dhcp6_client_next(&run.client);

		run.now = next > run.now ? next : run.now;
		dhcp6_client_tick(&run.client, run.now, &run.actions);
		check();
	}
	run.now = until;
	dhcp6_client_tick(&run.client, run.now, &run.actions);
}

/* Off, to a file, and back from it: everything that counts is there again. */
static void
restart(void)
{
	static uint8_t data[DHCP6_STORE_SIZE];
	static struct dhcp6_store store, again;
	struct error err = { .text = "" };
	size_t len;

	dhcp6_client_stop(&run.client);
	store = (struct dhcp6_store){ run.client.config.duid, 1, 2, run.client.lease };
	len = dhcp6_store_write(&store, run.now, 0, data);
	require(dhcp6_store_read(data, len, run.now, 0, &again, &err) == 0, err.text);
	require(again.lease.prefix_count == store.lease.prefix_count &&
		again.lease.settings.softwire_len == store.lease.settings.softwire_len,
	    "another lease");
	dhcp6_client_start(&run.client, run.now, &again.lease, &run.actions);
}

static void
softwire(const uint8_t *bytes, size_t len)
{
	static struct dhcp6_lease lease;

	lease = run.client.lease;
	lease.settings.softwire_len = (uint32_t)(len < DHCP6_MAX_SOFTWIRE ? len : DHCP6_MAX_SOFTWIRE);
	memcpy(lease.settings.softwire, bytes, lease.settings.softwire_len);
	for (uint8_t how = 0; how < 4; how++)
		check_softwire(&lease, how);
}

/* A state file whose length and checksum are mended. */
static void
store(const uint8_t *bytes, size_t len)
{
	static uint8_t data[UINT16_MAX + CHECKSUM_SIZE + 1];
	static struct dhcp6_store heard;
	struct error err = { .text = "" };
	char text[SHA256_TEXT_SIZE];
	struct sha256 sha;

	memcpy(data, bytes, len);
	if (len >= 14) {
		data[10] = 0;
		data[11] = (uint8_t)((len + CHECKSUM_SIZE) >> 16);
		data[12] = (uint8_t)((len + CHECKSUM_SIZE) >> 8);
		data[13] = (uint8_t)(len + CHECKSUM_SIZE);
	}
	sha256_init(&sha);
	sha256_add(&sha, data, len);
	memcpy(data + len, sha256_text(&sha, text), CHECKSUM_SIZE);
	if (dhcp6_store_read(data, len + CHECKSUM_SIZE, run.now, run.now, &heard, &err) < 0) {
		require(err.text[0] != '\0', "no reason");
		return;
	}
	check_names(&heard.lease.settings.domains);
	check_softwire(&heard.lease, 0);
	dhcp6_client_stop(&run.client);
	dhcp6_client_start(&run.client, run.now, &heard.lease, &run.actions);
}

static void
step(struct input *input)
{
	const uint8_t operation = input_byte(input);
	size_t len = (size_t)input_number(input, 2);
	const uint8_t *bytes = input_bytes(input, len, &len);
	struct input rest = { bytes, len };

	run.actions.send_len = run.actions.change_count = 0;
	switch (operation % OPERATIONS) {
	case RECEIVE:
		receive(bytes, len, operation / OPERATIONS);
		break;
	case PASS:
		pass(input_number(&rest, 4));
		break;
	case LINK_UP:
		dhcp6_client_link_up(&run.client, run.now, &run.actions);
		break;
	case MOVED:
		dhcp6_client_prefixes_moved(&run.client, run.now, &run.actions);
		break;
	case DECLINE:
		if (run.client.lease.address_count > 0)
			dhcp6_client_decline(&run.client, run.now, run.client.lease.addresses[0].prefix.addr,
			    &run.actions);
		break;
	case RELEASE:
		dhcp6_client_release(&run.client, run.now, &run.actions);
		break;
	case RESTART:
		restart();
		break;
	case SOFTWIRE:
		softwire(bytes, len);
		break;
	default:
		store(bytes, len);
		break;
	}
	check();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const uint8_t how = input_byte(&input);
	struct dhcp6_config config = { .pd_iaid = 1,
		.na_iaid = 2,
		.want_pd = (how & 1) != 0,
		.want_na = (how & 2) != 0,
		.stateless = (how & 4) != 0,
		.rapid_commit = (how & 8) != 0,
		.reconfigure = (how & 16) != 0 };

	if (!config.want_na && !config.stateless)
		config.want_pd = true;
	memset(&run, 0, sizeof(run));
	run.random = (struct random){ .key = { { 1, 2 } } };
	run.now = 1000000;
	dhcp6_duid_from_mac(&config.duid, &(struct mac){ { 2, 0, 0, 0, 0, 1 } });
	dhcp6_client_init(&run.client, &config, &run.random);
	dhcp6_client_start(&run.client, run.now, NULL, &run.actions);
	check();
	pass(1100);
	check();
	while (input.left > 0)
		step(&input);
	return 0;
}
