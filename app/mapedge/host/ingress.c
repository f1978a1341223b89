/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/ingress.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>

#define BUFFER_SIZE 4096
#define SEQUENCE 1
#define TABLE "mapedge-lan"
#define CHAIN "forward"
#define SUBSYSTEM (NFNL_SUBSYS_NFTABLES << 8)
#define SOURCE_OFFSET 8 /* in an IPv6 header */
#define ADDRESS_LEN 16
#define POLICY_FAIL 5 /* RFC 4443 section 3.1 */

struct ingress {
	struct mnl_socket *owner;
	unsigned int ifindex;
};

/* ---- messages --------------------------------------------------------------------------------------------------- */

static struct nlmsghdr *
add_message(struct mnl_nlmsg_batch *batch, uint16_t type, uint16_t flags, uint8_t family, uint16_t resource)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch));
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

	message->nlmsg_type = type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = SEQUENCE;
	*head = (struct nfgenmsg){ family, NFNETLINK_V0, htons(resource) };
	return message;
}

static void
put_number(struct nlmsghdr *message, uint16_t type, uint32_t value)
{
	mnl_attr_put_u32(message, type, htonl(value));
}

static void
put_data(struct nlmsghdr *message, uint16_t type, const void *data, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);

	mnl_attr_put(message, NFTA_DATA_VALUE, len, data);
	mnl_attr_nest_end(message, nest);
}

/* ---- expressions: all calculate in the first register ------------------------------------------------------------ */

struct expression {
	struct nlattr *element, *data;
};

static struct expression
begin(struct nlmsghdr *message, const char *name)
{
	struct expression expression = { .element = mnl_attr_nest_start(message, NFTA_LIST_ELEM) };

	mnl_attr_put_strz(message, NFTA_EXPR_NAME, name);
	expression.data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	return expression;
}

static void
finish(struct nlmsghdr *message, struct expression expression)
{
	mnl_attr_nest_end(message, expression.data);
	mnl_attr_nest_end(message, expression.element);
}

static void
put_compare(struct nlmsghdr *message, uint32_t operation, const void *data, size_t len)
{
	const struct expression expression = begin(message, "cmp");

	put_number(message, NFTA_CMP_SREG, NFT_REG_1);
	put_number(message, NFTA_CMP_OP, operation);
	put_data(message, NFTA_CMP_DATA, data, len);
	finish(message, expression);
}

static void
put_from_device(struct nlmsghdr *message, uint32_t ifindex)
{
	const struct expression expression = begin(message, "meta");

	put_number(message, NFTA_META_DREG, NFT_REG_1);
	put_number(message, NFTA_META_KEY, NFT_META_IIF);
	finish(message, expression);
	put_compare(message, NFT_CMP_EQ, &ifindex, sizeof(ifindex));
}

static void
put_source_outside(struct nlmsghdr *message, const struct prefix6 *prefix)
{
	struct ip6 wire, mask, zero = { { 0 } };
	struct expression expression = begin(message, "payload");

	ip6_store(&wire, prefix->addr);
	ip6_store(&mask, mask6(prefix->len));
	put_number(message, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_number(message, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	put_number(message, NFTA_PAYLOAD_OFFSET, SOURCE_OFFSET);
	put_number(message, NFTA_PAYLOAD_LEN, ADDRESS_LEN);
	finish(message, expression);
	expression = begin(message, "bitwise");
	put_number(message, NFTA_BITWISE_SREG, NFT_REG_1);
	put_number(message, NFTA_BITWISE_DREG, NFT_REG_1);
	put_number(message, NFTA_BITWISE_LEN, ADDRESS_LEN);
	put_data(message, NFTA_BITWISE_MASK, &mask, sizeof(mask));
	put_data(message, NFTA_BITWISE_XOR, &zero, sizeof(zero));
	finish(message, expression);
	put_compare(message, NFT_CMP_NEQ, &wire, sizeof(wire));
}

static void
put_reject(struct nlmsghdr *message)
{
	const struct expression expression = begin(message, "reject");

	put_number(message, NFTA_REJECT_TYPE, NFT_REJECT_ICMP_UNREACH);
	mnl_attr_put_u8(message, NFTA_REJECT_ICMP_CODE, POLICY_FAIL);
	finish(message, expression);
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static void
write_chain(struct mnl_nlmsg_batch *batch)
{
	struct nlmsghdr *message;
	struct nlattr *hook;

	message = add_message(batch, SUBSYSTEM | NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_IPV6, 0);
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, TABLE);
	put_number(message, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	mnl_nlmsg_batch_next(batch);
	message = add_message(batch, SUBSYSTEM | NFT_MSG_NEWCHAIN, NLM_F_CREATE, NFPROTO_IPV6, 0);
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, TABLE);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, CHAIN);
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "filter");
	hook = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	put_number(message, NFTA_HOOK_HOOKNUM, NF_INET_FORWARD);
	put_number(message, NFTA_HOOK_PRIORITY, 0);
	mnl_attr_nest_end(message, hook);
	mnl_nlmsg_batch_next(batch);
}

/* iif LAN ip6 saddr != PREFIX reject with icmpv6 type policy-fail; in the place of the one before. */
static void
write_rule(struct mnl_nlmsg_batch *batch, unsigned int ifindex, const struct prefix6 *prefix)
{
	struct nlmsghdr *message = add_message(batch, SUBSYSTEM | NFT_MSG_DELRULE, 0, NFPROTO_IPV6, 0);
	struct nlattr *list;

	mnl_attr_put_strz(message, NFTA_RULE_TABLE, TABLE);
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, CHAIN);
	mnl_nlmsg_batch_next(batch);
	message = add_message(batch, SUBSYSTEM | NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_ACK, NFPROTO_IPV6, 0);
	mnl_attr_put_strz(message, NFTA_RULE_TABLE, TABLE);
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, CHAIN);
	list = mnl_attr_nest_start(message, NFTA_RULE_EXPRESSIONS);
	put_from_device(message, ifindex);
	if (prefix != NULL)
		put_source_outside(message, prefix);
	put_reject(message);
	mnl_attr_nest_end(message, list);
	mnl_nlmsg_batch_next(batch);
}

int
ingress_allow(struct ingress *ingress, const struct prefix6 *prefix)
{
	char buffer[BUFFER_SIZE];
	struct mnl_nlmsg_batch *batch;
	ssize_t len;
	int rc;

	if (ingress == NULL)
		return 0;
	batch = mnl_nlmsg_batch_start(buffer, sizeof(buffer));
	if (batch == NULL)
		return -ENOMEM;
	add_message(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	write_chain(batch);
	write_rule(batch, ingress->ifindex, prefix);
	add_message(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	len = mnl_socket_sendto(ingress->owner, mnl_nlmsg_batch_head(batch), mnl_nlmsg_batch_size(batch));
	mnl_nlmsg_batch_stop(batch);
	if (len >= 0)
		len = mnl_socket_recvfrom(ingress->owner, buffer, sizeof(buffer));
	if (len < 0)
		return -errno;
	rc = mnl_cb_run(buffer, (size_t)len, SEQUENCE, mnl_socket_get_portid(ingress->owner), NULL, NULL);
	return rc < 0 ? -errno : 0;
}

struct ingress *
ingress_open(unsigned int ifindex, struct error *err)
{
	struct ingress *ingress = calloc(1, sizeof(*ingress));
	int rc;

	if (ingress == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	ingress->ifindex = ifindex;
	ingress->owner = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	rc = ingress->owner == NULL || mnl_socket_bind(ingress->owner, 0, MNL_SOCKET_AUTOPID) < 0
	    ? -errno
	    : ingress_allow(ingress, NULL);
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
