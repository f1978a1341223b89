/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab.h"

#include <string.h>

#include "frames.h"
#include "pkt/l4.h"

#define MAX_PACKET 2048
#define MAX_RECORDS 64
#define MAX_HOPS 4 /* of a packet that goes from box to box */

static struct box *hub, *mesh, *br;
static bool hub_is_used, mesh_is_used; /* by this input: a reset is dear */

/* The last frame that a CE sent into the softwire, from its IPv4 header on. */
static struct {
	uint8_t bytes[BOX_FRAME_SIZE];
	size_t len;
} last;

/* ---- setting up ------------------------------------------------------------------------------------------------- */

static struct map_rule_spec
rule(uint64_t ipv6, uint8_t ipv6_len, uint32_t ipv4, uint8_t ipv4_len, uint8_t ea_len, uint8_t offset)
{
	return (struct map_rule_spec){ .ipv6 = { u128_make(ipv6, 0), ipv6_len },
		.ipv4 = { ipv4, ipv4_len },
		.ea_len = ea_len,
		.psid_offset = offset,
		.fmr = true };
}

static struct map_rule_spec
rule_of_one(uint64_t ipv6, uint32_t ipv4, uint16_t psid)
{
	struct map_rule_spec spec = rule(ipv6, 64, ipv4, 32, 0, 4);

	spec.has_psid = true;
	spec.psid_len = 8;
	spec.psid = psid;
	return spec;
}

/* Every kind of rule: shared, whole address, prefix, one to one, no excluded ports, beyond bit 64, nested, both formats. */
static void
set_up(void)
{
	struct map_rule_spec rules[] = {
		box_rule(),
		rule(UINT64_C(0x20010db801000000), 42, UINT32_C(0xcb007100), 24, 14, 6),
		rule(UINT64_C(0x20010db800770000), 48, UINT32_C(0xc6120000), 24, 8, 6),
		rule(UINT64_C(0x20010db802000000), 40, UINT32_C(0x64400000), 16, 8, 6),
		rule_of_one(UINT64_C(0x20010db803000001), UINT32_C(0xc0000301), 1),
		rule_of_one(UINT64_C(0x20010db803000002), UINT32_C(0xc0000301), 2),
		rule(UINT64_C(0x20010db804000000), 40, UINT32_C(0x64410000), 24, 14, 0),
		rule(UINT64_C(0x20010db805001000), 52, UINT32_C(0x64420000), 24, 16, 6),
	};
	const uint32_t count = sizeof(rules) / sizeof(rules[0]);

	rules[0].psid_offset = 6; /* as in the packet cases, which are the seeds */
	rules[2].iid = rules[7].iid = MAP_IID_DRAFT03;
	rules[1].domain = 1;
	rules[3].domain = rules[7].domain = 2;
	br = box_new(&(struct box_options){ .is_ce = false, .rules = rules, .rule_count = count });
	hub = box_new(&(struct box_options){ .is_ce = true, .sessions = 64, .offset = 6 });
	for (uint32_t i = 0; i < count; i++)
		rules[i].domain = 0;
	mesh = box_new(
	    &(struct box_options){ .is_ce = true, .sessions = 64, .offset = 6, .rules = rules, .rule_count = 2 });
}

/* ---- laws ------------------------------------------------------------------------------------------------------- */

/* Is the frame whole and right in all lengths and checksums, as far as a sender answers for them? */
static const char *
inner_fault(unsigned int interface, const uint8_t *frame, size_t len)
{
	const size_t at = ETHER_LEN + (interface == INTERFACE_V6 ? IPV6_LEN : 0);

	return len < at ? "short" : frame_fault(frame + at, len - at);
}

static void
check_ipv4(const uint8_t *ip, size_t len)
{
	const size_t header = (size_t)(ip[0] & 15) * 4;

	require(len >= 20 && ip[0] >> 4 == 4 && header >= 20 && header <= len, "sent: no IPv4 header");
	require(load16(ip + 2) == len, "sent: another length than the IPv4 header says");
	require(frame_checksum(ip, header) == 0, "sent: a wrong IPv4 header checksum");
	require(ip[8] > 0, "sent: a TTL of 0");
}

static void
check_outer(const struct box *box, const uint8_t *outer, size_t len)
{
	const u128 src = ip6_load(outer + 8);
	bool ours = false;

	require(outer[0] >> 4 == 6 && outer[6] == 4 && outer[7] == 64, "sent: a wrong outer header");
	require(load16(outer + 4) == len - IPV6_LEN, "sent: a wrong payload length");
	for (uint16_t i = 0; i < box->snapshot.softwire_count; i++)
		ours = ours || box->snapshot.softwire[i].local == src;
	require(ours, "sent: an outer source that is not ours");
	require(((outer[0] << 4 | outer[1] >> 4) & 3) == (outer[IPV6_LEN + 1] & 3),
	    "sent: the outer ECN is not the inner one");
}

/* What a CE sends has its address, and a port that is its own. */
static void
check_ce_source(const struct box *ce, const uint8_t *ip)
{
	const uint8_t *l4 = ip + (ip[0] & 15) * 4;
	uint16_t port;

	require(load32(ip + 12) == ce->snapshot.external_addr, "sent by a CE: a foreign source");
	if (ip[9] == PROTOCOL_ICMP)
		port = icmp_kind(l4[0]) == L4_ICMP_QUERY ? load16(l4 + 4)
							 : load16(l4 + ICMP_LEN + (l4[ICMP_LEN] & 15) * 4 + 2);
	else
		port = load16(l4);
	if (ip[9] == PROTOCOL_ICMP && icmp_kind(l4[0]) == L4_ICMP_ERROR && l4[ICMP_LEN + 9] == PROTOCOL_ICMP)
		port = load16(l4 + ICMP_LEN + (l4[ICMP_LEN] & 15) * 4 + 4);
	require(portset_contains(&ce->snapshot.ports, port), "sent by a CE: a port of somebody else");
}

static void
check_sent(const struct box *box, unsigned int interface, const uint8_t *frame, size_t len)
{
	const bool tunnelled = interface == INTERFACE_V6;
	const size_t at = ETHER_LEN + (tunnelled ? IPV6_LEN : 0);
	const struct mac mac = box_mac(box, interface);

	require(len >= at + IPV4_MIN_LEN, "sent: a short frame");
	require(memcmp(frame + 6, mac.byte, 6) == 0, "sent: a foreign source MAC");
	require(load16(frame + 12) == (tunnelled ? 0x86dd : 0x0800), "sent: a wrong EtherType");
	check_ipv4(frame + at, len - at);
	if (tunnelled)
		check_outer(box, frame + ETHER_LEN, len - ETHER_LEN);
	if (tunnelled && box->snapshot.work != WORK_BR)
		check_ce_source(box, frame + at);
}

/* An error that we made is right in everything, short, and about something. */
static void
check_answer(const struct box *box, const struct box_end *end)
{
	const size_t at = ETHER_LEN + (end->answer_to == INTERFACE_V6 ? IPV6_LEN : 0);

	check_sent(box, end->answer_to, end->answer, end->answer_len);
	require(inner_fault(end->answer_to, end->answer, end->answer_len) == NULL, "an answer is wrong in itself");
	require(end->answer_len - at <= 576, "an answer is too long");
	require(end->how == BOX_DROPPED, "an answer to a packet that was sent on");
}

/* What one of our boxes sends into the softwire, the other one does not take for a forgery or for damaged. */
static void
check_welcome(const struct box_end *end)
{
	static const enum drop_reason never[] = { DROP_l2_short, DROP_l2_other, DROP_segmented, DROP_ipv6_bad,
		DROP_ipv6_ext, DROP_fragment_v6, DROP_not_map_dst, DROP_inner_bad, DROP_fragment_v4, DROP_l4_bad,
		DROP_spoof_v6, DROP_spoof_v4, DROP_not_my_v4dst, DROP_proto_unsupported, DROP_icmp_unsupported };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		require(end->how != BOX_DROPPED || end->reason != never[i], drop_info[never[i]].name);
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

/* The box at which a tunnelled frame ends, or NULL. The hub CE's address is the mesh CE's, too: `ce` says which one. */
static struct box *
receiver(struct box *ce, const uint8_t *frame)
{
	const u128 dst = ip6_load(frame + ETHER_LEN + 24);

	if (dst == BOX_BR6)
		return br;
	return dst == BOX_CE6 ? ce : NULL;
}

static void
keep_last(const uint8_t *frame, size_t len)
{
	last.len = len - ETHER_LEN - IPV6_LEN;
	memcpy(last.bytes, frame + ETHER_LEN + IPV6_LEN, last.len);
}

/* Runs a frame with the first worker, and with the owner of its flow if that is another one, who must keep it. */
static void
run_once(struct box *box, unsigned int interface, const uint8_t *frame, size_t len, struct box_end *end)
{
	box_run_one(box, 0, interface, frame, len, end);
	require(end->broken == NULL, end->broken);
	if (end->how != BOX_HANDED)
		return;
	require(end->to > 0 && end->to < box->worker_count, "handed to nobody");
	box_run_one(box, end->to, interface, frame, len, end);
	require(end->broken == NULL, end->broken);
	require(end->how != BOX_HANDED, "handed on by the owner");
}

/* Runs a frame, and what comes of it through the other box if it is to go on. */
static void
run_frame(struct box *ce, struct box *box, unsigned int interface, const uint8_t *frame, size_t len, bool onward)
{
	static struct box_end ends[MAX_HOPS];
	static uint8_t next[BOX_FRAME_SIZE];

	for (int hop = 0; hop < MAX_HOPS; hop++) {
		struct box_end *end = &ends[hop];
		const bool was_right = inner_fault(interface, frame, len) == NULL;
		struct mac mac;

		run_once(box, interface, frame, len, end);
		if (hop > 0)
			check_welcome(end);
		if (end->has_answer)
			check_answer(box, end);
		if (end->how != BOX_SENT)
			return;
		check_sent(box, end->to, end->frame, end->len);
		require(!was_right || inner_fault(end->to, end->frame, end->len) == NULL,
		    "a right packet became wrong");
		if (box->snapshot.work != WORK_BR && end->to == INTERFACE_V6)
			keep_last(end->frame, end->len);
		if (!onward || end->to != INTERFACE_V6 || receiver(ce, end->frame) == NULL)
			return;

		memcpy(next, end->frame, end->len);
		box = receiver(ce, next);
		mac = box_mac(box, INTERFACE_V6);
		memcpy(next, mac.byte, 6);
		frame = next;
		len = end->len;
		interface = INTERFACE_V6;
	}
}

/* Length, header checksum and the checksum behind it are made right, as far as the headers are there. */
static void
mend(uint8_t *ip, size_t len)
{
	const size_t header = len == 0 ? 0 : (size_t)(ip[0] & 15) * 4;
	uint8_t *l4 = ip + header;
	size_t field;

	if (header < 20 || header > len)
		return;
	frame_mend_ipv4(ip, (uint16_t)len);
	field = ip[9] == PROTOCOL_TCP ? 16 : ip[9] == PROTOCOL_UDP ? 6 : 2;
	if (len < header + field + 2 || (ip[9] != PROTOCOL_TCP && ip[9] != PROTOCOL_UDP && ip[9] != PROTOCOL_ICMP))
		return;
	if (ip[9] == PROTOCOL_UDP)
		store16(l4 + 4, (uint16_t)(len - header));
	store16(l4 + field, 0);
	store16(l4 + field, ip[9] == PROTOCOL_ICMP ? frame_checksum(l4, len - header) : frame_l4_checksum(ip));
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void
run_packet(struct box *ce, uint8_t flags, const uint8_t *bytes, size_t len)
{
	const uint8_t way = flags & LAB_OPERATION;
	const bool is_ce = way == LAB_CE_UP || way == LAB_CE_DOWN;
	const unsigned int interface = way == LAB_CE_UP || way == LAB_BR_DOWN ? INTERFACE_V4 : INTERFACE_V6;
	struct box *box = is_ce ? ce : br;
	const struct mac mac = box_mac(box, interface);
	struct frame frame;

	frame_payload(&frame, 0);
	frame_push(&frame, bytes, len);
	if (!(flags & LAB_RAW)) {
		if ((flags & LAB_MEND) && !(flags & LAB_OUTER))
			mend(frame_bytes(&frame), frame.len);
		if (interface == INTERFACE_V6 && !(flags & LAB_OUTER))
			frame_ipv6(&frame, is_ce ? BOX_BR6 : BOX_CE6, is_ce ? BOX_CE6 : BOX_BR6, 4,
			    len > 1 ? bytes[1] : 0);
		frame_ethernet(&frame, &mac, interface == INTERFACE_V4 ? 0x0800 : 0x86dd);
	}
	run_frame(ce, box, interface, frame_bytes(&frame), frame.len, (flags & LAB_ONWARD) != 0);
}

static void
exchange(uint8_t *one, uint8_t *other, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const uint8_t byte = one[i];

		one[i] = other[i];
		other[i] = byte;
	}
}

/* Something about the last packet that left comes back through the BR or, without it, from its softwire address. */
static void
run_answer(struct box *ce, uint8_t flags, const uint8_t *bytes, size_t len)
{
	const struct frame_ipv4 router = { .src = UINT32_C(0x08080404),
		.dst = BOX_EXTERNAL,
		.protocol = PROTOCOL_ICMP };
	struct frame frame;
	uint8_t *ip;

	if (last.len == 0 || last.len > MAX_PACKET)
		return;
	frame_payload(&frame, 0);
	frame_push(&frame, last.bytes, last.len);
	if ((flags & LAB_OPERATION) == LAB_ERROR) {
		frame.len = last.len > 128 ? 128 : last.len;
		frame_icmp(&frame, len > 0 && bytes[0] % 3 == 1 ? ICMP_TIME_EXCEEDED : ICMP_UNREACHABLE, 3, 0);
		frame_ipv4(&frame, &router);
	} else {
		ip = frame_bytes(&frame);
		exchange(ip + 12, ip + 16, 4);
		ip[8] = 64;
		if (ip[9] == PROTOCOL_ICMP)
			ip[(ip[0] & 15) * 4] = ICMP_ECHO_REPLY;
		else
			exchange(ip + (ip[0] & 15) * 4, ip + (ip[0] & 15) * 4 + 2, 2);
	}
	ip = frame_bytes(&frame);
	for (size_t i = 0; i + 1 < len; i += 2)
		ip[bytes[i] % frame.len] ^= bytes[i + 1];
	if (flags & LAB_MEND)
		mend(ip, frame.len);
	run_packet(ce, (uint8_t)((flags & LAB_ONWARD) | (flags & LAB_RAW ? LAB_CE_DOWN : LAB_BR_DOWN)), ip, frame.len);
}

static void
pass_time(struct box *ce, const uint8_t *bytes, size_t len)
{
	for (unsigned int i = 0; i < ce->worker_count; i++) {
		struct worker *w = &ce->worker[i];

		w->now += len < 2 ? 1 : load16(bytes);
		w->now_ms = (uint64_t)w->now * 1000;
		br->worker[0].now_ms = w->now_ms;
		path_tick(w, len < 3 ? UINT32_MAX : bytes[2]);
		require(gauge_get(&w->gauges.sessions) <= 64, "more sessions than the limit");
	}
}

/* The same box from the next burst on with another filter, or with its sessions gone. */
static void
control(struct box *ce, const uint8_t *bytes, size_t len)
{
	const uint8_t what = len == 0 ? 0 : bytes[0];

	ce->snapshot.generation++;
	ce->snapshot.nat.filtering = (enum nat_filtering)(what % 3);
	if (what & 0x80)
		ce->snapshot.nat_epoch = ce->snapshot.generation;
	for (unsigned int i = 0; i < ce->worker_count; i++)
		path_adopt(&ce->worker[i], &ce->snapshot);
}

/* The CE of a record, without sessions when it is the input's first. */
static struct box *
pick_ce(bool is_mesh)
{
	bool *is_used = is_mesh ? &mesh_is_used : &hub_is_used;
	struct box *ce = is_mesh ? mesh : hub;

	if (!*is_used) {
		ce->snapshot.generation = ce->snapshot.nat_epoch = 1;
		ce->snapshot.nat.filtering = NAT_ADDRESS_DEPENDENT;
		box_reset(ce);
	}
	*is_used = true;
	return ce;
}

static void
run_record(struct input *input)
{
	const uint8_t flags = input_byte(input);
	const size_t wanted = (size_t)input_number(input, 2) % (MAX_PACKET + 1);
	struct box *ce = pick_ce((flags & LAB_MESH) != 0);
	const uint8_t *bytes;
	size_t len;

	bytes = input_bytes(input, wanted, &len);
	switch (flags & LAB_OPERATION) {
	case LAB_TIME:
		pass_time(ce, bytes, len);
		break;
	case LAB_CONTROL:
		control(ce, bytes, len);
		break;
	case LAB_REPLY:
	case LAB_ERROR:
		run_answer(ce, flags, bytes, len);
		break;
	default:
		run_packet(ce, flags, bytes, len);
		break;
	}
}

void
lab_run(struct input *input)
{
	if (br == NULL)
		set_up();
	hub_is_used = mesh_is_used = false;
	box_reset(br);
	last.len = 0;
	for (int i = 0; i < MAX_RECORDS && input->left > 0; i++)
		run_record(input);
}
