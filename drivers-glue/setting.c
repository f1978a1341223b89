/* SPDX-License-Identifier: BSD-3-Clause */
#include "setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int
exchange(const char *family, const char *device, const char *name, char value)
{
	char path[128], before = 0;
	int fd, rc;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, device, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = pread(fd, &before, 1, 0) == 1 && (before == value || pwrite(fd, &value, 1, 0) == 1) ? before : -errno;
	close(fd);
	return rc;
}

int
setting_exchange(const char *device, const char *name, char value)
{
	return exchange("ipv6", device, name, value);
}

int
setting_exchange4(const char *device, const char *name, char value)
{
	return exchange("ipv4", device, name, value);
}
