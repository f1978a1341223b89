/* SPDX-License-Identifier: BSD-3-Clause */
#include "explain.h"

#include <stdlib.h>

#include "buffer.h"
#include "explain_session.h"
#include "packet_text.h"
#include "path/find_ce.h"
#include "replay_parts.h"
#include "summary.h"
#include "trail.h"

#define SESSIONS 1024  /* that a CE which is asked a few packets has room for */
#define FIRST_RANGES 4 /* of the port set that are told */

/* The packet that is explained, and what it made the box send. */
struct explained {
	struct packet_text packet;
	unsigned int interface;       /* it comes in on */
	enum drop_reason reason;      /* DROP_COUNT: it was not dropped */
	unsigned int frames;          /* that were sent */
	unsigned int first_interface; /* of the first one of them */
	uint8_t first[PACKET_TEXT_ROOM];
	size_t first_len;

	const struct nat_session_row *adopted; /* the running box has it: NULL without one */
};

/* ---- what the configuration leaves to Linux --------------------------------------------------------------------- */

static void
add_neighbour(struct conf_interface *interface, const struct conf_address *address)
{
	static const struct mac made_up = { { 0x02, 0, 0, 0, 0, 0xfd } };
	struct conf_neighbour *more =
	    realloc(interface->neighbours, (interface->neighbour_count + 1) * sizeof(*interface->neighbours));

	if (more == NULL)
		return; /* it is dropped as no_neighbour then, and told so */
	interface->neighbours = more;
	interface->neighbours[interface->neighbour_count++] =
	    (struct conf_neighbour){ .address = *address, .mac = made_up };
}

static void
add_gateway(struct conf_interface *interface)
{
	const struct conf_address gateway = { .v6 = u128_make(UINT64_C(0xfe80) << 48, 1), .len = 128 };
	const size_t before = interface->neighbour_count;

	add_neighbour(interface, &gateway);
	interface->has_gateway = interface->neighbour_count > before;
	interface->gateway = before;
}

/* Every neighbour answers, and there is a way to everywhere: what is explained is what the box itself decides. */
static void
complete(const struct replay *r, const struct packet_text *packets, unsigned int count)
{
	struct conf *conf = r->conf;
	struct conf_interface *v4 = &conf->interfaces[INTERFACE_V4];

	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		struct conf_interface *interface = &conf->interfaces[i];

		if (!interface->has_mac)
			interface->mac = (struct mac){ { 0x02, 0, 0, 0, 1, (uint8_t)i } };
		interface->has_mac = true;
		if (!interface->has_gateway && (i == INTERFACE_V6 || conf->role == CONF_BR))
			add_gateway(interface);
	}
	if (v4->address_count == 0 && conf->role == CONF_CE) {
		const uint32_t subnet = packets[0].src & mask4(24);
		char text[IP4_TEXT_SIZE];

		v4->addresses[v4->address_count++] = (struct conf_address){ .ipv4 = true, .v4 = subnet | 1, .len = 24 };
		fprintf(r->told, "note: the addresses of %s are Linux's, taken to be %s/24\n", v4->name,
		    ip4_format(subnet | 1, text));
	}
	for (unsigned int i = 0; i < count; i++) {
		add_neighbour(v4, &(struct conf_address){ .ipv4 = true, .v4 = packets[i].src, .len = 32 });
		add_neighbour(v4, &(struct conf_address){ .ipv4 = true, .v4 = packets[i].dst, .len = 32 });
	}
}

/* ---- a packet through the path ---------------------------------------------------------------------------------- */

static void
on_done(void *context, const struct packet *p, unsigned int verdict, const struct trail *trail)
{
	const struct replay *r = context;
	struct explained *explained = r->context;

	trail_print_steps(r->told, trail);
	if (verdict == VERDICT_DROP)
		explained->reason = (enum drop_reason)dropped_reason(p->mbuf);
	else if (verdict == VERDICT_HOST)
		fprintf(r->told, "  given to Linux\n");
	else if (verdict == VERDICT_HELD)
		fprintf(r->told, "  waits\n");
}

static void
run_traced(struct replay *r, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	struct trace trace = { .done = on_done, .context = r };

	path_trace(w, way, mbufs, count, &trace);
}

static void
on_sent(struct replay *r, unsigned int interface, const uint8_t *frame, size_t len)
{
	struct explained *explained = r->context;
	char text[SUMMARY_SIZE];

	fprintf(r->told, "  sent on %s: %s\n", r->conf->interfaces[interface].name, frame_summary(frame, len, text));
	if (explained->frames++ > 0 || len > sizeof(explained->first))
		return;
	memcpy(explained->first, frame, len);
	explained->first_len = len;
	explained->first_interface = interface;
}

/* The outer addresses that a packet with these inner ones ought to have. False: nobody's. */
static bool
find_outer(const struct replay *r, struct packet_text *packet)
{
	const struct snapshot *snapshot = r->snapshot;
	const struct map_rule *rule;
	struct ce ce;

	if (packet->has_outer)
		return true;
	packet->has_outer = true;
	packet->outer_src = snapshot->softwire[0].br;
	packet->outer_dst = snapshot->softwire[0].local;
	if (r->conf->role == CONF_CE)
		return snapshot->softwire_count > 0;
	rule = ruleset_find4(snapshot->rules, packet->src, packet->src_port);
	if (rule == NULL || !map_rule_owns(rule, packet->src_port) ||
	    !find_ce(snapshot, rule, packet->src, packet->src_port, &ce))
		return false;
	packet->outer_src = ce.address;
	packet->outer_dst = snapshot->softwire[rule->domain].local;
	return true;
}

/* ---- why -------------------------------------------------------------------------------------------------------- */

static void
tell_rule(const struct replay *r, const struct map_rule *rule, uint32_t ipv4, uint16_t port)
{
	const struct map_rule_spec spec = map_rule_spec_of(rule);
	char ipv6_text[PREFIX_TEXT_SIZE], ipv4_text[PREFIX_TEXT_SIZE], text[IP6_TEXT_SIZE];
	struct ce ce;

	if (rule->bound)
		fprintf(r->told, "  rule: %s, pool %s", r->conf->softwires[rule->domain].name,
		    prefix4_format(&spec.ipv4, ipv4_text));
	else
		fprintf(r->told, "  rule: %s, %s = %s, %u EA bits, offset %u", r->conf->softwires[rule->domain].name,
		    prefix6_format(&spec.ipv6, ipv6_text), prefix4_format(&spec.ipv4, ipv4_text), spec.ea_len,
		    spec.psid_offset);
	if (!map_rule_owns(rule, port))
		fprintf(r->told, "; port %u is nobody's\n", port);
	else if (!find_ce(r->snapshot, rule, ipv4, port, &ce))
		fprintf(r->told, "; nobody is bound to PSID 0x%x\n", map_rule_psid(rule, port));
	else
		fprintf(r->told, "; port %u is of PSID 0x%x, the CE %s\n", port, map_rule_psid(rule, port),
		    ip6_format(ce.address, text));
}

/* Whose is the address and port at the CE's end? */
static void
tell_owner(const struct replay *r, uint32_t ipv4, uint16_t port)
{
	const struct map_rule *rule = ruleset_find4(r->snapshot->rules, ipv4, port);
	char text[IP4_TEXT_SIZE];

	if (rule != NULL)
		tell_rule(r, rule, ipv4, port);
	else
		fprintf(r->told, "  rule: none has %s\n", ip4_format(ipv4, text));
}

static void
tell_port_set(const struct replay *r, const struct packet_text *packet)
{
	const struct snapshot *snapshot = r->snapshot;
	const struct portset *set = &snapshot->ports;
	char ipv4[IP4_TEXT_SIZE], local[IP6_TEXT_SIZE];

	fprintf(r->told, "  this CE: %s, %s", ip6_format(snapshot->softwire[0].local, local),
	    ip4_format(snapshot->external_addr, ipv4));
	if (set->psid_len > 0)
		fprintf(r->told, ", PSID 0x%x, %u ports:", set->psid, portset_count(set));
	for (uint32_t i = 0; i < FIRST_RANGES && i < portset_range_count(set) && set->psid_len > 0; i++) {
		const struct port_range range = portset_range(set, i);

		fprintf(r->told, " %u-%u", range.first, range.last);
	}
	fprintf(r->told, "%s\n", set->psid_len > 0 && portset_range_count(set) > FIRST_RANGES ? " …" : "");
	if (packet->in_softwire && !portset_contains(set, packet->dst_port))
		fprintf(r->told, "  port %u is not in its port set\n", packet->dst_port);
	else if (!packet->in_softwire && snapshot->rules->count > 0)
		tell_owner(r, packet->dst, packet->dst_port);
}

/* What the running box knows of the packet's session is known here, too. */
static void
adopt(struct replay *r, const struct explain_box *box, struct explained *explained)
{
	static const uint8_t syn[20] = { [12] = 5 << 4, [13] = TCP_SYN };
	struct worker *w = &r->worker[0];
	const struct nat_session_row *row;
	struct nat_opening opening = { .tcp = syn, .now = w->now, .now_ms = w->now_ms };

	explained->adopted = NULL;
	if (box == NULL || r->snapshot->work != WORK_CE || session_here(w, &explained->packet) != NULL)
		return;
	row = session_running(box, &explained->packet);
	if (row == NULL)
		return;
	opening.inside = row->inside;
	opening.remote = row->remote;
	if (nat_adopt(w->nat, &opening, row->external_port) != NULL)
		explained->adopted = row;
}

static void
tell_session(const struct replay *r, const struct explained *explained, bool is_new)
{
	const struct nat_session_row *row = session_here(&r->worker[0], &explained->packet);
	char inside[IP4_TEXT_SIZE], external[IP4_TEXT_SIZE], remote[IP4_TEXT_SIZE];

	if (row == NULL) {
		fprintf(r->told, "  session: none\n");
		return;
	}
	fprintf(r->told, "  session: %s:%u is %s:%u towards %s:%u, %s; without another packet it ends after %u s\n",
	    ip4_format(session_end_addr(row->inside), inside), session_end_port(row->inside),
	    ip4_format(r->snapshot->external_addr, external), row->external_port,
	    ip4_format(session_end_addr(row->remote), remote), session_end_port(row->remote),
	    is_new                           ? "opened by this packet"
		: explained->adopted != NULL ? "of the running box"
					     : "was there",
	    explained->adopted != NULL ? explained->adopted->left : row->left);
}

/* Of a packet for a CE that nobody knows there is none. */
static unsigned int
mtu_for(const struct replay *r, const struct packet_text *packet)
{
	const struct snapshot *snapshot = r->snapshot;
	const struct map_rule *rule;

	if (packet->in_softwire)
		return snapshot->interface[INTERFACE_V4].mtu;
	if (r->conf->role == CONF_CE)
		return r->worker[0].softwire->mtu;
	rule = ruleset_find4(snapshot->rules, packet->dst, packet->dst_port);
	return rule != NULL ? snapshot->softwire[rule->domain].mtu : 0;
}

static void
tell_mtu(const struct replay *r, const struct explained *explained, size_t frame_len)
{
	const struct packet_text *packet = &explained->packet;
	const unsigned int len = (unsigned int)(frame_len - ETHER_LEN - (packet->in_softwire ? IPV6_LEN : 0)),
			   mtu = mtu_for(r, packet);

	if (mtu == 0)
		return;
	fprintf(r->told, "  mtu: %u bytes, and %u fit %s: it %s", len, mtu,
	    packet->in_softwire ? "the link" : "the softwire", len <= mtu ? "fits" : "does not fit");
	if (len > mtu && explained->reason == DROP_COUNT && explained->frames > 1)
		fprintf(r->told, " and went in %u pieces", explained->frames);
	fputc('\n', r->told);
}

static void
tell_why(const struct replay *r, const struct explained *explained, uint64_t created, size_t frame_len)
{
	const struct packet_text *packet = &explained->packet;

	if (explained->reason < DROP_COUNT)
		fprintf(r->told, "  dropped as %s: %s\n  hint: %s\n", drop_info[explained->reason].name,
		    drop_info[explained->reason].text, drop_info[explained->reason].hint);
	if (r->snapshot->work == WORK_CE_OFF) {
		fprintf(r->told, "  this CE has no softwire: %s\n", r->conf->softwires[0].why_down.text);
		return;
	}
	if (r->snapshot->work == WORK_BR)
		tell_owner(r, packet->in_softwire ? packet->src : packet->dst,
		    packet->in_softwire ? packet->src_port : packet->dst_port);
	else
		tell_port_set(r, packet);
	if (r->snapshot->work == WORK_CE)
		tell_session(r, explained, r->worker[0].counters.event[EVENT_sessions_created] > created);
	tell_mtu(r, explained, frame_len);
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

/* The answer to what was sent last, with the TTL, length and DF that this one says. False: there is nothing to answer. */
static bool
turn(const struct explained *before, struct explained *now)
{
	const struct packet_text said = now->packet;

	if (before->frames == 0 || !packet_text_reply(before->first, before->first_len, &now->packet))
		return false;
	now->packet.ttl = said.ttl;
	now->packet.len = said.len;
	now->packet.df = said.df;
	if (said.tcp_flags != 0)
		now->packet.tcp_flags = said.tcp_flags;
	now->interface = before->first_interface;
	return true;
}

static int
explain(struct replay *r, const struct explain_box *box, const struct explained *before, struct explained *now,
    struct error *err)
{
	struct worker *w = &r->worker[0];
	uint64_t created;
	uint8_t frame[PACKET_TEXT_ROOM];
	char text[SUMMARY_SIZE];
	struct rte_mbuf *mbuf;
	size_t len;

	now->interface = now->packet.in_softwire ? INTERFACE_V6 : INTERFACE_V4;
	now->reason = DROP_COUNT;
	if (now->packet.is_reply && !turn(before, now))
		return error_set(err, EINVAL, "there is nothing to reply to: the packet before was not sent on");
	if (now->packet.in_softwire && !find_outer(r, &now->packet))
		return error_set(err, EINVAL,
		    "no rule says which softwire that would come out of; write both IPv6 addresses");
	len = packet_text_frame(&now->packet, &r->conf->interfaces[now->interface].mac, frame);
	mbuf = buffer_new(len);
	if (mbuf == NULL || buffer_refill(w) < 0)
		return error_set(err, ENOMEM, "out of memory");
	memcpy(rte_pktmbuf_mtod(mbuf, void *), frame, len);
	mbuf->data_len = (uint16_t)len;
	mbuf->pkt_len = (uint32_t)len;
	adopt(r, box, now);
	created = w->counters.event[EVENT_sessions_created];
	fprintf(r->told, "%s comes in on %s\n", frame_summary(frame, len, text),
	    r->conf->interfaces[now->interface].name);
	r->context = now;
	replay_burst(r, w, (enum way)now->interface, &mbuf, 1);
	tell_why(r, now, created, len);
	return 0;
}

/* A configuration that may be completed; the rules are those of the one that was given. */
static struct conf *
copy_conf(const struct conf *conf)
{
	struct conf *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *conf;
	for (unsigned int i = 0; i < CONF_MAX_INTERFACES; i++) {
		const struct conf_interface *from = &conf->interfaces[i];
		const size_t size = from->neighbour_count * sizeof(*from->neighbours);
		struct conf_interface *to = &copy->interfaces[i];

		to->neighbours = size > 0 ? malloc(size) : NULL;
		if (to->neighbours == NULL)
			to->neighbour_count = 0;
		else
			memcpy(to->neighbours, from->neighbours, size);
		to->has_gateway = from->has_gateway && to->neighbours != NULL;
	}
	if (copy->nat.sessions > SESSIONS)
		copy->nat.sessions = SESSIONS;
	return copy;
}

static void
tear_down(struct replay *r)
{
	r->conf->softwires = NULL;
	r->conf->softwire_count = 0;
	replay_tear_down(r);
}

int
explain_packets(const struct conf *conf, char *const *texts, unsigned int count, const struct explain_box *box,
    FILE *out, struct error *err)
{
	static struct explained explained[EXPLAIN_PACKETS_MAX];
	struct packet_text packets[EXPLAIN_PACKETS_MAX];
	struct replay r = { .workers = 1, .run = run_traced, .sent = on_sent, .told = out };
	int rc = 0;

	for (unsigned int i = 0; i < count && rc == 0; i++) {
		rc = packet_text_parse(texts[i], &packets[i], err);
		explained[i] = (struct explained){ .packet = packets[i] };
	}
	if (rc == 0 && packets[0].is_reply)
		rc = error_set(err, EINVAL, "there is nothing to reply to: the first packet is none");
	if (rc < 0)
		return rc;
	r.conf = copy_conf(conf);
	if (r.conf == NULL)
		return error_set(err, ENOMEM, "out of memory");
	complete(&r, packets, count);
	rc = replay_make(&r, err);
	for (unsigned int i = 0; i < count && rc == 0; i++) {
		if (i > 0)
			fputc('\n', out);
		rc = explain(&r, box, i > 0 ? &explained[i - 1] : NULL, &explained[i], err);
	}
	tear_down(&r);
	return rc;
}
