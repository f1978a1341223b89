/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPv6 messages about softwire packets: what is read from them lies within them, and every error that comes of them,
 * ICMPv4 to the inner source or ICMPv6 to the outer one, is right, short enough and allowed.
 *
 * An input is a byte of flags, one that says where the inner packet is, and the message.
 */
#include <string.h>

#include "box.h"
#include "frames.h"
#include "fuzz.h"
#include "icmp/relay.h"

#define MEND_ICMP 0x01  /* the ICMPv6 checksum is made right */
#define MEND_INNER 0x02 /* that of the quoted IPv4 header, too */

#define MAX_MESSAGE 2048
#define ROUTER u128_make(UINT64_C(0x20010db800770000), 1)
#define BR_V4 UINT32_C(0xcb007101) /* 203.0.113.1 */

static struct worker worker = { .count = 1, .icmp_limit = { .rate = 1000, .burst = 200 } };

static void
mend(uint8_t flags, size_t inner_at, uint8_t *message, size_t len)
{
	const size_t header_len = inner_at < len ? (size_t)(message[inner_at] & 15) * 4 : 0;
	uint8_t *sum = message + inner_at + 10;

	if ((flags & MEND_INNER) && header_len >= IPV4_MIN_LEN && inner_at + header_len <= len) {
		store16(sum, 0);
		store16(sum, frame_checksum(message + inner_at, header_len));
	}
	if ((flags & MEND_ICMP) && len >= 4) {
		store16(message + 2, 0);
		store16(message + 2, frame_icmp6_checksum(ROUTER, BOX_BR6, message, len));
	}
}

/* ---- laws ------------------------------------------------------------------------------------------------------- */

static void
check_inner(const struct packet *inner, const uint8_t *message, size_t len)
{
	const size_t header_len = (size_t)(inner->ip[0] & 15) * 4;

	require(inner->ip >= message + 48 && inner->ip + inner->len <= message + len, "read: not within the message");
	require(inner->l4 == inner->ip + header_len && inner->len >= header_len + 8, "read: less than 8 bytes");
	require(inner->len <= load16(inner->ip + 2), "read: more than the inner packet has");
	require(inner->ip[0] >> 4 == 4 && frame_checksum(inner->ip, header_len) == 0, "read: no right IPv4 header");
	require(inner->src == load32(inner->ip + 12) && inner->dst == load32(inner->ip + 16), "read: other addresses");
	if (inner->kind == L4_TCP || inner->kind == L4_UDP)
		require(inner->src_port == load16(inner->l4) && inner->dst_port == load16(inner->l4 + 2),
		    "read: other ports");
}

static void
check_answer(const struct packet *inner, struct icmp_error what, const struct packet *error)
{
	require(what.type == 3 && (what.code == 1 || what.code == 4), "told: neither 3/1 nor 3/4");
	require(what.code == 1 ? what.mtu == 0 : what.mtu >= 1240, "told: an MTU that is none");
	require((load16(inner->ip + 6) & 0x1fff) == 0, "told: about a later fragment");
	require(what.code == 1 || (inner->ip[6] & 0x40), "told: an MTU to somebody who allows fragments");
	require(frame_fault(error->ip, error->len) == NULL && error->len <= 576, "told: a wrong packet");
	require(load32(error->ip + 12) == BR_V4 && load32(error->ip + 16) == inner->src, "told: somebody else");
	require(memcmp(error->ip + 28, inner->ip, error->len - 28u) == 0, "told: about something else");
}

static void
check_error6(const uint8_t *trigger, size_t len, const struct packet *error)
{
	const size_t want = len + 48 < 1280 ? len + 48 : 1280;

	require(error->len == want && load16(error->ip + 4) == want - 40, "ICMPv6: a wrong length");
	require(memcmp(error->ip + 24, trigger + 8, 16) == 0 && trigger[8] != 0xff, "ICMPv6: to somebody else");
	require(trigger[6] != 58 || (len > 40 && trigger[40] >= 128 && trigger[40] != 137), "ICMPv6: about an error");
	require(memcmp(error->ip + 48, trigger, want - 48) == 0, "ICMPv6: about something else");
	require(frame_icmp6_checksum(BOX_BR6, ip6_load(error->ip + 24), error->ip + 40, want - 40) == 0,
	    "ICMPv6: a wrong checksum");
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

static void
put_back(struct packet *error)
{
	worker.stock[worker.stock_count++] = error->mbuf;
}

static void
run_relay(const uint8_t *message, size_t len)
{
	struct icmp_error what;
	struct packet error;
	struct relay relay;

	if (!relay_parse(message, (uint16_t)len, ROUTER, BOX_BR6, &relay))
		return;
	require(frame_icmp6_checksum(ROUTER, BOX_BR6, message, len) == 0, "read: a wrong checksum");
	check_inner(&relay.inner, message, len);
	if (!relay_translate(&relay, &what))
		return;
	require(icmp_error_build(&worker, &relay.inner, what, BR_V4, &error), "told: nothing, for no reason");
	check_answer(&relay.inner, what, &error);
	put_back(&error);
}

/* The quoted packet itself gives occasion for an error, the one that the message is. */
static void
run_error6(const uint8_t *message, size_t len)
{
	const struct icmp6_error what = { message[0], message[1], load32(message + 4) };
	struct packet error;

	if (!icmp6_error_build(&worker, message + 8, (uint16_t)(len - 8), what, BOX_BR6, &error))
		return;
	check_error6(message + 8, len - 8, &error);
	put_back(&error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const uint8_t flags = input_byte(&input);
	const size_t inner_at = 48 + (size_t)input_byte(&input);
	const uint8_t *bytes;
	uint8_t *message;
	size_t len;

	if (worker.stock_count == 0)
		worker.stock[worker.stock_count++] = box_buffer(NULL, 1280);
	worker.now_ms += 1000; /* the rate limit has its own tests */
	bytes = input_bytes(&input, MAX_MESSAGE, &len);
	message = malloc(len + 1);
	require(message != NULL, "memory");
	if (len > 0)
		memcpy(message + 1, bytes, len);
	mend(flags, inner_at, message + 1, len);
	run_relay(message + 1, len);
	if (len >= 8)
		run_error6(message + 1, len);
	free(message);
	return 0;
}
