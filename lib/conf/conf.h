/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration as people write it: a libconfig file read, checked and turned into plain structures.
 *
 * Nothing here knows how packets are handled; app/mapedge compiles a struct conf into what the workers want. The
 * reference of all settings is docs/config.md. Every error names file and line and, where we know better, a hint.
 */
#ifndef MAPEDGE_CONF_H
#define MAPEDGE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/error.h"
#include "map/rule.h"
#include "provision/hb46pp.h"
#include "provision/offer.h"
#include "provision/registration.h"
#include "provision/source.h"

#define CONF_NAME_SIZE 32
#define CONF_PATH_SIZE 108 /* a unix socket's path */
#define CONF_TEXT_SIZE 256
#define CONF_MAX_INTERFACES 2
#define CONF_MAX_WORKERS 32
#define CONF_MAX_ADDRESSES 8
#define CONF_MAX_DOMAINS 64
#define CONF_MAX_POLICIES 32
#define CONF_MAX_FORWARDS 32
#define CONF_MAX_EAL_ARGS 32
#define CONF_MAX_RESOLVERS 4
#define CONF_MAX_NETWORKS 8
#define CONF_DEVICE_MAX 15 /* characters: IFNAMSIZ, less the final 0 */

enum conf_role { CONF_CE, CONF_BR };

enum conf_interface_role { CONF_LAN, CONF_WAN, CONF_MAP, CONF_INTERNET };

enum conf_filtering {
	CONF_ENDPOINT_INDEPENDENT,
	CONF_ADDRESS_DEPENDENT,
	CONF_ADDRESS_AND_PORT_DEPENDENT,
};

enum conf_source_check { CONF_STRICT, CONF_EABITS };

/* What becomes of an IPv4 packet without DF that is larger than the softwire's MTU. */
enum conf_fragment { CONF_FRAGMENT_OUTER, CONF_FRAGMENT_INNER, CONF_FRAGMENT_DROP };

enum conf_flow_label { CONF_FLOW_LABEL_ZERO, CONF_FLOW_LABEL_HASH };

#define CONF_MAX_MARTIANS 64
#define CONF_MAX_MARTIANS6 64
#define CONF_MAX_POOLS 64

#define CONF_TRAFFIC_CLASS_COPY (-1)

/* An IPv4 or IPv6 address; ipv4 says which. */
struct conf_address {
	bool ipv4;
	uint32_t v4; /* host order */
	u128 v6;
	uint8_t len; /* prefix length; 32 or 128 where only an address is meant */
};

struct conf_neighbour {
	struct conf_address address;
	struct mac mac;
};

struct conf_interface {
	char name[CONF_NAME_SIZE];
	enum conf_interface_role role;
	bool host;                 /* addresses, neighbours and routes are Linux's, and those given here come on top */
	char port[CONF_TEXT_SIZE]; /* empty when not given: enough for a replay */
	bool has_mac;
	struct mac mac;
	uint16_t mtu; /* bytes of IP packet */
	struct conf_address addresses[CONF_MAX_ADDRESSES];
	size_t address_count;
	struct conf_neighbour *neighbours;
	size_t neighbour_count;
	bool has_gateway;
	size_t gateway;                             /* index into neighbours */
	struct prefix4 martians[CONF_MAX_MARTIANS]; /* internet: besides those that are always refused */
	size_t martian_count;
	bool antispoof; /* internet: refuse sources inside our rules' IPv4 prefixes */
	unsigned int line;
};

/* IPv4 addresses whose owners the binding table names. */
struct conf_pool {
	struct prefix4 ipv4;
	uint8_t psid_offset; /* a */
	uint8_t psid_len;    /* k */
	unsigned int line;
};

/* Echoes through the softwire that tell whether it leads anywhere. */
struct conf_probe {
	uint32_t target;   /* host order; 0: none are sent */
	uint32_t interval; /* seconds */
	uint32_t misses;   /* in a row, that make it down */
};

/* A softwire of a CE or a domain of a BR: both are one end of RFC 7597's domain. */
struct conf_softwire {
	char name[CONF_NAME_SIZE];
	bool provisioned; /* CE: the line's provider says what it is; all down to `rules` but iid is what it has said */
	struct source_order sources; /* CE, provisioned: where to ask */
	enum source_kind source;     /* CE, provisioned: where what follows is from; SOURCE_NONE when it is down */
	bool is_down;                /* it has not said yet, or what it says does not fit */
	struct error why_down;
	enum offer_kind kind; /* CE; a BR has MAP-E */
	u128 br;              /* the other end: BR, lwAFTR, AFTR */
	enum map_iid iid;
	struct prefix6 end_user_prefix; /* CE, MAP-E */
	uint32_t device_addr; /* CE with host interfaces: Linux's own on the softwire's device, host order; 0: none */
	struct conf_probe probe;             /* CE, where it has a device */
	u128 local;                          /* CE, all other kinds: our end */
	struct prefix4 ipv4;                 /* CE, lw4o6 (/32) and IPIP */
	struct portset ports;                /* CE, lw4o6 */
	bool mesh;                           /* CE */
	enum conf_source_check source_check; /* BR */
	uint16_t mtu;                        /* of the softwire, bytes of IPv4 packet; the default is calculated */
	bool mss_clamp;
	uint8_t hop_limit;
	int traffic_class;    /* DSCP 0..63 or CONF_TRAFFIC_CLASS_COPY */
	bool decap_dscp_copy; /* the outer DSCP goes into the inner header */
	enum conf_fragment fragment;
	enum conf_flow_label flow_label;
	bool anycast;                           /* BR: the BR address is anycast */
	bool report_spoofing;                   /* BR: ICMPv6 1/5 for what the source check refuses */
	struct conf_pool pools[CONF_MAX_POOLS]; /* BR: the IPv4 addresses of the bindings */
	size_t pool_count;
	char bindings_file[CONF_TEXT_SIZE]; /* BR: empty when there is none */
	struct map_rule_spec *rules;        /* iid and domain filled in */
	unsigned int *rule_lines;           /* line of each rule in rule_file */
	size_t rule_count;                  /* 0 only where there are pools, or the kind has none */
	char rule_file[CONF_TEXT_SIZE];     /* the file the rules stand in: the config itself or rules_file */
	unsigned int line;
};

struct conf_fragments {
	bool reassembly;    /* false: fragments are dropped */
	uint32_t datagrams; /* at once, of each worker and kind */
	uint32_t held;      /* IPv4 fragments waiting, of each worker */
	uint32_t timeout;   /* seconds, IPv4 */
	uint16_t path_mru;  /* bytes of IPv6 packet */
};

struct conf_icmp {
	uint32_t rate; /* errors a second, for the whole box */
	uint32_t burst;
	uint32_t source; /* BR: IPv4 address of our ICMP errors, host order; 0: the internet interface's */
};

/* Packets a second to Linux, for the whole box. */
struct conf_host_limits {
	uint32_t neighbour; /* ARP, ND */
	uint32_t dhcp;      /* DHCPv6 */
	uint32_t icmp;      /* other ICMP and ICMPv6 */
	uint32_t other;
};

/* Where the prefix of a CE's line comes from. */
enum conf_access_kind {
	CONF_ACCESS_AUTO, /* it is asked for by DHCPv6; where there is none, from router advertisements */
	CONF_ACCESS_PD,
	CONF_ACCESS_RA, /* only a /64, which the link to the provider has, too */
};

/* How a CE gets what its line has: the group `access`. */
/* Whom to tell where our end of the softwire is. */
struct conf_registration {
	char url[REGISTRATION_URL_SIZE]; /* with {user} and {pass}; empty: nobody */
	char user[REGISTRATION_TEXT_SIZE];
	char pass[REGISTRATION_TEXT_SIZE]; /* a secret: in no log */
};

struct conf_access {
	enum conf_access_kind kind;
	char state[CONF_TEXT_SIZE]; /* directory of what is kept over restarts */
	uint8_t hint_len;           /* delegated prefix that we would like; 0: none */
	bool rapid_commit;
	bool accept_reconfigure;
	struct conf_address resolvers[CONF_MAX_RESOLVERS]; /* where DHCPv6 names none */
	size_t resolver_count;
	char rules_file[CONF_TEXT_SIZE]; /* empty: none */
	bool has_offer;                  /* the group `static` */
	struct offer offer;
	u128 offer_iid; /* our end, where offer.local is none: its lower 64 bits; 0: as the kind wants it */
	struct hb46pp_identity hb46pp;
	char hb46pp_ca_file[CONF_TEXT_SIZE]; /* empty: those of the system */
	struct conf_registration registration;
	char ntp[CONF_MAX_RESOLVERS]
		[OFFER_NAME_SIZE]; /* time servers, IPv6 addresses or names, where DHCPv6 names none */
	size_t ntp_count;
	bool set_clock;    /* by them, when it is surely wrong */
	bool psid_from_ea; /* whom to believe where EA bits and port parameters differ */
	uint8_t duid_len;  /* 0: made of the WAN's MAC address */
	uint8_t duid[130];
};

/* IPv4 addresses that DHCP gives out, host order; 0: the half of the subnet that we are not in. */
struct conf_dhcp {
	uint32_t first, last;
};

/* A further LAN of the home. The device is Linux's, which forwards between it and all else. */
struct conf_network {
	char device[CONF_DEVICE_MAX + 1];
	uint32_t address; /* ours there, host order */
	uint8_t len;      /* of its subnet */
	int subnet;       /* which /64 of the delegated prefix */
	struct conf_dhcp dhcp;
};

/* What a CE does for its LAN with the line's prefix: the group `lan`. */
struct conf_lan {
	bool is_given;             /* false: nothing */
	int subnet;                /* which /64 of the prefix; -1: one that fits */
	bool services;             /* DHCP, router advertisements and DNS by dnsmasq */
	struct conf_dhcp dhcp;     /* on the LAN */
	uint32_t lease;            /* seconds */
	bool dhcp_mtu;             /* hosts are told the softwire's MTU */
	char user[CONF_NAME_SIZE]; /* whose rights dnsmasq has */
	bool generates_ula;        /* a unique local prefix, once for all */
	struct prefix6 ula;        /* or this one; length 0: none */
	struct conf_network networks[CONF_MAX_NETWORKS];
	size_t network_count;
};

static inline struct prefix4
conf_network_subnet(const struct conf_network *network)
{
	return (struct prefix4){ network->address & mask4(network->len), network->len };
}

enum conf_port_reuse { CONF_REUSE_OFF, CONF_REUSE_ON_EXHAUSTION, CONF_REUSE_ALWAYS };
enum conf_protocol { CONF_ANY_PROTOCOL, CONF_TCP, CONF_UDP, CONF_ICMP };

/* What is different for some inside endpoints; the first policy that matches counts. */
struct conf_policy {
	struct prefix4 hosts;
	enum conf_protocol protocol;
	struct port_range inside_ports;
	bool has_filtering; /* false: as for all */
	enum conf_filtering filtering;
	bool reserved; /* may take the reserved ports */
};

/* External ports that belong to an inside host for good. */
struct conf_forward {
	bool tcp, udp; /* at least one */
	struct port_range ports;
	uint32_t to;
	uint16_t to_port;    /* of the first; the others follow it */
	uint32_t port_count; /* of these ports, how many are in the port set */
	unsigned int line;
};

/* Seconds; 0 where a limit is none. Per worker: sessions and the limits of a host, all of whose sessions are with one. */
struct conf_nat {
	uint32_t sessions;
	uint32_t udp_timeout, dns_timeout, icmp_timeout, other_timeout;
	uint32_t tcp_opening_timeout, tcp_established_timeout, tcp_closing_timeout, tcp_reset_timeout;
	enum conf_filtering filtering;
	enum conf_port_reuse port_reuse;
	bool closed_early;
	bool df_clear; /* DF is taken off what is too big for the softwire */
	uint32_t port_quarantine;
	uint32_t sessions_per_host, new_sessions_per_host, ports_per_host;
	uint32_t port_alarm;     /* percent of the ports of a protocol; 0: none */
	uint32_t reserved_ports; /* of each port space, of the whole box */
	struct conf_policy policies[CONF_MAX_POLICIES];
	size_t policy_count;
	struct conf_forward forwards[CONF_MAX_FORWARDS];
	size_t forward_count;
};

#define CONF_HTTP_PORT "9597" /* in examples: what no other exporter that we know of has */

enum conf_http_kind { CONF_HTTP_OFF, CONF_HTTP_UNIX, CONF_HTTP_TCP };

/* Where the metrics and the status page are served. */
struct conf_http {
	enum conf_http_kind kind;
	char path[CONF_PATH_SIZE]; /* of a unix socket */
	struct conf_address address;
	uint16_t port;
	unsigned int line;
};

struct conf {
	char file[CONF_TEXT_SIZE];
	enum conf_role role;
	bool is_drained; /* by command; no file says so */
	char control_socket[CONF_PATH_SIZE];
	char rule_log[CONF_TEXT_SIZE]; /* empty: none */
	struct conf_http http;
	char eal[CONF_MAX_EAL_ARGS][CONF_TEXT_SIZE];
	size_t eal_count;
	unsigned int workers;
	uint32_t buffers;
	bool poll;
	bool host; /* each interface has a host interface */
	struct conf_host_limits host_limits;
	bool forwards_ipv6; /* CE: the workers do, without a firewall; else Linux does */
	unsigned int forwards_ipv6_line;
	struct prefix6 martians6[CONF_MAX_MARTIANS6]; /* CE: neither source nor destination of what they forward */
	size_t martian6_count;
	struct conf_interface interfaces[CONF_MAX_INTERFACES]; /* [0] the IPv4 side, [1] the IPv6 side */
	size_t interface_count;
	struct conf_softwire *softwires; /* exactly one on a CE */
	size_t softwire_count;
	struct conf_nat nat;       /* CE */
	struct conf_access access; /* CE, with a provisioned softwire */
	struct conf_lan lan;       /* CE, with a provisioned softwire */
	struct conf_fragments fragments;
	struct conf_icmp icmp;
};

/*
 * Reads and checks a file, syntax and meaning: also that the rules form a rule set, that on a CE one of them matches
 * the end-user prefix, and that MTUs, next hops and addresses fit together. NULL with err->text "FILE:LINE: error: …"
 * and err->hint. Free with conf_free().
 */
struct conf *conf_load(const char *file, struct error *err);

/* Settings that may deviate from the RFCs, as they are written. */
const char *conf_port_reuse_word(const struct conf_nat *nat);
const char *conf_df_word(const struct conf_nat *nat);
const char *conf_ipv6_forward_word(const struct conf *conf);

/* Can others than those on this box reach it? */
bool conf_http_is_open(const struct conf_http *http);

/* What one must know about it, NULL when it is nothing. */
const char *conf_ipv6_forward_note(const struct conf *conf);

/*
 * What a CE's softwire comes to: addresses and ports. DS-Lite has MAP_PREFIX and 0.0.0.0/0: whatever the LAN has. 0, or -EINVAL
 * with the reason, without a place.
 */
int conf_derive(const struct conf_softwire *softwire, struct map_ce *ce, struct error *err);

/*
 * The provisioned softwire of a CE becomes what an offer makes of a prefix; `br` is the other end's address, which the offer may
 * only name. 0, or -EINVAL with the reason: then it is as it was. conf_clear_line() takes it away, and
 * keeps why.
 */
int
conf_set_line(struct conf *conf, const struct offer *offer, const struct prefix6 *prefix, u128 br, struct error *err);
void conf_clear_line(struct conf *conf, const struct error *why);

/*
 * What a file of rules says about a line: JSON or JSONP of a rule server (provision/rule_server.h), or a rule file (docs/config.md, "Rule
 * files"), of which the service counts that has the longest rule for the prefix. NULL as prefix: only reads it. 0, or a negative errno with
 * the reason: -ENOENT when no rule is for the prefix.
 */
int conf_rules_offer(const char *file, const struct prefix6 *prefix, struct offer *offer, struct error *err);

/* What the group `access.static` says about a line with this prefix. */
void conf_static_offer(const struct conf_access *access, const struct prefix6 *prefix, struct offer *offer);

/* NULL is allowed. */
void conf_free(struct conf *conf);

/* The bound rule that stands for a pool of domain number `domain`; in the rule set all pools come behind all rules. */
struct map_rule_spec conf_pool_spec(const struct conf_pool *pool, size_t domain);

/*
 * Rule files (docs/config.md, "Rule files").
 */
struct conf_service {
	char name[CONF_NAME_SIZE];
	bool has_br;
	u128 br;
	enum map_iid iid;
	struct map_rule_spec *rules; /* iid filled in, domain 0 */
	unsigned int *rule_lines;
	size_t rule_count;
};

struct conf_rule_file {
	char source[CONF_TEXT_SIZE];
	char date[CONF_NAME_SIZE];
	struct conf_service *services;
	size_t service_count;
};

/* Each rule is checked by itself and every service's rules as a set. NULL with the reason in err, as conf_load(). */
struct conf_rule_file *conf_rule_file_load(const char *file, struct error *err);

/* NULL when there is no service of that name. */
const struct conf_service *conf_rule_file_service(const struct conf_rule_file *rules, const char *name);

/* NULL is allowed. */
void conf_rule_file_free(struct conf_rule_file *rules);

#endif
