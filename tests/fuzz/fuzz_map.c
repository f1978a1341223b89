/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One mapping rule: what is accepted, and the arithmetic both ways, against RFC 7597 sections 5 and 6 done bit by bit as
 * they are written there: a string of 128 bits into which fields are put one after the other.
 */
#include "fuzz.h"
#include "map/rule.h"

/* ---- bit by bit ------------------------------------------------------------------------------------------------- */

struct bits {
	bool bit[128]; /* the first is the most significant */
};

static void
put(struct bits *bits, unsigned int at, uint64_t value, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		bits->bit[at + i] = value >> (count - 1 - i) & 1;
}

static uint64_t
get(const struct bits *bits, unsigned int at, unsigned int count)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < count; i++)
		value = value << 1 | bits->bit[at + i];
	return value;
}

static u128
number_of(const struct bits *bits)
{
	u128 number = 0;

	for (unsigned int i = 0; i < 128; i++)
		number = number << 1 | bits->bit[i];
	return number;
}

/* ---- the rule as the RFC reads it ------------------------------------------------------------------------------- */

static bool
has_bits_behind(u128 number, unsigned int width, unsigned int len)
{
	for (unsigned int i = len; i < width; i++) {
		if (number >> (width - 1 - i) & 1)
			return true;
	}
	return false;
}

/* k: section 5.2; a given PSID needs one whole address. A pool says it itself. */
static unsigned int
psid_len(const struct map_rule_spec *spec)
{
	const unsigned int v4_len = spec->ipv4.len + (unsigned int)spec->ea_len;

	if (spec->bound)
		return spec->psid_len;
	if (v4_len > 32)
		return v4_len - 32;
	return v4_len == 32 && spec->has_psid ? spec->psid_len : 0;
}

static bool
is_legal(const struct map_rule_spec *spec)
{
	const unsigned int n = spec->ipv6.len, r = spec->ipv4.len, o = spec->ea_len, a = spec->psid_offset;

	if (n > 128 || r > 32 || has_bits_behind(spec->ipv6.addr, 128, n) || has_bits_behind(spec->ipv4.addr, 32, r))
		return false;
	if (n >= 8 && spec->ipv6.addr >> 120 == 0xff)
		return false;
	if (spec->bound != (n + o == 0) || (spec->bound && (spec->has_psid || spec->psid_len > 16)))
		return false;
	if (o > 48 || n + o > 128 || r + o > 48 || a > 15)
		return false;
	if (spec->has_psid && (r + o != 32 || spec->psid_len > 16 || spec->psid >> spec->psid_len != 0))
		return false;
	return psid_len(spec) == 0 || a + psid_len(spec) <= 16;
}

/* The PSID field of a port: section 5.1, figure 2. */
static unsigned int
psid_of(const struct map_rule_spec *spec, uint16_t port)
{
	const unsigned int k = psid_len(spec);
	struct bits bits;

	if (k == 0)
		return 0;
	put(&bits, 0, port, 16);
	return (unsigned int)get(&bits, spec->psid_offset, k);
}

static bool
is_owned(const struct map_rule_spec *spec, uint16_t port)
{
	struct bits bits;

	if (psid_len(spec) == 0)
		return true;
	put(&bits, 0, port, 16);
	if (spec->psid_offset > 0 && get(&bits, 0, spec->psid_offset) == 0)
		return false;
	return !spec->has_psid || psid_of(spec, port) == spec->psid;
}

/* Section 6 and, for draft 03, its identifier one byte further to the left; then prefix and EA bits, section 5.2. */
static u128
address_of(const struct map_rule_spec *spec, uint32_t ipv4, uint16_t port)
{
	const unsigned int r = spec->ipv4.len, v4_len = r + spec->ea_len < 32 ? r + spec->ea_len : 32;
	const unsigned int iid = spec->iid == MAP_IID_DRAFT03 ? 72 : 80, psid = psid_of(spec, port);
	struct bits bits = { { false } }, v4 = { { false } };

	put(&v4, 0, ipv4, 32);
	put(&bits, iid, get(&v4, 0, v4_len), v4_len);
	put(&bits, iid + 32, psid, 16);
	for (unsigned int i = 0; i < spec->ipv6.len; i++)
		bits.bit[i] = spec->ipv6.addr >> (127 - i) & 1;
	for (unsigned int i = 0; i < v4_len - r; i++)
		bits.bit[spec->ipv6.len + i] = v4.bit[r + i];
	if (!spec->has_psid)
		put(&bits, spec->ipv6.len + v4_len - r, psid, psid_len(spec));
	return number_of(&bits);
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

static void
compare_end(const struct map_rule_spec *spec, const struct map_rule *rule, uint32_t ipv4, uint16_t port)
{
	const unsigned int v4_len = spec->ipv4.len + (unsigned int)spec->ea_len;
	const u128 address = address_of(spec, ipv4, port);

	require(map_rule_owns(rule, port) == is_owned(spec, port), "who owns a port");
	if (!is_owned(spec, port))
		return;
	require(map_rule_psid(rule, port) == psid_of(spec, port), "the PSID of a port");
	if (spec->bound)
		return;
	require(map_rule_address(rule, ipv4, port) == address, "the MAP address");
	require(map_rule_embedded_ipv4(rule, address) == (ipv4 & mask4(v4_len < 32 ? v4_len : 32)),
	    "the embedded address");
	require(map_rule_embedded_psid(rule, address) == psid_of(spec, port), "the embedded PSID");
	require(map_rule_same_ce(rule, address, address ^ 1) == (spec->ipv6.len + spec->ea_len < 128), "the same CE");
}

/* The CE's side, for an end-user prefix of at least the rule's length whose other bits are zero. */
static void
compare_ce(const struct map_rule_spec *spec, uint32_t ipv4, uint16_t port, unsigned int longer)
{
	const unsigned int eup_len = spec->ipv6.len + (unsigned int)spec->ea_len;
	const unsigned int v4_len = spec->ipv4.len + (unsigned int)spec->ea_len;
	struct prefix6 eup = { address_of(spec, ipv4, port), (uint8_t)(eup_len + longer % (129 - eup_len)) };
	struct error err;
	struct map_ce ce;
	u128 address;

	for (unsigned int i = eup_len; i < 128; i++)
		eup.addr &= ~((u128)1 << (127 - i));
	require(map_ce_derive(spec, &eup, &ce, &err) == 0, "an end-user prefix under the rule");
	require(ce.ipv4.len == (v4_len < 32 ? v4_len : 32) && ce.ipv4.addr == (ipv4 & mask4(ce.ipv4.len)),
	    "the CE's address");
	require(ce.ports.psid_len == psid_len(spec), "the CE's PSID length");
	require(ce.ports.psid == (spec->has_psid ? spec->psid : psid_of(spec, port)), "the CE's PSID");
	require(portset_contains(&ce.ports, port) == is_owned(spec, port), "the CE's ports");
	require(portset_count(&ce.ports) > 0, "a CE without ports");
	address = address_of(spec, ce.ipv4.addr, portset_port(&ce.ports, 0));
	require(ce.address == address, "the CE's MAP address");
	require(ce.outside_prefix == (((address ^ eup.addr) & mask6(eup.len)) != 0), "MAP address and end-user prefix");
	eup.len = (uint8_t)(eup_len - 1);
	require(map_ce_derive(spec, &eup, &ce, &err) < 0, "an end-user prefix that is too short");
}

/* Half of the rules are made legal where that is easy, or few would get any further. */
static struct map_rule_spec
some_rule(struct input *input)
{
	const uint8_t how = input_byte(input);
	struct map_rule_spec spec = { .ipv6.len = input_byte(input),
		.ipv4.len = input_byte(input),
		.ea_len = input_byte(input),
		.psid_offset = input_byte(input),
		.has_psid = (how & 2) != 0,
		.bound = (how & 8) != 0,
		.fmr = true,
		.iid = (how & 4) != 0 ? MAP_IID_DRAFT03 : MAP_IID_RFC7597 };
	const uint64_t high = input_number(input, 8), low = input_number(input, 8);

	spec.ipv6.addr = u128_make(high, low);
	spec.ipv4.addr = (uint32_t)input_number(input, 4);
	if (spec.has_psid || spec.bound)
		spec.psid_len = input_byte(input);
	if (spec.has_psid)
		spec.psid = (uint16_t)input_number(input, 2);
	if ((how & 1) == 0)
		return spec;
	spec.ipv6.len %= 129;
	spec.ipv4.len %= 33;
	spec.ea_len %= 49;
	spec.psid_offset %= 16;
	spec.ipv6.addr &= mask6(spec.ipv6.len);
	spec.ipv4.addr &= mask4(spec.ipv4.len);
	if (spec.has_psid) {
		spec.ea_len = (uint8_t)(32 - spec.ipv4.len);
		spec.psid_len %= 17;
		spec.psid &= (uint16_t)((1u << spec.psid_len) - 1);
	}
	if (spec.bound) {
		spec.ipv6 = (struct prefix6){ 0 };
		spec.ea_len = 0;
		spec.psid_len %= 17;
	}
	return spec;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct map_rule_spec spec = some_rule(&input);
	struct map_rule rule;
	struct error err;
	const bool accepted = map_rule_compile(&spec, &rule, &err) == 0;

	require(accepted == is_legal(&spec), "whether a rule is legal");
	for (int i = 0; i < 8 && accepted; i++) {
		const uint32_t host = (uint32_t)input_number(&input, 4);
		const uint32_t ipv4 = spec.ipv4.addr | (host & ~mask4(spec.ipv4.len));
		const uint16_t port = (uint16_t)input_number(&input, 2);

		compare_end(&spec, &rule, ipv4, port);
		if (is_owned(&spec, port) && !spec.bound)
			compare_ce(&spec, ipv4, port, input_byte(&input));
	}
	return 0;
}
