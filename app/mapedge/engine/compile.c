/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/compile.h"

#include <stdlib.h>

#include "path/suspects.h"

/* ---- host ------------------------------------------------------------------------------------------------------- */

/* Each worker's burst: a burst of packets often comes to one worker alone. */
#define HOST_BURST 256

static struct limit
host_limit(uint32_t rate, unsigned int workers)
{
	return (struct limit){ rate, HOST_BURST * workers };
}

static void
compile_host(const struct conf *conf, struct host_limits *host)
{
	const struct conf_host_limits *limits = &conf->host_limits;

	host->is_on = conf->host;
	host->limit[HOST_NEIGHBOUR] = host_limit(limits->neighbour, conf->workers);
	host->limit[HOST_DHCP] = host_limit(limits->dhcp, conf->workers);
	host->limit[HOST_ICMP] = host_limit(limits->icmp, conf->workers);
	host->limit[HOST_OTHER] = host_limit(limits->other, conf->workers);
}

/* ---- softwires and rules ---------------------------------------------------------------------------------------- */

static void
compile_softwire(const struct conf_softwire *conf, u128 local, u128 remote, uint8_t index, struct softwire *softwire)
{
	static const uint8_t fragment[] = {
		[CONF_FRAGMENT_OUTER] = SOFTWIRE_FRAGMENT_OUTER,
		[CONF_FRAGMENT_INNER] = SOFTWIRE_FRAGMENT_INNER,
		[CONF_FRAGMENT_DROP] = SOFTWIRE_FRAGMENT_DROP,
	};

	*softwire = (struct softwire){ .local = local,
		.br = conf->br,
		.mtu = conf->mtu,
		.mss = conf->mss_clamp ? (uint16_t)(conf->mtu - 40) : 0,
		.index = index,
		.flow_label = conf->flow_label == CONF_FLOW_LABEL_HASH,
		.decap_mask = conf->decap_dscp_copy ? 0xff : 0x03,
		.fragment = fragment[conf->fragment],
		.eabits = conf->source_check == CONF_EABITS,
		.anycast = conf->anycast,
		.report_spoofing = conf->report_spoofing };
	softwire_set_outer(softwire, local, remote, conf->hop_limit, conf->traffic_class);
}

/* All rules of all softwires, or only those for forwarding, or none, as one set; behind them all pools. */
static struct ruleset *
compile_rules(const struct conf *conf, bool only_fmr, bool none, struct error *err)
{
	struct map_rule_spec *specs;
	struct ruleset *set;
	size_t total = 0;
	uint32_t count = 0, bad;

	for (size_t i = 0; i < conf->softwire_count; i++)
		total += conf->softwires[i].rule_count + conf->softwires[i].pool_count;
	specs = calloc(total + 1, sizeof(*specs));
	if (specs == NULL) {
		error_set(err, ENOMEM, "out of memory for %zu rules", total);
		return NULL;
	}
	for (size_t i = 0; i < conf->softwire_count && !none; i++) {
		for (size_t j = 0; j < conf->softwires[i].rule_count; j++) {
			if (!only_fmr || conf->softwires[i].rules[j].fmr)
				specs[count++] = conf->softwires[i].rules[j];
		}
	}
	for (size_t i = 0; i < conf->softwire_count; i++) {
		for (size_t j = 0; j < conf->softwires[i].pool_count; j++)
			specs[count++] = conf_pool_spec(&conf->softwires[i].pools[j], i);
	}
	set = ruleset_build(specs, count, &bad, err);
	free(specs);
	return set;
}

/* ---- fragments, errors, whom not to believe ------------------------------------------------------------------- */

static void
compile_fragments(const struct conf_fragments *conf, struct snapshot *snapshot)
{
	if (!conf->reassembly)
		return;
	snapshot->reassembly = (struct reassembly_config){ conf->datagrams, conf->path_mru };
	snapshot->fragments = (struct virtual_config){ conf->datagrams, conf->held, conf->timeout * 1000 };
}

static bool
is_unique_local(u128 addr)
{
	return addr >> 121 == 0xfc >> 1; /* RFC 4193 */
}

/* RFC 4443 section 2.2: where a BR address may not be the source, the interface's own one is. */
static u128
icmp6_source(const struct conf_interface *conf, const struct host_link *link, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < conf->address_count; i++) {
		if (!conf->addresses[i].ipv4)
			return conf->addresses[i].v6;
	}
	for (size_t i = 0; link != NULL && i < link->address6_count; i++) {
		if (snapshot_terminating(snapshot, link->addresses6[i]) == NULL)
			return link->addresses6[i];
	}
	return 0;
}

/* RFC 6724 section 5, rule 2: to the world from an address that the world may answer. `any`: or from one of the site alone. */
static u128
own_address6(const struct conf_interface *conf, const struct host_link *link, bool any)
{
	for (size_t i = 0; i < conf->address_count; i++) {
		if (!conf->addresses[i].ipv4 && (any || !is_unique_local(conf->addresses[i].v6)))
			return conf->addresses[i].v6;
	}
	for (size_t i = 0; link != NULL && i < link->address6_count; i++) {
		if (any || !is_unique_local(link->addresses6[i]))
			return link->addresses6[i];
	}
	return 0;
}

/* RFC 7084 WAA-9: a WAN without a global address borrows the LAN's. */
static void
compile_own_addresses6(const struct conf *conf, const struct host_link *links, struct snapshot *snapshot)
{
	u128 global[INTERFACE_COUNT];

	for (int i = 0; i < INTERFACE_COUNT; i++)
		global[i] = own_address6(&conf->interfaces[i], links != NULL ? &links[i] : NULL, false);
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		snapshot->icmp6_own[i] = global[i] != 0 ? global[i] : global[!i];
		if (snapshot->icmp6_own[i] == 0)
			snapshot->icmp6_own[i] =
			    own_address6(&conf->interfaces[i], links != NULL ? &links[i] : NULL, true);
	}
}

static void
compile_icmp(const struct conf *conf, const struct host_link *links, struct snapshot *snapshot)
{
	snapshot->icmp_limit = (struct limit){ conf->icmp.rate, conf->icmp.burst };
	snapshot->icmp_source = conf->icmp.source != 0 ? conf->icmp.source : snapshot->interface[INTERFACE_V4].address;
	snapshot->icmp6_source =
	    icmp6_source(&conf->interfaces[INTERFACE_V6], links != NULL ? &links[INTERFACE_V6] : NULL, snapshot);
}

_Static_assert(CONF_MAX_MARTIANS == SNAPSHOT_MAX_MARTIANS, "what can be written fits");

/* A CE's LAN has no martians of its own, and its rules forbid no source. */
static void
compile_suspects(const struct conf_interface *internet, struct snapshot *snapshot)
{
	snapshot->antispoof = internet->antispoof;
	snapshot->martian_count = (uint32_t)internet->martian_count;
	memcpy(snapshot->martians, internet->martians, internet->martian_count * sizeof(internet->martians[0]));
	suspects_mark(snapshot);
}

/* ---- CE --------------------------------------------------------------------------------------------------------- */

static const enum nat_filtering filtering[] = {
	[CONF_ENDPOINT_INDEPENDENT] = NAT_ENDPOINT_INDEPENDENT,
	[CONF_ADDRESS_DEPENDENT] = NAT_ADDRESS_DEPENDENT,
	[CONF_ADDRESS_AND_PORT_DEPENDENT] = NAT_ADDRESS_AND_PORT_DEPENDENT,
};

static void
compile_timeouts(const struct conf_nat *conf, uint32_t timeout[SESSION_STATES])
{
	timeout[SESSION_UDP] = conf->udp_timeout;
	timeout[SESSION_DNS] = conf->dns_timeout;
	timeout[SESSION_ICMP] = conf->icmp_timeout;
	timeout[SESSION_OTHER] = conf->other_timeout;
	timeout[SESSION_TCP_INIT_OUT] = conf->tcp_opening_timeout;
	timeout[SESSION_TCP_INIT_IN] = conf->tcp_opening_timeout;
	timeout[SESSION_TCP_ESTABLISHED] = conf->tcp_established_timeout;
	timeout[SESSION_TCP_CONTROL] = conf->tcp_established_timeout;
	timeout[SESSION_TCP_FIN_OUT] = conf->tcp_established_timeout;
	timeout[SESSION_TCP_FIN_IN] = conf->tcp_established_timeout;
	timeout[SESSION_TCP_FIN_BOTH] = conf->tcp_closing_timeout;
	timeout[SESSION_TCP_REFUSED] = conf->tcp_reset_timeout;
	timeout[SESSION_TCP_RESET] = conf->tcp_reset_timeout;
}

static struct nat_policy
compile_policy(const struct conf_policy *conf)
{
	static const uint8_t space[] = {
		[CONF_ANY_PROTOCOL] = NAT_ANY_SPACE,
		[CONF_TCP] = L4_TCP,
		[CONF_UDP] = L4_UDP,
		[CONF_ICMP] = L4_ICMP_QUERY,
	};

	return (struct nat_policy){ .addr = conf->hosts.addr,
		.mask = mask4(conf->hosts.len),
		.space = space[conf->protocol],
		.first_port = conf->inside_ports.first,
		.last_port = conf->inside_ports.last,
		.reserved = conf->reserved,
		.filtering = conf->has_filtering ? (int8_t)filtering[conf->filtering] : NAT_FILTERING_UNSAID };
}

static void
compile_forwards(const struct conf_nat *conf, unsigned int workers, struct nat_config *nat)
{
	for (size_t i = 0; i < conf->forward_count; i++) {
		const struct conf_forward *forward = &conf->forwards[i];
		struct nat_forward both = { .first = forward->ports.first,
			.last = forward->ports.last,
			.inside_addr = forward->to,
			.inside_port = forward->to_port,
			.worker = snapshot_host_owner(forward->to, (uint16_t)workers) };

		both.space = L4_TCP;
		if (forward->tcp)
			nat->forwards[nat->forward_count++] = both;
		both.space = L4_UDP;
		if (forward->udp)
			nat->forwards[nat->forward_count++] = both;
	}
}
_Static_assert(NAT_MAX_FORWARDS >= 2 * CONF_MAX_FORWARDS && NAT_MAX_POLICIES >= CONF_MAX_POLICIES, "all fit");

static void
compile_nat(const struct conf_nat *conf, unsigned int workers, struct nat_config *nat)
{
	static const enum nat_reuse reuse[] = {
		[CONF_REUSE_OFF] = NAT_REUSE_OFF,
		[CONF_REUSE_ON_EXHAUSTION] = NAT_REUSE_ON_EXHAUSTION,
		[CONF_REUSE_ALWAYS] = NAT_REUSE_ALWAYS,
	};

	*nat = (struct nat_config){ .sessions = conf->sessions,
		.filtering = filtering[conf->filtering],
		.reuse = reuse[conf->port_reuse],
		.closed_early = conf->closed_early,
		.quarantine = conf->port_quarantine,
		.sessions_per_host = conf->sessions_per_host,
		.new_sessions_per_host = conf->new_sessions_per_host,
		.ports_per_host = conf->ports_per_host,
		.reserved_ports = conf->reserved_ports,
		.policy_count = (uint32_t)conf->policy_count };
	compile_timeouts(conf, nat->timeout);
	for (size_t i = 0; i < conf->policy_count; i++)
		nat->policies[i] = compile_policy(&conf->policies[i]);
	compile_forwards(conf, workers, nat);
}

static bool
same_external(const struct snapshot *one, const struct snapshot *other)
{
	return one->external_addr == other->external_addr && one->ports.psid == other->ports.psid &&
	    one->ports.psid_len == other->ports.psid_len && one->ports.offset == other->ports.offset &&
	    one->softwire[0].local == other->softwire[0].local;
}

/*
 * RFC 7597 section 7.1, RFC 7596 section 5.1: another address, other ports or another end: the sessions are of no use, and no
 * port is taken any more.
 */
static int
set_epoch(struct snapshot *snapshot, const struct snapshot *before, unsigned int workers, struct error *err)
{
	snapshot->nat_epoch = snapshot->generation;
	if (before != NULL && before->work == snapshot->work && same_external(before, snapshot)) {
		snapshot->nat_epoch = before->nat_epoch;
		snapshot->bank = before->bank;
		if (snapshot->bank != NULL)
			snapshot->bank->users++;
	} else if (snapshot->work == WORK_CE) {
		snapshot->bank = bank_new(&snapshot->ports, (uint16_t)workers);
		if (snapshot->bank == NULL)
			return error_set(err, ENOMEM, "out of memory for the port set");
	}
	return 0;
}

#define B4_ADDRESS UINT32_C(0xc0000002) /* 192.0.0.2, RFC 6333 section 5.7 */

/* What comes out of the softwire for these is handed to Linux, and only from there they may send. */
static void
compile_behind_device(const struct conf *conf, struct snapshot *snapshot)
{
	uint32_t count = 0;

	if (conf->softwires[0].device_addr != 0)
		snapshot->behind_device[count++] = (struct prefix4){ conf->softwires[0].device_addr, 32 };
	for (size_t i = 0; i < conf->lan.network_count; i++)
		snapshot->behind_device[count++] = conf_network_subnet(&conf->lan.networks[i]);
	snapshot->behind_device_count = count;
}
_Static_assert(SNAPSHOT_MAX_BEHIND_DEVICE >= 1 + CONF_MAX_NETWORKS, "all fit");

static int
compile_ce(const struct conf *conf, struct snapshot *snapshot, const struct snapshot *before, struct error *err)
{
	const struct conf_softwire *softwire = &conf->softwires[0];
	struct map_ce ce;

	compile_nat(&conf->nat, conf->workers, &snapshot->nat);
	snapshot->nat.refuses_new = conf->is_drained;
	compile_behind_device(conf, snapshot);
	if (softwire->is_down) {
		snapshot->work = WORK_CE_OFF;
		return set_epoch(snapshot, before, conf->workers, err);
	}
	if (conf_derive(softwire, &ce, err) < 0)
		return -EINVAL;
	compile_softwire(softwire, ce.address, softwire->br, 0, &snapshot->softwire[0]);
	snapshot->softwire[0].clear_df = conf->nat.df_clear;
	snapshot->external_addr = ce.ipv4.addr;
	snapshot->ports = ce.ports;
	if (ce.kind == MAP_PREFIX) {
		snapshot->work = WORK_CE_PLAIN;
		snapshot->own = ce.ipv4;
		snapshot->external_addr = softwire->kind == OFFER_DS_LITE ? B4_ADDRESS : 0;
	}
	return set_epoch(snapshot, before, conf->workers, err);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* All that does not depend on the interfaces. */
static int
compile_services(struct snapshot *snapshot, const struct conf *conf, const struct snapshot *before, struct error *err)
{
	const bool is_ce = conf->role == CONF_CE;

	compile_host(conf, &snapshot->host);
	snapshot->rules = compile_rules(conf, is_ce, is_ce && !conf->softwires[0].mesh, err);
	if (snapshot->rules == NULL)
		return -EINVAL;
	compile_fragments(&conf->fragments, snapshot);
	if (is_ce)
		return compile_ce(conf, snapshot, before, err);
	/* The CE's address, to which a BR sends, is filled in for each packet. */
	for (size_t i = 0; i < conf->softwire_count; i++)
		compile_softwire(&conf->softwires[i], conf->softwires[i].br, 0, (uint8_t)i, &snapshot->softwire[i]);
	return 0;
}

struct snapshot *
snapshot_compile(const struct conf *conf, const struct mac macs[INTERFACE_COUNT], const struct snapshot *before,
    struct error *err)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (snapshot == NULL) {
		error_set(err, ENOMEM, "out of memory for the configuration");
		return NULL;
	}
	snapshot->generation = before == NULL ? 1 : before->generation + 1;
	snapshot->work = conf->role == CONF_CE ? WORK_CE : WORK_BR;
	snapshot->softwire_count = (uint16_t)conf->softwire_count;
	if (compile_services(snapshot, conf, before, err) < 0 ||
	    snapshot_link(snapshot, conf, macs, NULL, NULL, err) < 0) {
		snapshot_free(snapshot);
		return NULL;
	}
	return snapshot;
}

struct snapshot *
snapshot_follow(const struct snapshot *before, struct error *err)
{
	struct snapshot *snapshot = malloc(sizeof(*snapshot));

	if (snapshot == NULL) {
		error_set(err, ENOMEM, "out of memory for the configuration");
		return NULL;
	}
	*snapshot = *before;
	snapshot->generation++;
	snapshot->rules->users++;
	if (snapshot->bank != NULL)
		snapshot->bank->users++;
	memset(snapshot->interface, 0, sizeof(snapshot->interface));
	snapshot->fib6 = (struct fib6){ 0 };
	return snapshot;
}

int
snapshot_link(struct snapshot *snapshot, const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct host_link *links, const struct snapshot *before, struct error *err)
{
	link_clear(snapshot);
	if (link_interfaces(snapshot, conf, macs, links, before, err) < 0)
		return -ENOMEM;
	compile_icmp(conf, links, snapshot);
	compile_own_addresses6(conf, links, snapshot);
	if (links == NULL || links[INTERFACE_V4].has_routes)
		compile_suspects(&conf->interfaces[INTERFACE_V4], snapshot);
	return 0;
}

void
snapshot_free(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	link_clear(snapshot);
	ruleset_free(snapshot->rules);
	bank_free(snapshot->bank);
	free(snapshot);
}
