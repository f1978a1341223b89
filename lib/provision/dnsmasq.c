/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/dnsmasq.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ADVERTISE_EVERY_S 600

struct text {
	char *at;
	size_t len;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
put(struct text *text, const char *format, ...)
{
	const size_t room = DNSMASQ_TEXT_SIZE - text->len;
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(text->at + text->len, room, format, arguments);
	va_end(arguments);
	text->len += (size_t)len < room ? (size_t)len : room - 1;
}

void
dnsmasq_range(struct dnsmasq_network *of, uint32_t own)
{
	const uint32_t size = ~mask4(of->subnet.len), half = size / 2 + 1;
	const uint32_t network = of->subnet.addr & mask4(of->subnet.len);

	if (own >= network + half) {
		of->first = network + 1;
		of->last = network + half - 1;
	} else {
		of->first = network + half;
		of->last = network + size - 1;
	}
}

static void
write_files(struct text *text, const struct dnsmasq *dnsmasq)
{
	put(text, "# Written by mapedge at each start: changes are lost.\n");
	put(text, "keep-in-foreground\nlog-facility=-\nno-hosts\nno-resolv\n");
	put(text, "user=%s\n", dnsmasq->user);
	if (strcmp(dnsmasq->user, "root") == 0)
		put(text,
		    "group=root\n"); /* whose rights never change hears of our end: PR_SET_PDEATHSIG of prctl(2) */
	put(text, "pid-file=%s/dnsmasq.pid\n", dnsmasq->directory);
	put(text, "dhcp-leasefile=%s/dnsmasq.leases\n", dnsmasq->directory);
}

/* RFC 8585 L-1: whoever asks from elsewhere finds no open port. */
static void
write_devices(struct text *text, const struct dnsmasq *dnsmasq)
{
	for (uint32_t i = 0; i < dnsmasq->network_count; i++)
		put(text, "interface=%s\n", dnsmasq->networks[i].device);
	put(text, "except-interface=lo\nbind-dynamic\n");
}

static void
write_dns(struct text *text, const struct dnsmasq *dnsmasq)
{
	char addr[IP6_TEXT_SIZE];

	put(text, "bogus-priv\nproxy-dnssec\n");
	for (uint32_t i = 0; i < dnsmasq->dns.count; i++) {
		const u128 server = dnsmasq->dns.addr[i];
		const bool is_local = server >> 118 == 0xfe80 >> 6;

		put(text, "server=%s%s%s\n", ip6_format(server, addr), is_local ? "%" : "",
		    is_local ? dnsmasq->wan : "");
	}
}

static void
write_range(struct text *text, const struct dnsmasq_network *network, uint32_t lease_s)
{
	char first[IP4_TEXT_SIZE], last[IP4_TEXT_SIZE], mask[IP4_TEXT_SIZE];

	if (network->subnet.len > 0)
		put(text, "dhcp-range=%s,%s,%s,%u\n", ip4_format(network->first, first),
		    ip4_format(network->last, last), ip4_format(mask4(network->subnet.len), mask), lease_s);
}

/* Which range is of which device dnsmasq sees by the devices' addresses. */
static void
write_dhcp(struct text *text, const struct dnsmasq *dnsmasq)
{
	put(text, "dhcp-authoritative\n");
	for (uint32_t i = 0; i < dnsmasq->network_count; i++)
		write_range(text, &dnsmasq->networks[i], dnsmasq->lease_s);
	if (dnsmasq->mtu > 0)
		put(text, "dhcp-option=option:mtu,%u\n", dnsmasq->mtu);
}

/* dnsmasq counts the lifetimes down that the addresses on the device have, and says no more than the one of the range. */
static void
write_advertisements(struct text *text, const struct dnsmasq_network *network)
{
	put(text, "dhcp-range=::,constructor:%s,ra-stateless,64,%u\n", network->device, DNSMASQ_ROUTER_LIFETIME);
	put(text, "ra-param=%s,mtu:off,%u,%u\n", network->device, ADVERTISE_EVERY_S,
	    network->has_router ? DNSMASQ_ROUTER_LIFETIME : 0);
}

static void
write_ra(struct text *text, const struct dnsmasq *dnsmasq)
{
	put(text, "enable-ra\n");
	for (uint32_t i = 0; i < dnsmasq->network_count; i++)
		write_advertisements(text, &dnsmasq->networks[i]);
	put(text, "dhcp-option=option6:dns-server,[fe80::]\n"); /* its own address */
	if (dnsmasq->domains == NULL || dnsmasq->domains->count == 0)
		return;
	put(text, "dhcp-option=option6:domain-search");
	for (uint32_t i = 0; i < dnsmasq->domains->count; i++)
		put(text, ",%s", dnsmasq->domains->name[i]);
	put(text, "\n");
}

size_t
dnsmasq_write(const struct dnsmasq *dnsmasq, char text[DNSMASQ_TEXT_SIZE])
{
	struct text whole = { text, 0 };

	write_files(&whole, dnsmasq);
	write_devices(&whole, dnsmasq);
	write_dns(&whole, dnsmasq);
	write_dhcp(&whole, dnsmasq);
	write_ra(&whole, dnsmasq);
	return whole.len;
}
