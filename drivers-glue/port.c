/* SPDX-License-Identifier: BSD-3-Clause */
#include "port.h"

#include <linux/if_packet.h>
#include <rte_dev.h>
#include <stdio.h>
#include <sys/socket.h>

#include "carrier.h"

/* What a card may spread over its queues. Some (i40e) put kinds of packets that are not named here all on the first one. */
#define SPREAD (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP)

#define MAX_FILES 1024 /* ports are opened early */

/* "net_af_packet0,iface=eth1" -> "net_af_packet0": the name ethdev knows the device by. */
static void
device_name(const char *device, char *name, size_t size)
{
	snprintf(name, size, "%.*s", (int)strcspn(device, ","), device);
}

bool
port_kernel_device(const char *device, char name[IF_NAMESIZE])
{
	static const char driver[] = "net_af_packet", option[] = ",iface=";
	const char *value = strstr(device, option);
	size_t len;

	if (strncmp(device, driver, strlen(driver)) != 0 || value == NULL)
		return false;
	value += strlen(option);
	len = strcspn(value, ",");
	if (len >= IF_NAMESIZE)
		return false;
	memcpy(name, value, len);
	name[len] = '\0';
	return true;
}

static int
set_up_queues(const struct port_config *config, const struct port *port, struct error *err)
{
	const int socket = rte_eth_dev_socket_id(port->id);
	uint16_t rx_size = PORT_RX_DESCRIPTORS, tx_size = PORT_TX_DESCRIPTORS;
	int rc;

	rc = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &rx_size, &tx_size);
	if (rc < 0)
		return error_set(err, -rc, "port %s: no ring size fits: %s", config->device, rte_strerror(-rc));
	for (uint16_t queue = 0; queue < port->rx_queues; queue++) {
		rc = rte_eth_rx_queue_setup(port->id, queue, rx_size, (unsigned int)socket, NULL, config->pool);
		if (rc < 0)
			return error_set(err, -rc, "port %s: receive queue %u: %s", config->device, queue,
			    rte_strerror(-rc));
	}
	for (uint16_t queue = 0; queue < config->workers; queue++) {
		rc = rte_eth_tx_queue_setup(port->id, queue, tx_size, (unsigned int)socket, NULL);
		if (rc < 0)
			return error_set(err, -rc, "port %s: transmit queue %u: %s", config->device, queue,
			    rte_strerror(-rc));
	}
	return 0;
}

static int
configure(const struct port_config *config, struct port *port, struct error *err)
{
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(port->id, &info);

	if (rc < 0)
		return error_set(err, -rc, "port %s: %s", config->device, rte_strerror(-rc));
	if (info.max_tx_queues < config->workers) {
		error_set(err, EINVAL, "port %s has %u transmit queues, but %u workers need one each", config->device,
		    info.max_tx_queues, config->workers);
		error_hint(err, "lower dpdk.workers, or add qpairs=%u to a net_af_packet device", config->workers);
		return -EINVAL;
	}
	port->rx_queues = info.max_rx_queues < config->workers ? info.max_rx_queues : config->workers;
	if (port->rx_queues > 1) {
		/* Any spread will do: a packet that lands with the wrong worker is handed to its owner. */
		conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads & SPREAD;
		conf.rxmode.mq_mode = conf.rx_adv_conf.rss_conf.rss_hf != 0 ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE;
	}
	conf.rxmode.mtu = config->mtu >= info.min_mtu && config->mtu <= info.max_mtu ? config->mtu : RTE_ETHER_MTU;
	rc = rte_eth_dev_configure(port->id, port->rx_queues, config->workers, &conf);
	if (rc < 0)
		return error_set(err, -rc, "port %s: cannot configure %u receive and %u transmit queues: %s",
		    config->device, port->rx_queues, config->workers, rte_strerror(-rc));
	return set_up_queues(config, port, err);
}

static int
use_mac(const struct port_config *config, struct port *port, struct error *err)
{
	struct rte_ether_addr addr;
	int rc;

	if (!config->has_mac) {
		rc = rte_eth_macaddr_get(port->id, &addr);
		if (rc < 0)
			return error_set(err, -rc, "port %s: no MAC address: %s", config->device, rte_strerror(-rc));
		memcpy(port->mac.byte, addr.addr_bytes, sizeof(port->mac.byte));
		return 0;
	}
	port->mac = config->mac;
	memcpy(addr.addr_bytes, config->mac.byte, sizeof(config->mac.byte));
	/* Where the driver cannot, promiscuous mode lets the frames in and our own filter sorts them. */
	if (rte_eth_dev_default_mac_addr_set(port->id, &addr) < 0)
		(void)rte_eth_promiscuous_enable(port->id);
	return 0;
}

int
port_start(const struct port_config *config, uint16_t id, struct port *port, struct error *err)
{
	int rc;

	*port = (struct port){ .id = id };
	(void)port_kernel_device(config->device, port->kernel_device);
	rc = configure(config, port, err);
	if (rc == 0)
		rc = use_mac(config, port, err);
	if (rc < 0)
		return rc;
	rc = rte_eth_dev_start(id);
	if (rc < 0)
		return error_set(err, -rc, "port %s: cannot start: %s", config->device, rte_strerror(-rc));
	return 0;
}

int
port_open(const struct port_config *config, struct port *port, struct error *err)
{
	char name[RTE_ETH_NAME_MAX_LEN];
	bool hotplugged = false;
	uint16_t id;
	int rc;

	*port = (struct port){ .id = RTE_MAX_ETHPORTS };
	device_name(config->device, name, sizeof(name));
	if (rte_eth_dev_get_port_by_name(name, &id) < 0) {
		rc = rte_dev_probe(config->device);
		if (rc < 0) {
			error_set(err, -rc, "port %s: no such device: %s", config->device, rte_strerror(-rc));
			error_hint(err,
			    "a PCI device must be bound to vfio-pci; a net_af_packet device needs its iface, "
			    "CAP_NET_RAW, and a ulimit -l that covers its rings");
			return rc;
		}
		hotplugged = true;
		if (rte_eth_dev_get_port_by_name(name, &id) < 0)
			return error_set(err, ENODEV, "port %s: the device %s has no port", config->device, name);
	}
	rc = port_start(config, id, port, err);
	port->hotplugged = hotplugged;
	if (rc < 0)
		port_close(port);
	return rc;
}

void
port_close(struct port *port)
{
	struct rte_eth_dev_info info;
	const bool known = port->hotplugged && rte_eth_dev_info_get(port->id, &info) == 0;

	(void)rte_eth_dev_stop(port->id);
	(void)rte_eth_dev_close(port->id);
	if (known)
		(void)rte_dev_remove(info.device);
}

/* A socket that is bound to the device; nothing else here opens such. */
static bool
is_packet_socket(int file, unsigned int ifindex)
{
	struct sockaddr_ll address = { 0 };
	socklen_t len = sizeof(address);

	return getsockname(file, (struct sockaddr *)&address, &len) == 0 && address.sll_family == AF_PACKET &&
	    address.sll_ifindex == (int)ifindex;
}

/* net_af_packet opens a socket for each queue, one after the other, and keeps them to itself. */
int
port_wait_file(const struct port *port, uint16_t queue)
{
	const unsigned int ifindex = port->kernel_device[0] != '\0' ? if_nametoindex(port->kernel_device) : 0;

	for (int file = 0; ifindex != 0 && file < MAX_FILES; file++) {
		if (is_packet_socket(file, ifindex) && queue-- == 0)
			return file;
	}
	return -1;
}

uint64_t
port_missed(const struct port *port)
{
	struct rte_eth_stats stats;

	return rte_eth_stats_get(port->id, &stats) == 0 ? stats.imissed + stats.rx_nombuf : 0;
}

bool
port_has_link(const struct port *port)
{
	struct rte_eth_link link;

	if (port->kernel_device[0] != '\0')
		return carrier_is_up(port->kernel_device);
	return rte_eth_link_get_nowait(port->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

uint32_t
port_link_changes(const struct port *port)
{
	return port->kernel_device[0] != '\0' ? carrier_changes(port->kernel_device) : 0;
}
