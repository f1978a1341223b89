/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of nftables that go with us, however we end: they belong to a socket (NFT_TABLE_F_OWNER). */
#ifndef MAPEDGE_NFT_H
#define MAPEDGE_NFT_H

#include <arpa/inet.h> /* before Linux's own headers, which have the same */
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <stdint.h>

/* The owner of tables; NULL with errno. mnl_socket_close() ends it, and them. */
struct mnl_socket *nft_open(void);

/* One more message of a batch, NFT_MSG_…; mnl_nlmsg_batch_next() when it is whole. */
struct nlmsghdr *nft_message(struct mnl_nlmsg_batch *batch, uint16_t type, uint16_t flags, uint8_t family);

static inline void
nft_put_number(struct nlmsghdr *message, uint16_t type, uint32_t value)
{
	mnl_attr_put_u32(message, type, htonl(value));
}

/* A base chain of a table that is ours alone, a filter of priority 0; the rules that were there are gone. */
void
nft_write_chain(struct mnl_nlmsg_batch *batch, uint8_t family, const char *table, const char *chain, uint32_t hook);

/* A rule behind those that are there: expressions stand between. `is_last`: of the batch. */
struct nft_rule {
	struct nlmsghdr *message;
	struct nlattr *list;
};

struct nft_rule
nft_begin_rule(struct mnl_nlmsg_batch *batch, uint8_t family, const char *table, const char *chain, bool is_last);
void nft_end_rule(struct mnl_nlmsg_batch *batch, struct nft_rule rule);

/* Expressions; all calculate in the first register. A rule goes on when a comparison holds, NFT_CMP_…. */
struct nft_expression {
	struct nlattr *element, *data;
};

struct nft_expression nft_begin(struct nlmsghdr *message, const char *name);
void nft_end(struct nlmsghdr *message, struct nft_expression expression);
void nft_put_data(struct nlmsghdr *message, uint16_t type, const void *data, size_t len);
void nft_put_compare(struct nlmsghdr *message, uint32_t operation, const void *data, size_t len);
void nft_put_meta(struct nlmsghdr *message, uint32_t key);                                    /* NFT_META_… */
void nft_put_payload(struct nlmsghdr *message, uint32_t base, uint32_t offset, uint32_t len); /* NFT_PAYLOAD_… */
void nft_put_verdict(struct nlmsghdr *message, uint32_t verdict);                             /* NF_… */

/* Writes the messages of a batch; the last of them must ask for an answer (NLM_F_ACK). */
typedef void nft_fill(struct mnl_nlmsg_batch *batch, const void *context);

/* All of the batch takes effect, or nothing. 0, or a negative errno. */
int nft_commit(struct mnl_socket *owner, nft_fill *fill, const void *context);

#endif
