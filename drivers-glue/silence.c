/* SPDX-License-Identifier: BSD-3-Clause */
#include "silence.h"

#include <stdio.h>
#include <string.h>

#include "nft.h"
#include "port.h"
#include "setting.h"

#define PRIORITY -500 /* before anybody else's chains */
#define TABLE "mapedge-%s"

/* ---- nftables --------------------------------------------------------------------------------------------------- */

/* table netdev mapedge-DEVICE { flags owner; chain port { type filter hook ingress device DEVICE priority -500; policy drop; } } */
static void
fill_table(struct mnl_nlmsg_batch *batch, const void *context)
{
	const char *device = context;
	char table[sizeof(TABLE) + IF_NAMESIZE];
	struct nlmsghdr *message;
	struct nlattr *hook;

	snprintf(table, sizeof(table), TABLE, device);
	message = nft_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_NETDEV);
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, table);
	nft_put_number(message, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	mnl_nlmsg_batch_next(batch);
	message = nft_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK, NFPROTO_NETDEV);
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, "port");
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "filter");
	nft_put_number(message, NFTA_CHAIN_POLICY, NF_DROP);
	hook = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	nft_put_number(message, NFTA_HOOK_HOOKNUM, NF_NETDEV_INGRESS);
	nft_put_number(message, NFTA_HOOK_PRIORITY, (uint32_t)PRIORITY);
	mnl_attr_put_strz(message, NFTA_HOOK_DEV, device);
	mnl_attr_nest_end(message, hook);
	mnl_nlmsg_batch_next(batch);
}

static int
drop_ingress(struct silence *silence, struct error *err)
{
	int rc;

	silence->owner = nft_open();
	rc = silence->owner == NULL ? -errno : nft_commit(silence->owner, fill_table, silence->device);
	if (rc == 0)
		return 0;
	error_set(err, -rc, "%s: cannot keep the kernel from answering there too: nftables: %s", silence->device,
	    strerror(-rc));
	error_hint(err,
	    "mapedge needs CAP_NET_ADMIN and a kernel with nf_tables (5.12 or later) for net_af_packet with "
	    "host = true; net_af_xdp does without");
	return -EIO;
}

/* ---- IPv6 ------------------------------------------------------------------------------------------------------- */

static int
disable_ipv6(struct silence *silence, struct error *err)
{
	const int before = setting_exchange(silence->device, "disable_ipv6", '1');

	if (before < 0 && before != -ENOENT) {
		error_set(err, -before, "%s: cannot disable the kernel's IPv6 there: %s", silence->device,
		    strerror(-before));
		error_hint(err, "sysctl net.ipv6.conf.%s.disable_ipv6=1", silence->device);
		return -EIO;
	}
	silence->had_ipv6 = before == '0';
	return 0;
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

int
silence_begin(struct silence *silence, const char *port, struct error *err)
{
	*silence = (struct silence){ 0 };
	if (!port_kernel_device(port, silence->device))
		return 0;
	if (disable_ipv6(silence, err) == 0 && drop_ingress(silence, err) == 0)
		return 0;
	silence_end(silence);
	return -EIO;
}

void
silence_end(struct silence *silence)
{
	if (silence->owner != NULL)
		mnl_socket_close(silence->owner);
	if (silence->had_ipv6)
		(void)setting_exchange(silence->device, "disable_ipv6", '0');
	*silence = (struct silence){ 0 };
}
