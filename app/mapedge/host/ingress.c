/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/ingress.h"

#include <stdlib.h>

#include "nft.h"

#define TABLE "mapedge-lan"
#define CHAIN "forward"
#define POLICY_FAIL 5 /* RFC 4443 section 3.1 */
#define MAX_RULES (UNIQUE_LOCAL_RULES + INGRESS_MAX_NETWORKS * RULES_OF_NETWORK)
#define UNIQUE_LOCAL_RULES 4
#define RULES_OF_NETWORK 5

struct ingress {
	struct mnl_socket *owner;
	unsigned int wan;
};

enum action { PASS, DROP, REFUSE };
enum end { SOURCE, DESTINATION };

/* All of it must be so; the first rule that matches counts. */
struct rule {
	uint32_t in, out;      /* devices, 0: any */
	bool is_ipv4;          /* then of the prefix's address only the lower 32 bits count, and its length is IPv4's */
	bool is_outside;       /* the address is not in the prefix */
	enum end end;          /* which address */
	struct prefix6 prefix; /* length 0: any address */
	enum action action;
};

struct rules {
	uint32_t count;
	struct rule at[MAX_RULES];
};

/* ---- a rule ----------------------------------------------------------------------------------------------------- */

static void
put_device(struct nlmsghdr *message, uint32_t key, uint32_t ifindex)
{
	nft_put_meta(message, key);
	nft_put_compare(message, NFT_CMP_EQ, &ifindex, sizeof(ifindex));
}

/* The source stands in front of the destination, in either header. */
static void
put_address(struct nlmsghdr *message, const struct rule *rule)
{
	struct ip6 wire, mask, zero = { { 0 } };
	const uint32_t len = rule->is_ipv4 ? 4 : 16, first = rule->is_ipv4 ? 12 : 8, skip = sizeof(wire) - len;
	struct nft_expression expression;

	ip6_store(&wire, rule->prefix.addr);
	ip6_store(&mask, mask6((uint8_t)(rule->prefix.len + 8 * skip)));
	nft_put_payload(message, NFT_PAYLOAD_NETWORK_HEADER, first + (rule->end == DESTINATION ? len : 0), len);
	expression = nft_begin(message, "bitwise");
	nft_put_number(message, NFTA_BITWISE_SREG, NFT_REG_1);
	nft_put_number(message, NFTA_BITWISE_DREG, NFT_REG_1);
	nft_put_number(message, NFTA_BITWISE_LEN, len);
	nft_put_data(message, NFTA_BITWISE_MASK, (const uint8_t *)&mask + skip, len);
	nft_put_data(message, NFTA_BITWISE_XOR, &zero, len);
	nft_end(message, expression);
	nft_put_compare(message, rule->is_outside ? NFT_CMP_NEQ : NFT_CMP_EQ, (const uint8_t *)&wire + skip, len);
}

static void
put_reject(struct nlmsghdr *message)
{
	const struct nft_expression expression = nft_begin(message, "reject");

	nft_put_number(message, NFTA_REJECT_TYPE, NFT_REJECT_ICMP_UNREACH);
	mnl_attr_put_u8(message, NFTA_REJECT_ICMP_CODE, POLICY_FAIL);
	nft_end(message, expression);
}

static void
write_rule(struct mnl_nlmsg_batch *batch, const struct rule *rule, bool is_last)
{
	const uint8_t family = rule->is_ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	const struct nft_rule written = nft_begin_rule(batch, family, TABLE, CHAIN, is_last);

	if (rule->in != 0)
		put_device(written.message, NFT_META_IIF, rule->in);
	if (rule->out != 0)
		put_device(written.message, NFT_META_OIF, rule->out);
	if (rule->prefix.len > 0)
		put_address(written.message, rule);
	if (rule->action == REFUSE)
		put_reject(written.message);
	else
		nft_put_verdict(written.message, rule->action == PASS ? NF_ACCEPT : NF_DROP);
	nft_end_rule(batch, written);
}

static void
fill_tables(struct mnl_nlmsg_batch *batch, const void *context)
{
	const struct rules *rules = context;

	nft_write_chain(batch, NFPROTO_IPV4, TABLE, CHAIN, NF_INET_FORWARD);
	nft_write_chain(batch, NFPROTO_IPV6, TABLE, CHAIN, NF_INET_FORWARD);
	for (uint32_t i = 0; i < rules->count; i++)
		write_rule(batch, &rules->at[i], i == rules->count - 1);
}

/* ---- what they say ----------------------------------------------------------------------------------------------- */

static void
add(struct rules *rules, struct rule rule)
{
	rules->at[rules->count++] = rule;
}

/* RFC 7084 ULA-4, RFC 4193 section 4.3: a site border router. Our own hosts are told. */
static void
add_border(struct rules *rules, uint32_t wan)
{
	static const struct prefix6 unique_local = { (u128)0xfc << 120, 7 };

	for (enum end end = SOURCE; end <= DESTINATION; end++) {
		add(rules, (struct rule){ .out = wan, .end = end, .prefix = unique_local, .action = REFUSE });
		add(rules, (struct rule){ .in = wan, .end = end, .prefix = unique_local, .action = DROP });
	}
}

/* What another network has of the prefix the LAN has not. */
static void
add_network(struct rules *rules, const struct ingress_network *network, unsigned int lan)
{
	const uint32_t in = network->ifindex;
	const struct prefix6 subnet4 = { network->subnet4.addr, network->subnet4.len };

	if (in != lan && network->prefix.len > 0)
		add(rules, (struct rule){ .in = lan, .prefix = network->prefix, .action = REFUSE });
	if (network->prefix.len > 0)
		add(rules, (struct rule){ .in = in, .prefix = network->prefix });
	if (network->ula.len > 0)
		add(rules, (struct rule){ .in = in, .prefix = network->ula });
	add(rules, (struct rule){ .in = in, .action = REFUSE });
	if (network->subnet4.len > 0)
		add(rules,
		    (struct rule){ .in = in, .is_ipv4 = true, .is_outside = true, .prefix = subnet4, .action = DROP });
}

int
ingress_set(struct ingress *ingress, const struct ingress_network *networks, uint32_t count)
{
	struct rules rules = { 0 };

	add_border(&rules, ingress->wan);
	for (uint32_t i = count; i-- > 0;) /* the LAN last: what others have is refused before its prefix passes */
		add_network(&rules, &networks[i], networks[0].ifindex);
	return nft_commit(ingress->owner, fill_tables, &rules);
}

struct ingress *
ingress_open(unsigned int wan, const struct ingress_network *networks, uint32_t count, struct error *err)
{
	struct ingress *ingress = calloc(1, sizeof(*ingress));
	int rc;

	if (ingress == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	ingress->wan = wan;
	ingress->owner = nft_open();
	rc = ingress->owner == NULL ? -errno : ingress_set(ingress, networks, count);
	if (rc == 0)
		return ingress;
	error_set(err, -rc, "lan: cannot tell Linux which sources to forward: nftables: %s", strerror(-rc));
	error_hint(err, "mapedge needs CAP_NET_ADMIN and a kernel with nf_tables and nft_reject (5.12 or later)");
	ingress_close(ingress);
	return NULL;
}

void
ingress_close(struct ingress *ingress)
{
	if (ingress == NULL)
		return;
	if (ingress->owner != NULL)
		mnl_socket_close(ingress->owner);
	free(ingress);
}
