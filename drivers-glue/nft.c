/* SPDX-License-Identifier: BSD-3-Clause */
#include "nft.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#define BUFFER_SIZE 32768 /* the largest table: 49 rules of less than 400 bytes */
#define SEQUENCE 1        /* one batch at a time */

struct mnl_socket *
nft_open(void)
{
	struct mnl_socket *owner = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);

	if (owner == NULL || mnl_socket_bind(owner, 0, MNL_SOCKET_AUTOPID) == 0)
		return owner;
	mnl_socket_close(owner);
	return NULL;
}

static struct nlmsghdr *
put_message(struct mnl_nlmsg_batch *batch, uint16_t type, uint16_t flags, uint8_t family, uint16_t resource)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch));
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

	message->nlmsg_type = type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = SEQUENCE;
	*head = (struct nfgenmsg){ family, NFNETLINK_V0, htons(resource) };
	return message;
}

struct nlmsghdr *
nft_message(struct mnl_nlmsg_batch *batch, uint16_t type, uint16_t flags, uint8_t family)
{
	return put_message(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, family, 0);
}

/* ---- chains and rules ------------------------------------------------------------------------------------------- */

void
nft_write_chain(struct mnl_nlmsg_batch *batch, uint8_t family, const char *table, const char *chain, uint32_t hook)
{
	struct nlmsghdr *message;
	struct nlattr *nest;

	message = nft_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, family);
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, table);
	nft_put_number(message, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	mnl_nlmsg_batch_next(batch);
	message = nft_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, family);
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, chain);
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "filter");
	nest = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	nft_put_number(message, NFTA_HOOK_HOOKNUM, hook);
	nft_put_number(message, NFTA_HOOK_PRIORITY, 0);
	mnl_attr_nest_end(message, nest);
	mnl_nlmsg_batch_next(batch);
	message = nft_message(batch, NFT_MSG_DELRULE, 0, family);
	mnl_attr_put_strz(message, NFTA_RULE_TABLE, table);
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, chain);
	mnl_nlmsg_batch_next(batch);
}

struct nft_rule
nft_begin_rule(struct mnl_nlmsg_batch *batch, uint8_t family, const char *table, const char *chain, bool is_last)
{
	const uint16_t flags = NLM_F_CREATE | NLM_F_APPEND | (is_last ? NLM_F_ACK : 0);
	struct nft_rule rule = { .message = nft_message(batch, NFT_MSG_NEWRULE, flags, family) };

	mnl_attr_put_strz(rule.message, NFTA_RULE_TABLE, table);
	mnl_attr_put_strz(rule.message, NFTA_RULE_CHAIN, chain);
	rule.list = mnl_attr_nest_start(rule.message, NFTA_RULE_EXPRESSIONS);
	return rule;
}

void
nft_end_rule(struct mnl_nlmsg_batch *batch, struct nft_rule rule)
{
	mnl_attr_nest_end(rule.message, rule.list);
	mnl_nlmsg_batch_next(batch);
}

/* ---- expressions ------------------------------------------------------------------------------------------------ */

struct nft_expression
nft_begin(struct nlmsghdr *message, const char *name)
{
	struct nft_expression expression = { .element = mnl_attr_nest_start(message, NFTA_LIST_ELEM) };

	mnl_attr_put_strz(message, NFTA_EXPR_NAME, name);
	expression.data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	return expression;
}

void
nft_end(struct nlmsghdr *message, struct nft_expression expression)
{
	mnl_attr_nest_end(message, expression.data);
	mnl_attr_nest_end(message, expression.element);
}

void
nft_put_data(struct nlmsghdr *message, uint16_t type, const void *data, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);

	mnl_attr_put(message, NFTA_DATA_VALUE, len, data);
	mnl_attr_nest_end(message, nest);
}

void
nft_put_compare(struct nlmsghdr *message, uint32_t operation, const void *data, size_t len)
{
	const struct nft_expression expression = nft_begin(message, "cmp");

	nft_put_number(message, NFTA_CMP_SREG, NFT_REG_1);
	nft_put_number(message, NFTA_CMP_OP, operation);
	nft_put_data(message, NFTA_CMP_DATA, data, len);
	nft_end(message, expression);
}

void
nft_put_meta(struct nlmsghdr *message, uint32_t key)
{
	const struct nft_expression expression = nft_begin(message, "meta");

	nft_put_number(message, NFTA_META_DREG, NFT_REG_1);
	nft_put_number(message, NFTA_META_KEY, key);
	nft_end(message, expression);
}

void
nft_put_payload(struct nlmsghdr *message, uint32_t base, uint32_t offset, uint32_t len)
{
	const struct nft_expression expression = nft_begin(message, "payload");

	nft_put_number(message, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nft_put_number(message, NFTA_PAYLOAD_BASE, base);
	nft_put_number(message, NFTA_PAYLOAD_OFFSET, offset);
	nft_put_number(message, NFTA_PAYLOAD_LEN, len);
	nft_end(message, expression);
}

void
nft_put_verdict(struct nlmsghdr *message, uint32_t verdict)
{
	const struct nft_expression expression = nft_begin(message, "immediate");
	struct nlattr *data, *nest;

	nft_put_number(message, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = mnl_attr_nest_start(message, NFTA_IMMEDIATE_DATA);
	nest = mnl_attr_nest_start(message, NFTA_DATA_VERDICT);
	nft_put_number(message, NFTA_VERDICT_CODE, verdict);
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, data);
	nft_end(message, expression);
}

/* ---- the batch -------------------------------------------------------------------------------------------------- */

int
nft_commit(struct mnl_socket *owner, nft_fill *fill, const void *context)
{
	char buffer[BUFFER_SIZE];
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buffer, sizeof(buffer));
	ssize_t len;

	if (batch == NULL)
		return -ENOMEM;
	put_message(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	fill(batch, context);
	put_message(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	len = mnl_socket_sendto(owner, mnl_nlmsg_batch_head(batch), mnl_nlmsg_batch_size(batch));
	mnl_nlmsg_batch_stop(batch);
	if (len >= 0)
		len = mnl_socket_recvfrom(owner, buffer, sizeof(buffer));
	if (len < 0)
		return -errno;
	return mnl_cb_run(buffer, (size_t)len, SEQUENCE, mnl_socket_get_portid(owner), NULL, NULL) < 0 ? -errno : 0;
}
