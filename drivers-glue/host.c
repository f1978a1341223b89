/* SPDX-License-Identifier: BSD-3-Clause */
#include "host.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "setting.h"

static struct ifreq
for_device(const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return request;
}

static int
attach(struct host_device *device, const char *name, short kind, struct error *err)
{
	struct ifreq tap = for_device(name);

	device->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (device->fd < 0) {
		error_set(err, errno, "host interface %s: /dev/net/tun: %s", name, strerror(errno));
		error_hint(err, "load the module tun, or set host = false");
		return -ENODEV;
	}
	tap.ifr_flags = (short)(kind | IFF_NO_PI);
	if (ioctl(device->fd, TUNSETIFF, &tap) == 0)
		return 0;
	if (errno == EPERM) {
		error_set(err, EPERM, "host interface %s: not permitted", name);
		error_hint(err, "mapedge needs CAP_NET_ADMIN for it");
		return -EPERM;
	}
	if (if_nametoindex(name) == 0)
		return error_set(err, errno, "host interface %s: %s", name, strerror(errno));
	error_set(err, EEXIST, "host interface %s: there is a device of that name already", name);
	error_hint(err, "give the interface another name, or the device: ip link set dev %s name NEW", name);
	return -EEXIST;
}

static int
request(int sock, unsigned long what, struct ifreq *ifreq, const char *doing, struct error *err)
{
	if (ioctl(sock, what, ifreq) == 0)
		return 0;
	return error_set(err, errno, "host interface %s: cannot %s: %s", ifreq->ifr_name, doing, strerror(errno));
}

static int
set_mac(int sock, const char *name, const struct mac *mac, struct error *err)
{
	struct ifreq hardware = for_device(name);

	hardware.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(hardware.ifr_hwaddr.sa_data, mac->byte, sizeof(mac->byte));
	return request(sock, SIOCSIFHWADDR, &hardware, "set its MAC address", err);
}

static int
configure(struct host_device *device, int sock, const char *name, uint16_t mtu, struct error *err)
{
	struct ifreq index = for_device(name), size = for_device(name);
	struct ifreq flags = for_device(name);

	size.ifr_mtu = mtu;
	if (request(sock, SIOCGIFINDEX, &index, "find it", err) < 0 ||
	    request(sock, SIOCSIFMTU, &size, "set its MTU", err) < 0 ||
	    request(sock, SIOCGIFFLAGS, &flags, "read its flags", err) < 0)
		return -EIO;
	device->ifindex = (unsigned int)index.ifr_ifindex;
	flags.ifr_flags |= IFF_UP;
	return request(sock, SIOCSIFFLAGS, &flags, "bring it up", err);
}

/* `mac` is NULL for a TUN device. */
static int
open_device(struct host_device *device, const char *name, const struct mac *mac, uint16_t mtu, struct error *err)
{
	const int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	*device = (struct host_device){ .fd = HOST_CLOSED, .has_carrier = true, .is_tap = mac != NULL };
	if (mac != NULL)
		device->mac = *mac;
	if (sock < 0)
		return error_set(err, errno, "host interface %s: no socket: %s", name, strerror(errno));
	rc = attach(device, name, mac != NULL ? IFF_TAP : IFF_TUN, err);
	if (rc == 0 && mac != NULL)
		rc = set_mac(sock, name, mac, err);
	/* Without it Linux would send router solicitations into the softwire; a kernel without IPv6 has nothing to be told. */
	if (rc == 0 && mac == NULL)
		(void)setting_exchange(name, "disable_ipv6", '1');
	if (rc == 0)
		rc = configure(device, sock, name, mtu, err);
	close(sock);
	if (rc < 0)
		host_close(device);
	return rc;
}

int
host_open(struct host_device *device, const char *name, const struct mac *mac, uint16_t mtu, struct error *err)
{
	return open_device(device, name, mac, mtu, err);
}

int
host_open_tun(struct host_device *device, const char *name, uint16_t mtu, struct error *err)
{
	return open_device(device, name, NULL, mtu, err);
}

void
host_close(struct host_device *device)
{
	if (device->fd != HOST_CLOSED)
		close(device->fd);
	device->fd = HOST_CLOSED;
}

void
host_set_carrier(struct host_device *device, bool up)
{
	int carrier = up;

	if (device->has_carrier != up && ioctl(device->fd, TUNSETCARRIER, &carrier) == 0)
		device->has_carrier = up;
}

bool
host_write(const struct host_device *device, const struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	/*
	 * A port that reads along on a kernel's device also hears what the kernel has sent there before it was kept off: a test for
	 * duplicates of the same link-local address, say, after which Linux would not use it here.
	 */
	if (device->is_tap && memcmp(frame + sizeof(struct mac), device->mac.byte, sizeof(struct mac)) == 0)
		return false;
	return write(device->fd, frame, mbuf->data_len) == mbuf->data_len;
}

int
host_read(const struct host_device *device, struct rte_mbuf *mbuf)
{
	const ssize_t len = read(device->fd, rte_pktmbuf_mtod(mbuf, void *), rte_pktmbuf_tailroom(mbuf));

	if (len <= 0)
		return len == 0 || errno == EAGAIN || errno == EINTR ? 0 : -errno;
	mbuf->data_len = (uint16_t)len;
	mbuf->pkt_len = (uint32_t)len;
	return 1;
}
