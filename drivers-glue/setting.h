/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings of Linux for a device: sysctl net.ipv6.conf.DEVICE.NAME, and of net.ipv4. */
#ifndef MAPEDGE_SETTING_H
#define MAPEDGE_SETTING_H

/* Writes a digit. What was there, or a negative errno: -ENOENT where the kernel has no IPv6. */
int setting_exchange(const char *device, const char *name, char value);
int setting_exchange4(const char *device, const char *name, char value);

#endif
