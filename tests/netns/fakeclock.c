/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For LD_PRELOAD: a process whose wall clock is off by FAKE_CLOCK seconds, and which moves only its own clock when it sets it. The
 * machine's stays as it is, and so do those of the programs that it starts.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long offset;

__attribute__((constructor)) static void
begin(void)
{
	const char *seconds = getenv("FAKE_CLOCK");

	offset = seconds != NULL ? atoll(seconds) : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const long rc = syscall(SYS_clock_gettime, clock, now);

	if (rc == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += offset;
	return (int)rc;
}

int
clock_settime(clockid_t clock, const struct timespec *then)
{
	struct timespec now;

	if (getenv("FAKE_CLOCK_FIXED") != NULL || clock != CLOCK_REALTIME) {
		errno = EPERM;
		return -1;
	}
	clock_gettime(clock, &now);
	offset += then->tv_sec - now.tv_sec;
	return 0;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &precise);
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *now)
{
	struct timespec precise;

	clock_gettime(CLOCK_REALTIME, &precise);
	if (now != NULL)
		*now = precise.tv_sec;
	return precise.tv_sec;
}
