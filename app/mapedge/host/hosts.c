/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/hosts.h"

#include <stdlib.h>
#include <sys/eventfd.h>

#include "clock.h"
#include "engine/compile.h"
#include "host.h"
#include "log.h"
#include "host/anycast.h"
#include "host/assign.h"
#include "host/mirror.h"
#include "host/netlink.h"
#include "provision/dhcp6_message.h"
#include "silence.h"
#include "timer.h"
#include "setting.h"

#define DEFAULT_METRIC 4096 /* of Linux's way through the softwire: whatever else there is comes first */
#define FRAMES_AT_ONCE 256  /* then other events have their turn */
#define RETRY_MS 1          /* when worker 0 has not kept up, or there are no buffers */
#define LINK_MS 500         /* how often the ports are asked for their links */
#define NEWS_MIN_MS 1       /* changes come in groups */
#define NEWS_INTERVAL_MS 20 /* at least from one snapshot to the next */
#define NEWS_SHARE 4        /* and this many times as long as it took to make the last one */

struct device {
	struct hosts *hosts;
	unsigned int interface;
	struct host_device host;
	struct silence silence;
	struct event *readable;
	bool waits;            /* for room: it is not being read */
	uint32_t link_changes; /* of its port, at the last look */
};

struct hosts {
	struct engine *engine;
	struct device device[STATS_MAX_INTERFACES]; /* the last one is the softwire's, a TUN */
	struct mirror *mirror;
	struct anycast anycast;
	struct event *woken;   /* the workers have something for us */
	struct event *retry;   /* reads on where it had to stop */
	struct event *links;   /* looks at the ports' links */
	struct event *changed; /* netlink has something for us */
	struct event *settled; /* and it is time to act on it */
	uint64_t next_news_ms; /* not before */
	bool link_changed;     /* is news, too */
	struct hosts_listener listener;
	struct counters counters;
	uint64_t dhcp6_replies; /* given to Linux */
};

/* ---- to Linux --------------------------------------------------------------------------------------------------- */

#define DST_PORT_OFFSET (ETHER_LEN + IPV6_LEN + 2)

/* Whatever comes of it: a firewall of Linux may be in the way to the DHCPv6 client. */
static bool
is_dhcp6_reply(const struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	return mbuf->data_len >= DST_PORT_OFFSET + 2 && load16(frame + 12) == ETHER_TYPE_IPV6 &&
	    frame[ETHER_LEN + 6] == PROTOCOL_UDP && load16(frame + DST_PORT_OFFSET) == DHCP6_CLIENT_PORT;
}

/* `port` is the interface that it came in on, or was to leave by. */
static void
lose(struct hosts *hosts, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	counter_add(&hosts->counters.drop[reason], 1);
	counter_add(&hosts->counters.interface[mbuf->port].dropped, 1);
	rte_pktmbuf_free(mbuf);
}

static void
write_frame(struct hosts *hosts, struct rte_mbuf *mbuf)
{
	const unsigned int interface = mbuf->port;

	hosts->dhcp6_replies += interface == INTERFACE_V6 && is_dhcp6_reply(mbuf);
	if (interface == INTERFACE_DEVICE)
		(void)rte_pktmbuf_adj(mbuf, ETHER_LEN);
	if (host_write(&hosts->device[interface].host, mbuf)) {
		traffic_add(&hosts->counters.host[interface].to_host, mbuf->pkt_len);
		rte_pktmbuf_free(mbuf);
	} else {
		lose(hosts, mbuf, DROP_host_down);
	}
}

static void
on_woken(evutil_socket_t fd, short what, void *argument)
{
	struct hosts *hosts = argument;
	struct crossing *crossing = &hosts->engine->crossing;
	struct question question;
	eventfd_t count;
	void *mbuf;

	(void)what;
	(void)eventfd_read(fd, &count);
	while (rte_ring_sc_dequeue_elem(crossing->questions, &question, sizeof(question)) == 0)
		mirror_resolve(hosts->mirror, question.interface, question.addr, clock_ms());
	for (int i = 0; i < FRAMES_AT_ONCE; i++) {
		if (rte_ring_sc_dequeue(crossing->to_host, &mbuf) != 0)
			return;
		write_frame(hosts, mbuf);
	}
	event_active(hosts->woken, EV_READ, 0);
}

/* ---- from Linux ------------------------------------------------------------------------------------------------- */

/* For the workers what comes from the softwire's device is like a frame of the LAN, to us. A buffer has headroom for more. */
static void
put_header(struct rte_mbuf *mbuf, const struct mac *lan)
{
	uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *) - ETHER_LEN;
	struct packet p = { .mbuf = mbuf };

	memcpy(frame, lan->byte, sizeof(lan->byte));
	memcpy(frame + 6, lan->byte, sizeof(lan->byte));
	store16(frame + 12, ETHER_TYPE_IPV4);
	packet_set_bounds(&p, frame, ETHER_LEN + mbuf->pkt_len);
}

/* One frame into the ring to worker 0: 1, 0 when there is none, -ENOBUFS when it has to wait, or that the device is gone. */
static int
read_frame(struct hosts *hosts, struct device *device)
{
	struct rte_ring *ring = hosts->engine->crossing.from_host;
	struct rte_mbuf *mbuf = rte_ring_full(ring) ? NULL : rte_pktmbuf_alloc(hosts->engine->pool);
	int rc;

	if (mbuf == NULL)
		return -ENOBUFS;
	rc = host_read(&device->host, mbuf);
	if (rc <= 0) {
		rte_pktmbuf_free(mbuf);
		return rc;
	}
	if (device->interface == INTERFACE_DEVICE)
		put_header(mbuf, &hosts->engine->port[INTERFACE_V4].mac);
	mbuf->port = (uint16_t)device->interface;
	traffic_add(&hosts->counters.host[device->interface].from_host, mbuf->pkt_len);
	if (anycast_forbids(&hosts->anycast, mbuf)) {
		lose(hosts, mbuf, DROP_anycast_src);
		return 1;
	}
	(void)rte_ring_sp_enqueue(ring, mbuf); /* nobody else enqueues, so there still is room */
	engine_wake_for_host(hosts->engine);
	return 1;
}

/* What finds no room stays where it is, in Linux's queue. */
static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct device *device = argument;
	struct hosts *hosts = device->hosts;
	int rc = 1;

	(void)fd;
	(void)what;
	for (int i = 0; i < FRAMES_AT_ONCE && rc > 0; i++)
		rc = read_frame(hosts, device);
	if (rc >= 0)
		return;
	(void)event_del(device->readable);
	if (rc == -ENOBUFS) {
		device->waits = true;
		timer_start(hosts->retry, RETRY_MS);
	} else {
		log_error("host: device gone ifindex=%u: %s", device->host.ifindex, strerror(-rc));
	}
}

static void
on_retry(evutil_socket_t fd, short what, void *argument)
{
	struct hosts *hosts = argument;

	(void)fd;
	(void)what;
	for (int i = 0; i < STATS_MAX_INTERFACES; i++) {
		if (hosts->device[i].waits)
			(void)event_add(hosts->device[i].readable, NULL);
		hosts->device[i].waits = false;
	}
}

/* ---- links ------------------------------------------------------------------------------------------------------ */

/* A link that was gone between two looks is down until the next one, so that everybody hears of it. */
static bool
has_had_link(struct device *device, const struct port *port)
{
	const uint32_t before = device->link_changes;

	device->link_changes = port_link_changes(port);
	return port_has_link(port) && device->link_changes == before;
}

static void
on_links(evutil_socket_t fd, short what, void *argument)
{
	struct hosts *hosts = argument;

	(void)fd;
	(void)what;
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		struct host_device *host = &hosts->device[i].host;
		const bool had_carrier = host->has_carrier;

		host_set_carrier(host, has_had_link(&hosts->device[i], &hosts->engine->port[i]));
		if (host->has_carrier != had_carrier) {
			log_notice("host: link=%s ifindex=%u", host->has_carrier ? "up" : "down", host->ifindex);
			hosts->link_changed = true;
			timer_start(hosts->settled, NEWS_MIN_MS);
		}
		if (host->has_carrier && !had_carrier)
			hosts->listener.link_up(hosts->listener.context, i);
	}
	timer_start(hosts->links, LINK_MS);
}

/* ---- news ------------------------------------------------------------------------------------------------------- */

static void
on_changed(evutil_socket_t fd, short what, void *argument)
{
	struct hosts *hosts = argument;
	const uint64_t now = clock_ms();

	(void)fd;
	(void)what;
	if (!mirror_listen(hosts->mirror) || event_pending(hosts->settled, EV_TIMEOUT, NULL))
		return;
	timer_start(hosts->settled, now + NEWS_MIN_MS > hosts->next_news_ms ? NEWS_MIN_MS : hosts->next_news_ms - now);
}

/* A table of the Internet takes long to read, and a busy router changes it all the time: other work has its share. */
static void
on_settled(evutil_socket_t fd, short what, void *argument)
{
	struct hosts *hosts = argument;
	const uint64_t start = clock_ms();
	struct error err = { 0 };
	uint64_t took;
	int rc;

	(void)fd;
	(void)what;
	rc = mirror_read(hosts->mirror, &err);
	if (rc < 0) {
		log_error("host: %s", err.text);
		timer_start(hosts->settled, 1000);
		return;
	}
	if (rc > 0 || hosts->link_changed)
		hosts->listener.news(hosts->listener.context);
	log_debug("host: read what Linux knows changed=%d ms=%lu", rc, (unsigned long)(clock_ms() - start));
	hosts->link_changed = false;
	took = NEWS_SHARE * (clock_ms() - start);
	hosts->next_news_ms = clock_ms() + (took > NEWS_INTERVAL_MS ? took : NEWS_INTERVAL_MS);
}

int
hosts_link(struct hosts *hosts, struct snapshot *snapshot, const struct conf *conf, const struct snapshot *before,
    struct error *err)
{
	struct host_link links[INTERFACE_COUNT];
	struct mac macs[INTERFACE_COUNT];

	if (hosts == NULL)
		return 0;
	for (int i = 0; i < INTERFACE_COUNT; i++)
		macs[i] = hosts->engine->port[i].mac;
	mirror_links(hosts->mirror, before == NULL, links);
	return snapshot_link(snapshot, conf, macs, links, before, err);
}

void
hosts_published(struct hosts *hosts)
{
	if (hosts != NULL)
		mirror_taken(hosts->mirror);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* The configuration's addresses are the box's, and Linux answers for them. */
static int
give_addresses(const struct conf_interface *interface, unsigned int ifindex, struct error *err)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct conf_address *address = &interface->addresses[i];
		const int rc = assign_for_good(ifindex, address->ipv4 ? address->v4 : address->v6, address->len);

		if (rc < 0)
			return error_set(err, -rc, "host interface %s: cannot have its address number %zu: %s",
			    interface->name, i + 1, strerror(-rc));
	}
	return 0;
}

/* Linux's own way to IPv4 through the softwire: its address there is an inside host's. */
static int
open_softwire(struct device *device, const struct conf_softwire *softwire, struct error *err)
{
	int rc;

	if (softwire->device_addr == 0)
		return 0;
	if (host_open_tun(&device->host, softwire->name, softwire->mtu, err) < 0)
		return -EIO;
	rc = assign_for_good(device->host.ifindex, softwire->device_addr, 32);
	if (rc == 0)
		rc = assign_default4(device->host.ifindex, DEFAULT_METRIC);
	if (rc < 0)
		return error_set(err, -rc, "the device of softwire %s: cannot have its address and route: %s",
		    softwire->name, strerror(-rc));
	log_notice("host: up name=%s ifindex=%u", softwire->name, device->host.ifindex);
	return 0;
}

static int
open_devices(struct hosts *hosts, const struct conf *conf, struct error *err)
{
	unsigned int ifindex[INTERFACE_COUNT];

	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		const struct conf_interface *interface = &conf->interfaces[i];
		struct device *device = &hosts->device[i];
		int rc = silence_begin(&device->silence, interface->port, err);

		if (rc == 0)
			rc =
			    host_open(&device->host, interface->name, &hosts->engine->port[i].mac, interface->mtu, err);
		if (rc == 0)
			rc = give_addresses(interface, device->host.ifindex, err);
		if (rc < 0)
			return rc;
		/* Nobody on the LAN is a router of ours. A kernel without IPv6 believes nobody anyway. */
		if (interface->role == CONF_LAN)
			(void)setting_exchange(interface->name, "accept_ra", '0');
		device->hosts = hosts;
		device->interface = i;
		device->link_changes = port_link_changes(&hosts->engine->port[i]);
		ifindex[i] = device->host.ifindex;
		log_notice("host: up name=%s ifindex=%u", interface->name, ifindex[i]);
	}
	hosts->device[INTERFACE_DEVICE].hosts = hosts;
	hosts->device[INTERFACE_DEVICE].interface = INTERFACE_DEVICE;
	if (open_softwire(&hosts->device[INTERFACE_DEVICE], &conf->softwires[0], err) < 0)
		return -EIO;
	anycast_follow(&hosts->anycast, ifindex[INTERFACE_V6], conf);
	hosts->mirror = mirror_open(ifindex, conf->role == CONF_CE, err);
	return hosts->mirror == NULL ? -EIO : mirror_read(hosts->mirror, err);
}

int
hosts_open(struct engine *engine, const struct conf *conf, struct hosts **hosts, struct error *err)
{
	int rc;

	*hosts = NULL;
	if (!conf->host)
		return 0;
	*hosts = calloc(1, sizeof(**hosts));
	if (*hosts == NULL)
		return error_set(err, ENOMEM, "out of memory");
	(*hosts)->engine = engine;
	(*hosts)->anycast.fd = -1;
	for (int i = 0; i < STATS_MAX_INTERFACES; i++)
		(*hosts)->device[i].host.fd = HOST_CLOSED;
	rc = open_devices(*hosts, conf, err);
	if (rc < 0) {
		hosts_close(*hosts);
		*hosts = NULL;
	}
	return rc < 0 ? rc : 0;
}

static int
start_device(struct device *device, struct event_base *base)
{
	if (device->host.fd == HOST_CLOSED)
		return 0;
	device->readable = event_new(base, device->host.fd, EV_READ | EV_PERSIST, on_readable, device);
	return device->readable == NULL ? -1 : event_add(device->readable, NULL);
}

int
hosts_start(struct hosts *hosts, struct event_base *base, const struct hosts_listener *listener, struct error *err)
{
	if (hosts == NULL)
		return 0;
	hosts->listener = *listener;
	hosts->woken = event_new(base, hosts->engine->crossing.wake, EV_READ | EV_PERSIST, on_woken, hosts);
	hosts->changed = event_new(base, mirror_fd(hosts->mirror), EV_READ | EV_PERSIST, on_changed, hosts);
	hosts->retry = evtimer_new(base, on_retry, hosts);
	hosts->links = evtimer_new(base, on_links, hosts);
	hosts->settled = evtimer_new(base, on_settled, hosts);
	if (hosts->woken == NULL || hosts->changed == NULL || hosts->retry == NULL || hosts->links == NULL ||
	    hosts->settled == NULL || event_add(hosts->woken, NULL) < 0 || event_add(hosts->changed, NULL) < 0 ||
	    start_device(&hosts->device[0], base) < 0 || start_device(&hosts->device[1], base) < 0 ||
	    start_device(&hosts->device[INTERFACE_DEVICE], base) < 0)
		return error_set(err, ENOMEM, "no events for the host interfaces");
	on_links(-1, 0, hosts);
	return 0;
}

void
hosts_close(struct hosts *hosts)
{
	if (hosts == NULL)
		return;
	event_end(hosts->woken);
	event_end(hosts->retry);
	event_end(hosts->links);
	event_end(hosts->changed);
	event_end(hosts->settled);
	for (int i = 0; i < STATS_MAX_INTERFACES; i++) {
		event_end(hosts->device[i].readable);
		host_close(&hosts->device[i].host);
	}
	for (int i = 0; i < INTERFACE_COUNT; i++)
		silence_end(&hosts->device[i].silence);
	mirror_close(hosts->mirror);
	anycast_close(&hosts->anycast);
	free(hosts);
}

void
hosts_give_addresses(struct hosts *hosts, const struct conf *conf)
{
	struct error err;

	for (unsigned int i = 0; hosts != NULL && i < INTERFACE_COUNT; i++) {
		if (give_addresses(&conf->interfaces[i], hosts->device[i].host.ifindex, &err) < 0)
			log_error("%s", err.text);
	}
	if (hosts != NULL)
		anycast_follow(&hosts->anycast, hosts_ifindex(hosts, INTERFACE_V6), conf);
}

unsigned int
hosts_ifindex(const struct hosts *hosts, unsigned int interface)
{
	return hosts == NULL ? 0 : hosts->device[interface].host.ifindex;
}

uint64_t
hosts_dhcp6_replies(const struct hosts *hosts)
{
	return hosts == NULL ? 0 : hosts->dhcp6_replies;
}

bool
hosts_has_default6(const struct hosts *hosts)
{
	return hosts != NULL && hosts->device[INTERFACE_V6].host.has_carrier && mirror_has_default6(hosts->mirror);
}

const struct link_neighbour *
hosts_neighbours(const struct hosts *hosts, size_t *count)
{
	*count = 0;
	return hosts == NULL ? NULL : mirror_neighbours(hosts->mirror, INTERFACE_V4, count);
}

bool
hosts_links(const struct hosts *hosts, struct host_link links[INTERFACE_COUNT])
{
	if (hosts != NULL)
		mirror_links(hosts->mirror, true, links);
	return hosts != NULL;
}

const struct counters *
hosts_counters(const struct hosts *hosts)
{
	return hosts == NULL ? NULL : &hosts->counters;
}
