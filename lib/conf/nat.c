/* SPDX-License-Identifier: BSD-3-Clause */
/* The group "nat" of a CE: timers, limits, policies. */
#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

#define MAX_SESSIONS (1 << 24)
#define MAX_TIMEOUT (7 * 24 * 3600)

static const char *const filtering_words[] = {
	[CONF_ENDPOINT_INDEPENDENT] = "endpoint-independent",
	[CONF_ADDRESS_DEPENDENT] = "address-dependent",
	[CONF_ADDRESS_AND_PORT_DEPENDENT] = "address-and-port-dependent",
	NULL,
};

static const char *const port_reuse_words[] = {
	[CONF_REUSE_OFF] = "off",
	[CONF_REUSE_ON_EXHAUSTION] = "on_exhaustion",
	[CONF_REUSE_ALWAYS] = "always",
	NULL,
};

enum { DF_HONOUR, DF_CLEAR };

static const char *const df_words[] = { [DF_HONOUR] = "honour", [DF_CLEAR] = "clear", NULL };

static const char *const protocol_words[] = {
	[CONF_ANY_PROTOCOL] = "any",
	[CONF_TCP] = "tcp",
	[CONF_UDP] = "udp",
	[CONF_ICMP] = "icmp",
	NULL,
};

static const char forward_example[] = "( { protocol = \"tcp\"; ports = \"5000\"; to = \"192.168.1.10\"; } )";
static const char policy_example[] = "( { hosts = \"192.168.1.50/32\"; reserved = true; } )";

#define SECONDS(key, least, standard)                                                                  \
	{                                                                                              \
		.name = key, .type = READER_INT, .min = least, .max = MAX_TIMEOUT, .example = standard \
	}
#define LIMIT(key, most, standard)                                                \
	{                                                                         \
		.name = key, .type = READER_INT, .max = most, .example = standard \
	}

/* The least timeouts: RFC 4787 REQ-5, RFC 5382 REQ-5 and section 5, RFC 5508 REQ-2, RFC 7857 section 2. */
static const struct reader_key nat_keys[] = {
	{ .name = "sessions", .type = READER_INT, .min = 16, .max = MAX_SESSIONS, .example = "65536" },
	SECONDS("udp_timeout", 120, "300"),
	SECONDS("dns_timeout", 5, "30"),
	SECONDS("icmp_timeout", 60, "60"),
	SECONDS("other_timeout", 120, "600"),
	SECONDS("tcp_opening_timeout", 30, "240"),
	SECONDS("tcp_established_timeout", 7440, "7440"),
	SECONDS("tcp_closing_timeout", 5, "240"),
	SECONDS("tcp_reset_timeout", 5, "240"),
	{ .name = "filtering", .type = READER_WORD, .words = filtering_words, .example = "\"address-dependent\"" },
	{ .name = "port_reuse", .type = READER_WORD, .words = port_reuse_words, .example = "\"on_exhaustion\"" },
	{ .name = "closed_early", .type = READER_BOOL },
	{ .name = "df", .type = READER_WORD, .words = df_words, .example = "\"honour\"" },
	SECONDS("port_quarantine", 0, "0"),
	LIMIT("sessions_per_host", MAX_SESSIONS, "20000"),
	LIMIT("new_sessions_per_host", 1000000, "500"),
	LIMIT("ports_per_host", PORTSET_PORTS, "120"),
	LIMIT("reserved_ports", PORTSET_PORTS, "40"),
	LIMIT("port_alarm", 100, "80"),
	{ .name = "policies", .type = READER_GROUPS, .max = CONF_MAX_POLICIES, .example = policy_example },
	{ .name = "forwards", .type = READER_GROUPS, .max = CONF_MAX_FORWARDS, .example = forward_example },
};

static const struct reader_key policy_keys[] = {
	{ .name = "hosts", .type = READER_PREFIX4, .example = "\"192.168.1.50/32\"" },
	{ .name = "protocol", .type = READER_WORD, .words = protocol_words, .example = "\"udp\"" },
	{ .name = "inside_ports", .type = READER_PORTS, .example = "\"3074-3080\"" },
	{ .name = "filtering", .type = READER_WORD, .words = filtering_words, .example = "\"endpoint-independent\"" },
	{ .name = "reserved", .type = READER_BOOL },
};

static int
read_policy(const config_setting_t *group, struct conf_policy *policy, struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	if (reader_check(group, policy_keys, READER_COUNT(policy_keys), err) < 0)
		return -EINVAL;
	*policy = (struct conf_policy){ .inside_ports = { 0, UINT16_MAX } };
	reader_get_prefix4(group, "hosts", &policy->hosts);
	policy->protocol = (enum conf_protocol)reader_get_word(group, "protocol", protocol_words, CONF_ANY_PROTOCOL);
	reader_get_ports(group, "inside_ports", &policy->inside_ports);
	policy->has_filtering = config_setting_get_member(group, "filtering") != NULL;
	policy->filtering =
	    (enum conf_filtering)reader_get_word(group, "filtering", filtering_words, CONF_ADDRESS_DEPENDENT);
	policy->reserved = reader_get_bool(group, "reserved", false);
	if (prefix4_is_aligned(&policy->hosts))
		return 0;
	place_error(err, reader_place(group, "hosts"), "hosts: %s has host bits set",
	    prefix4_format(&policy->hosts, text));
	policy->hosts.addr &= mask4(policy->hosts.len);
	error_hint(err, "write %s", prefix4_format(&policy->hosts, text));
	return -EINVAL;
}

static int
read_policies(struct conf_nat *nat, const config_setting_t *group, struct error *err)
{
	bool reserved = false;

	for (size_t i = 0; i < reader_length(group, "policies"); i++) {
		if (read_policy(reader_element(group, "policies", i), &nat->policies[i], err) < 0)
			return -EINVAL;
		reserved |= nat->policies[i].reserved;
		nat->policy_count++;
	}
	if (reserved == (nat->reserved_ports > 0))
		return 0;
	if (reserved) {
		place_error(err, reader_place(group, "policies"), "policies: reserved = true, but no port is reserved");
		error_hint(err, "for example: reserved_ports = 40;");
	} else {
		place_error(err, reader_place(group, "reserved_ports"),
		    "reserved_ports: nobody may use the %u reserved ports", nat->reserved_ports);
		error_hint(err, "for example: policies = %s;", policy_example);
	}
	return -EINVAL;
}

static void
read_timeouts(struct conf_nat *nat, const config_setting_t *group)
{
	nat->udp_timeout = (uint32_t)reader_get_int(group, "udp_timeout", 300);
	nat->dns_timeout = (uint32_t)reader_get_int(group, "dns_timeout", 30);
	nat->icmp_timeout = (uint32_t)reader_get_int(group, "icmp_timeout", 60);
	nat->other_timeout = (uint32_t)reader_get_int(group, "other_timeout", 600);
	nat->tcp_opening_timeout = (uint32_t)reader_get_int(group, "tcp_opening_timeout", 240);
	nat->tcp_established_timeout = (uint32_t)reader_get_int(group, "tcp_established_timeout", 7440);
	nat->tcp_closing_timeout = (uint32_t)reader_get_int(group, "tcp_closing_timeout", 240);
	nat->tcp_reset_timeout = (uint32_t)reader_get_int(group, "tcp_reset_timeout", 240);
	nat->port_quarantine = (uint32_t)reader_get_int(group, "port_quarantine", 0);
}

int
conf_read_nat(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "nat");
	struct conf_nat *nat = &conf->nat;

	if (reader_check(group, nat_keys, READER_COUNT(nat_keys), err) < 0)
		return -EINVAL;
	read_timeouts(nat, group);
	nat->sessions = (uint32_t)reader_get_int(group, "sessions", 65536);
	nat->filtering =
	    (enum conf_filtering)reader_get_word(group, "filtering", filtering_words, CONF_ADDRESS_DEPENDENT);
	nat->port_reuse = (enum conf_port_reuse)reader_get_word(group, "port_reuse", port_reuse_words, CONF_REUSE_OFF);
	nat->closed_early = reader_get_bool(group, "closed_early", false);
	nat->df_clear = reader_get_word(group, "df", df_words, DF_HONOUR) == DF_CLEAR;
	nat->sessions_per_host = (uint32_t)reader_get_int(group, "sessions_per_host", 0);
	nat->new_sessions_per_host = (uint32_t)reader_get_int(group, "new_sessions_per_host", 0);
	nat->ports_per_host = (uint32_t)reader_get_int(group, "ports_per_host", 0);
	nat->port_alarm = (uint32_t)reader_get_int(group, "port_alarm", 80);
	nat->reserved_ports = (uint32_t)reader_get_int(group, "reserved_ports", 0);
	return read_policies(nat, group, err) < 0 ? -EINVAL : conf_read_forwards(conf, group, err);
}

const char *
conf_port_reuse_word(const struct conf_nat *nat)
{
	return port_reuse_words[nat->port_reuse];
}

const char *
conf_df_word(const struct conf_nat *nat)
{
	return df_words[nat->df_clear ? DF_CLEAR : DF_HONOUR];
}
