/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/rest.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLOCK_MIN_US 20
#define CLOCK_MAX_US 125
#define WAIT_MS 5 /* sessions end and questions are answered in time, though nothing comes */

int
rest_wait_for(struct rest *rest, const int *files, unsigned int count)
{
	const int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (bell < 0 || count >= REST_FILES)
		return bell < 0 ? -errno : -E2BIG;
	rest->file[0] = (struct pollfd){ .fd = bell, .events = POLLIN };
	for (unsigned int i = 0; i < count; i++)
		rest->file[1 + i] = (struct pollfd){ .fd = files[i], .events = POLLIN };
	rest->count = 1 + count;
	return 0;
}

void
rest_close(struct rest *rest)
{
	if (rest->count > 0)
		close(rest->file[0].fd);
	rest->count = 0;
}

void
rest_begin(struct rest *rest)
{
	rest->clock_us = CLOCK_MIN_US;
}

/* Longer the longer nothing comes. */
static void
sleep_by_clock(struct rest *rest)
{
	usleep(rest->clock_us);
	rest->clock_us = rest->clock_us * 2 < CLOCK_MAX_US ? rest->clock_us * 2 : CLOCK_MAX_US;
}

/* A device that goes down leaves an error behind, which would end every wait at once until somebody has read it. */
static void
take_errors(struct rest *rest)
{
	int error;
	socklen_t len = sizeof(error);

	for (unsigned int i = 1; i < rest->count; i++) {
		if ((rest->file[i].revents & ~POLLIN) == 0)
			continue;
		(void)getsockopt(rest->file[i].fd, SOL_SOCKET, SO_ERROR, &error, &len);
		sleep_by_clock(rest);
	}
}

/* By the files. */
static void
wait_for_files(struct rest *rest)
{
	eventfd_t rung;

	if (poll(rest->file, rest->count, WAIT_MS) <= 0)
		return;
	if (rest->file[0].revents != 0)
		(void)eventfd_read(rest->file[0].fd, &rung);
	take_errors(rest);
}

void
rest_sleep(struct rest *rest, bool (*has_work)(const void *context), const void *context)
{
	if (rest->count == 0) {
		sleep_by_clock(rest);
		return;
	}
	__atomic_store_n(&rest->sleeps, true, __ATOMIC_RELAXED);
	rte_smp_mb();
	if (!has_work(context))
		wait_for_files(rest);
	__atomic_store_n(&rest->sleeps, false, __ATOMIC_RELAXED);
}
