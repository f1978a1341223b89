/* SPDX-License-Identifier: BSD-3-Clause */
#include "kept.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
kept_read(const char *file, uint8_t *data, size_t size)
{
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t len;
	int rc;

	if (fd < 0)
		return -errno;
	len = read(fd, data, size);
	rc = len < 0 ? -errno : (int)len;
	close(fd);
	return rc;
}

static int
write_new(const char *file, const uint8_t *data, size_t len)
{
	const int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t written;
	int rc = 0;

	if (fd < 0)
		return -errno;
	written = write(fd, data, len);
	if (written < 0)
		rc = -errno;
	else if ((size_t)written < len)
		rc = -ENOSPC;
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* A new name is only as lasting as the directory that it stands in. */
static int
sync_directory(const char *directory)
{
	const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	close(fd);
	return rc;
}

int
kept_write(const char *file, const uint8_t *data, size_t len, struct error *err)
{
	char new[PATH_MAX], path[PATH_MAX];
	const char *directory;
	int rc;

	snprintf(new, sizeof(new), "%s.new", file);
	snprintf(path, sizeof(path), "%s", file);
	directory = dirname(path);
	if (mkdir(directory, 0750) < 0 && errno != EEXIST)
		return error_set(err, errno, "%s: %s", directory, strerror(errno));
	rc = write_new(new, data, len);
	if (rc == 0 && rename(new, file) < 0)
		rc = -errno;
	if (rc == 0)
		rc = sync_directory(directory);
	return rc < 0 ? error_set(err, -rc, "%s: %s", file, strerror(-rc)) : 0;
}
