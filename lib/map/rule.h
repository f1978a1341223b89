/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mapping rules: RFC 7597 sections 5 and 6 as arithmetic.
 *
 *   Rule IPv6 prefix (n bits) | EA bits (o bits) | subnet id = 0 | interface identifier (64 bits)
 *   `----------- the CE's prefix ------------'
 *
 *   EA bits = the p = 32 - r address bits that the Rule IPv4 prefix leaves open, then k = o - p PSID bits.
 *
 * A rule is written by people as a struct map_rule_spec and used by packets as a struct map_rule, in which every length
 * of the spec has become a shift or a mask, so that one straight line of instructions serves every legal combination. Of a
 * CE's end, address and port, EA bits and PSID are bits under a mask: map_rule_end().
 */
#ifndef MAPEDGE_MAP_RULE_H
#define MAPEDGE_MAP_RULE_H

#include "base/addr.h"
#include "base/error.h"
#include "base/likely.h"
#include "map/portset.h"

#if defined(__BMI2__)
#include <immintrin.h>
#endif

#define MAP_MAX_EA_LEN 48
#define MAP_NO_RULE UINT32_MAX

enum map_iid {
	MAP_IID_RFC7597, /* 0000 | IPv4 (32) | PSID (16)            RFC 7597 section 6 */
	MAP_IID_DRAFT03, /* 00 | IPv4 (32) | PSID (16) | 00         draft-ietf-softwire-map-03 */
};

enum map_kind {
	MAP_SHARED, /* r + o > 32, a PSID was given, or a pool with k > 0: one address, some of its ports */
	MAP_FULL,   /* r + o = 32, or a pool with k = 0: one address, all ports */
	MAP_PREFIX, /* r + o < 32: an IPv4 prefix */
};

/*
 * A rule as configuration or provisioning gives it. A bound one is a pool: IPv4 addresses cut into port sets whose owners
 * no arithmetic finds but the bindings (map/binding.h). It has neither Rule IPv6 prefix nor EA bits nor a PSID.
 */
struct map_rule_spec {
	struct prefix6 ipv6; /* Rule IPv6 prefix, n */
	struct prefix4 ipv4; /* Rule IPv4 prefix, r; of a bound rule the pool */
	uint8_t ea_len;      /* o */
	uint8_t psid_offset; /* a */
	bool bound;          /* bindings say who has which port set */
	bool has_psid;       /* PSID comes from here, not from the EA bits */
	uint8_t psid_len;    /* k, only with has_psid or bound */
	uint16_t psid;       /* right-aligned, only with has_psid */
	bool fmr;            /* usable for forwarding, RFC 7597 section 5 */
	enum map_iid iid;
	uint16_t domain; /* index of the domain (BR) or softwire (CE) it belongs to */
};

/* A rule as packets use it: one cache line, written once by map_rule_compile(), then const. */
struct map_rule {
	u128 base;           /* Rule IPv6 prefix, zeros behind it */
	uint64_t ea_mask;    /* bits of the CE's end that are EA bits */
	uint64_t iid_mask;   /* and those of its address that go into the IID */
	uint32_t v4_base;    /* Rule IPv4 prefix */
	uint32_t next;       /* next one-to-one rule of the same address, MAP_NO_RULE at the end */
	uint16_t psid_mask;  /* bits of a port that are the PSID */
	uint16_t given_mask; /* the same when a PSID is given, else 0 */
	uint16_t given;      /* what they must be then */
	uint16_t psid_fixed; /* the given PSID, else 0 */
	uint16_t first_port; /* ports below belong to nobody (A = 0) */
	uint16_t domain;
	uint8_t psid_shift;  /* m */
	uint8_t psid_ea_len; /* k when the EA bits carry the PSID, else 0 */
	uint8_t v4_shift;    /* address bits below the EA bits (prefix mode) */
	uint8_t eup_shift;   /* 128 - n - o */
	uint8_t iid_shift;   /* 0 (RFC 7597) or 8 (draft-03) */
	bool shadowed;       /* another rule's IPv6 prefix lies inside this one's */
	bool bound;          /* the bindings know the CEs; no function with an IPv6 address below is for this rule */
	bool is_usual;       /* EA bits in the upper half of the address say all: not bound, no PSID given, no `next` */
	uint8_t kind;        /* enum map_kind */
	/* no packet asks for what follows; map_rule_spec_of() does */
	uint8_t v6_len; /* n */
	uint8_t v4_len; /* r */
	uint8_t psid_offset : 4;
	bool has_psid : 1;
	bool fmr : 1;
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct map_rule) == 64, "a rule is one cache line");

/* What a CE derives from the rule that matches its End-user IPv6 prefix (the BMR). */
struct map_ce {
	enum map_kind kind;
	struct prefix4 ipv4;   /* /32 unless kind is MAP_PREFIX */
	struct portset ports;  /* psid_len 0 unless kind is MAP_SHARED */
	u128 address;          /* the MAP IPv6 address */
	struct prefix6 prefix; /* Rule IPv6 prefix + EA bits: the part the BR can know */
	bool outside_prefix; /* address is not inside the End-user prefix (its bits behind the EA bits are not zero) */
};

/*
 * Checks a rule by itself and compiles it. 0, or -EINVAL with the reason in err; domain and everything that depends on
 * other rules (next, shadowed) is left for ruleset_build(). RFC 7597 sections 5.1, 5.2, 6.
 */
int map_rule_compile(const struct map_rule_spec *spec, struct map_rule *rule, struct error *err);

/* What map_rule_compile() was given, as people read it. Nobody need keep both. */
struct map_rule_spec map_rule_spec_of(const struct map_rule *rule);

/* Kind and PSID length of a rule that map_rule_compile() has accepted. */
enum map_kind map_rule_kind(const struct map_rule_spec *spec);
uint8_t map_rule_psid_len(const struct map_rule_spec *spec);

/*
 * Derives address, port set and MAP address for an End-user IPv6 prefix. 0, or -EINVAL with the reason when the prefix
 * is outside the rule or shorter than rule + EA bits, or the rule is bound. RFC 7597 sections 5.2, 6.
 */
int map_ce_derive(const struct map_rule_spec *spec, const struct prefix6 *end_user_prefix, struct map_ce *ce,
    struct error *err);

/*
 * The basic mapping rule for an End-user IPv6 prefix: the longest match among the rules that are not longer than the
 * prefix itself (RFC 7597 section 5). NULL when there is none. Bound rules do not count.
 */
const struct map_rule_spec *
map_find_bmr(const struct map_rule_spec *rules, size_t count, const struct prefix6 *end_user_prefix);

/* The end that address and port are, as one number. */
static inline uint64_t
map_rule_end(uint32_t ipv4, uint16_t port)
{
	return (uint64_t)ipv4 << 16 | port;
}

/* The interface identifier of the CE that has this end. */
static inline uint64_t
map_rule_iid(const struct map_rule *rule, uint64_t end)
{
	return ((end & rule->iid_mask) | (end & rule->psid_mask) >> rule->psid_shift) << rule->iid_shift;
}

/* The EA bits of the CE that has this end. They lie in two runs, one of the address and one of the port. */
static inline uint64_t
map_rule_ea_by_runs(const struct map_rule *rule, uint64_t end)
{
	const uint64_t ea = end & rule->ea_mask;

	return ea >> 16 >> rule->v4_shift << rule->psid_ea_len | (ea & 0xffff) >> rule->psid_shift;
}

/* The same, by the one instruction that collects bits where there is one. */
static inline uint64_t
map_rule_ea(const struct map_rule *rule, uint64_t end)
{
#if defined(__BMI2__)
	return _pext_u64(end, rule->ea_mask);
#else
	return map_rule_ea_by_runs(rule, end);
#endif
}

/* As below, where the EA bits end in the upper half: 64-bit arithmetic will do. */
static inline u128
map_rule_usual_address_of(const struct map_rule *rule, uint64_t end)
{
	const uint64_t ea = map_rule_ea(rule, end);

	return rule->base | u128_make(ea << (rule->eup_shift % 64), map_rule_iid(rule, end));
}

/* The MAP IPv6 address of the CE that has this end, as map_rule_address() below. */
static inline u128
map_rule_address_of(const struct map_rule *rule, uint64_t end)
{
	if (likely(rule->eup_shift >= 64))
		return map_rule_usual_address_of(rule, end);
	return rule->base | (u128)map_rule_ea(rule, end) << rule->eup_shift |
	    (map_rule_iid(rule, end) & ((UINT64_C(1) << rule->eup_shift) - 1));
}

/* The PSID field of a port under this rule, right-aligned. */
static inline uint16_t
map_rule_psid(const struct map_rule *rule, uint16_t port)
{
	return (uint16_t)((port & rule->psid_mask) >> rule->psid_shift);
}

/*
 * Does some CE under this rule own the port? Not when A = 0, nor when the rule's given PSID is another. Under a bound
 * rule that means: ask the bindings for the port's map_rule_psid().
 */
static inline bool
map_rule_owns(const struct map_rule *rule, uint16_t port)
{
	return port >= rule->first_port && (port & rule->given_mask) == rule->given;
}

/*
 * The MAP IPv6 address of the CE that has this IPv4 address and port (or ICMP identifier). The address must be inside
 * the Rule IPv4 prefix and map_rule_owns() must hold. RFC 7597 section 5.3.
 */
static inline u128
map_rule_address(const struct map_rule *rule, uint32_t ipv4, uint16_t port)
{
	return map_rule_address_of(rule, map_rule_end(ipv4, port));
}

/* The IPv4 address (in prefix mode: the first of the prefix) that an IPv6 address under this rule embeds. */
static inline uint32_t
map_rule_embedded_ipv4(const struct map_rule *rule, u128 addr)
{
	const uint64_t ea = (uint64_t)(addr >> rule->eup_shift);

	return rule->v4_base |
	    ((uint32_t)(ea >> rule->psid_ea_len) << rule->v4_shift & (uint32_t)(rule->ea_mask >> 16));
}

/* The PSID it embeds, or that the rule gives. */
static inline uint16_t
map_rule_embedded_psid(const struct map_rule *rule, u128 addr)
{
	const uint16_t ea_mask = (uint16_t)((uint16_t)rule->ea_mask >> rule->psid_shift);

	return (uint16_t)(addr >> rule->eup_shift & ea_mask) | rule->psid_fixed;
}

/* Can both IPv4 addresses be one CE's? In prefix mode it has several. */
static inline bool
map_rule_same_ipv4(const struct map_rule *rule, uint32_t one, uint32_t other)
{
	return ((one ^ other) & (uint32_t)(rule->iid_mask >> 16)) == 0;
}

/* Do both addresses agree in Rule IPv6 prefix and EA bits? (The weaker of the two source checks.) */
static inline bool
map_rule_same_ce(const struct map_rule *rule, u128 one, u128 other)
{
	return (one ^ other) >> rule->eup_shift == 0;
}

#endif
