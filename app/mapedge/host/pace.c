/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/pace.h"

#include <endian.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>

#include "nft.h"

#define TABLE "mapedge-ra"
#define CHAIN "output"
#define DESTINATION_OFFSET 24
#define A_MINUTE 20 /* so many at 3 s, MIN_DELAY_BETWEEN_RAS */

struct pace {
	struct mnl_socket *owner;
};

struct devices {
	const unsigned int *ifindex;
	uint32_t count;
};

static void
put_limit(struct nlmsghdr *message)
{
	const struct nft_expression expression = nft_begin(message, "limit");

	mnl_attr_put_u64(message, NFTA_LIMIT_RATE, htobe64(A_MINUTE));
	mnl_attr_put_u64(message, NFTA_LIMIT_UNIT, htobe64(60));
	nft_put_number(message, NFTA_LIMIT_BURST, 1);
	nft_put_number(message, NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nft_end(message, expression);
}

/* oif DEVICE icmpv6 type nd-router-advert ip6 daddr ff02::1 */
static void
put_advertisement(struct nlmsghdr *message, uint32_t ifindex)
{
	static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 }, protocol = IPPROTO_ICMPV6, type = ND_ROUTER_ADVERT;

	nft_put_meta(message, NFT_META_OIF);
	nft_put_compare(message, NFT_CMP_EQ, &ifindex, sizeof(ifindex));
	nft_put_meta(message, NFT_META_L4PROTO);
	nft_put_compare(message, NFT_CMP_EQ, &protocol, sizeof(protocol));
	nft_put_payload(message, NFT_PAYLOAD_TRANSPORT_HEADER, 0, sizeof(type));
	nft_put_compare(message, NFT_CMP_EQ, &type, sizeof(type));
	nft_put_payload(message, NFT_PAYLOAD_NETWORK_HEADER, DESTINATION_OFFSET, sizeof(all_nodes));
	nft_put_compare(message, NFT_CMP_EQ, all_nodes, sizeof(all_nodes));
}

static void
fill_table(struct mnl_nlmsg_batch *batch, const void *context)
{
	const struct devices *devices = context;
	const uint32_t mark = PACE_MARK;
	struct nft_rule rule;

	nft_write_chain(batch, NFPROTO_IPV6, TABLE, CHAIN, NF_INET_LOCAL_OUT);
	for (uint32_t i = 0; i < devices->count; i++) {
		rule = nft_begin_rule(batch, NFPROTO_IPV6, TABLE, CHAIN, false);
		put_advertisement(rule.message, devices->ifindex[i]);
		put_limit(rule.message);
		nft_put_verdict(rule.message, NF_ACCEPT);
		nft_end_rule(batch, rule);
		rule = nft_begin_rule(batch, NFPROTO_IPV6, TABLE, CHAIN, i == devices->count - 1);
		put_advertisement(rule.message, devices->ifindex[i]);
		nft_put_meta(rule.message, NFT_META_MARK);
		nft_put_compare(rule.message, NFT_CMP_NEQ, &mark, sizeof(mark));
		nft_put_verdict(rule.message, NF_DROP);
		nft_end_rule(batch, rule);
	}
}

struct pace *
pace_open(const unsigned int *ifindex, uint32_t count, struct error *err)
{
	const struct devices devices = { ifindex, count };
	struct pace *pace = calloc(1, sizeof(*pace));
	int rc;

	if (pace == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	pace->owner = nft_open();
	rc = pace->owner == NULL ? -errno : nft_commit(pace->owner, fill_table, &devices);
	if (rc == 0)
		return pace;
	error_set(err, -rc, "lan.services: cannot pace router advertisements: nftables: %s", strerror(-rc));
	error_hint(err, "mapedge needs CAP_NET_ADMIN and a kernel with nf_tables and nft_limit (5.12 or later)");
	pace_close(pace);
	return NULL;
}

void
pace_close(struct pace *pace)
{
	if (pace == NULL)
		return;
	if (pace->owner != NULL)
		mnl_socket_close(pace->owner);
	free(pace);
}
