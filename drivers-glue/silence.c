/* SPDX-License-Identifier: BSD-3-Clause */
#include "silence.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port.h"

#define BUFFER_SIZE 4096
#define SEQUENCE 1    /* one batch is all that is ever sent */
#define PRIORITY -500 /* before anybody else's chains */
#define TABLE "mapedge-%s"

/* ---- nftables --------------------------------------------------------------------------------------------------- */

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

/* table netdev mapedge-DEVICE { flags owner; chain port { type filter hook ingress device DEVICE priority -500; policy drop; } } */
static void
write_rules(struct mnl_nlmsg_batch *batch, const char *device)
{
	const uint16_t subsystem = NFNL_SUBSYS_NFTABLES << 8;
	char table[sizeof(TABLE) + IF_NAMESIZE];
	struct nlmsghdr *message;
	struct nlattr *hook;

	snprintf(table, sizeof(table), TABLE, device);
	add_message(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
	message = add_message(batch, subsystem | NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_NETDEV, 0);
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, table);
	mnl_attr_put_u32(message, NFTA_TABLE_FLAGS, htonl(NFT_TABLE_F_OWNER));
	mnl_nlmsg_batch_next(batch);
	message = add_message(batch, subsystem | NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK, NFPROTO_NETDEV, 0);
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, "port");
	mnl_attr_put_strz(message, NFTA_CHAIN_TYPE, "filter");
	mnl_attr_put_u32(message, NFTA_CHAIN_POLICY, htonl(NF_DROP));
	hook = mnl_attr_nest_start(message, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(message, NFTA_HOOK_HOOKNUM, htonl(NF_NETDEV_INGRESS));
	mnl_attr_put_u32(message, NFTA_HOOK_PRIORITY, htonl((uint32_t)PRIORITY));
	mnl_attr_put_strz(message, NFTA_HOOK_DEV, device);
	mnl_attr_nest_end(message, hook);
	mnl_nlmsg_batch_next(batch);
	add_message(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	mnl_nlmsg_batch_next(batch);
}

/* 0, or -1 with errno. */
static int
send_rules(struct mnl_socket *sock, const char *device)
{
	char buffer[BUFFER_SIZE];
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buffer, sizeof(buffer));
	ssize_t len;

	if (batch == NULL)
		return -1;
	write_rules(batch, device);
	len = mnl_socket_sendto(sock, mnl_nlmsg_batch_head(batch), mnl_nlmsg_batch_size(batch));
	mnl_nlmsg_batch_stop(batch);
	if (len >= 0)
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
	if (len < 0)
		return -1;
	return mnl_cb_run(buffer, (size_t)len, SEQUENCE, mnl_socket_get_portid(sock), NULL, NULL) < 0 ? -1 : 0;
}

static int
drop_ingress(struct silence *silence, struct error *err)
{
	silence->owner = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (silence->owner != NULL && mnl_socket_bind(silence->owner, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    send_rules(silence->owner, silence->device) == 0)
		return 0;
	error_set(err, errno, "%s: cannot keep the kernel from answering there too: nftables: %s", silence->device,
	    strerror(errno));
	error_hint(err,
	    "mapedge needs CAP_NET_ADMIN and a kernel with nf_tables (5.12 or later) for net_af_packet with "
	    "host = true; net_af_xdp does without");
	return -EIO;
}

/* ---- IPv6 ------------------------------------------------------------------------------------------------------- */

/* Writes '0' or '1', and tells what was there; -1 with errno. */
static int
exchange_disable_ipv6(const char *device, char value)
{
	char path[64 + IF_NAMESIZE], before = 0;
	int fd, rc = -1;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", device);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (pread(fd, &before, 1, 0) == 1 && (before == value || pwrite(fd, &value, 1, 0) == 1))
		rc = before;
	close(fd);
	return rc;
}

static int
disable_ipv6(struct silence *silence, struct error *err)
{
	const int before = exchange_disable_ipv6(silence->device, '1');

	if (before < 0 && errno != ENOENT) { /* no file: no IPv6 */
		error_set(err, errno, "%s: cannot disable the kernel's IPv6 there: %s", silence->device,
		    strerror(errno));
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
		(void)exchange_disable_ipv6(silence->device, '0');
	*silence = (struct silence){ 0 };
}
