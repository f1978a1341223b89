/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Host interfaces: for each port a TAP device, through which Linux sees the port's link. It has the port's MAC address
 * and MTU. A softwire may have a TUN device, for IPv4 packets without a frame header. Frames go both ways one at a time, and no
 * call waits.
 */
#ifndef MAPEDGE_DRIVERS_HOST_H
#define MAPEDGE_DRIVERS_HOST_H

#include <rte_mbuf.h>

#include "base/addr.h"
#include "base/error.h"

#define HOST_CLOSED (-1)

struct host_device {
	int fd;
	unsigned int ifindex;
	bool has_carrier; /* as Linux was told last */
	bool is_tap;
	struct mac mac; /* of a TAP */
};

/*
 * Makes the device `name` and brings it up; a TAP of that name that nobody has open, made before by `ip tuntap add`, is
 * taken over as it is, with its addresses. 0, or a negative errno with the reason, and then it is closed.
 */
int host_open(struct host_device *device, const char *name, const struct mac *mac, uint16_t mtu, struct error *err);

/* The same for a TUN device, which speaks no IPv6. */
int host_open_tun(struct host_device *device, const char *name, uint16_t mtu, struct error *err);

/* A device that host_open() has made is gone then. A closed one is allowed. */
void host_close(struct host_device *device);

/* Tells Linux about the port's link, if there is news. */
void host_set_carrier(struct host_device *device, bool up);

/* False when Linux does not take it: the device is down or gone, or the frame is one of our own that has come back. */
bool host_write(const struct host_device *device, const struct rte_mbuf *mbuf);

/* Reads a frame into an empty buffer. 1, 0 when there is none, or a negative errno when the device is gone. */
int host_read(const struct host_device *device, struct rte_mbuf *mbuf);

#endif
