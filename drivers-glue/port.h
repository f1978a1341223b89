/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports: the only code that knows ethdev. A port is opened by its DPDK device string, gets as many queues as there are
 * workers (or as it has, on the receiving side), and is driven by bursts.
 */
#ifndef MAPEDGE_DRIVERS_PORT_H
#define MAPEDGE_DRIVERS_PORT_H

#include <net/if.h>
#include <rte_ethdev.h>

#include "base/addr.h"
#include "base/error.h"

#define PORT_RX_DESCRIPTORS 1024 /* of each receive queue, where the driver can */
#define PORT_TX_DESCRIPTORS 1024

struct port_config {
	const char *device; /* "net_af_packet0,iface=eth1" or a PCI address */
	uint16_t workers;   /* each needs a transmit queue */
	uint16_t mtu;       /* bytes of IP packet; drivers that cannot set it keep theirs */
	bool has_mac;
	struct mac mac;
	struct rte_mempool *pool;
};

struct port {
	uint16_t id;
	uint16_t rx_queues;              /* workers 0..rx_queues-1 poll one each; the others live from hand-offs */
	bool hotplugged;                 /* made by port_open(), so removed by port_close() */
	struct mac mac;                  /* in use */
	char kernel_device[IF_NAMESIZE]; /* of port_kernel_device(); "": none */
};

/*
 * The device of the kernel that a port of net_af_packet reads along on: "net_af_packet0,iface=eth1" -> "eth1". False when it is
 * no such port.
 */
bool port_kernel_device(const char *device, char name[IF_NAMESIZE]);

/* Opens, configures and starts a port. 0, or a negative errno with the reason; nothing is left behind on failure. */
int port_open(const struct port_config *config, struct port *port, struct error *err);

/* The same for a device that exists already, such as a ring made by a bench. */
int port_start(const struct port_config *config, uint16_t id, struct port *port, struct error *err);

void port_close(struct port *port);

/* A file that poll(2) finds readable while the queue has packets, and that stays the driver's; -1: there is none. */
int port_wait_file(const struct port *port, uint16_t queue);

/* Frames the hardware or the kernel lost before we could take them. */
uint64_t port_missed(const struct port *port);

/* As the driver tells, or the kernel where the driver would say yes to everything. */
bool port_has_link(const struct port *port);

/* How often its link has gone or come so far, as the kernel counts it; always 0 where the driver alone knows. */
uint32_t port_link_changes(const struct port *port);

static inline uint16_t
port_receive(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return rte_eth_rx_burst(port->id, queue, mbufs, count);
}

static inline uint16_t
port_transmit(const struct port *port, uint16_t queue, struct rte_mbuf **mbufs, uint16_t count)
{
	return rte_eth_tx_burst(port->id, queue, mbufs, count);
}

#endif
