/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/process.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PATIENCE_MS 2000 /* for one that was told to end */

/*
 * As vfork(2) has it the child lives in our memory until it is another program: so no page of ours has to be copied when a worker
 * writes to it. It calls nothing but the kernel.
 */
pid_t
process_spawn(char *const argv[], int output)
{
	static char *const environment[] = { NULL };
	const pid_t parent = getpid();
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before); /* our handlers are not the child's */
	pid = vfork();
	if (pid == 0) {
		/* Works as long as the program keeps our user; else its pid file finds it. */
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
		if (output >= 0) {
			(void)dup2(output, STDOUT_FILENO);
			(void)dup2(output, STDERR_FILENO);
		}
		(void)close_range(STDERR_FILENO + 1, ~0U, 0);
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		if (getppid() == parent)
			(void)execve(argv[0], argv, environment);
		_exit(127);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static bool
wait_end(int pidfd, int ms)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	return poll(&end, 1, ms) == 1;
}

void
process_end(int pidfd)
{
	if (pidfd < 0)
		return;
	(void)pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
	if (wait_end(pidfd, PATIENCE_MS))
		return;
	(void)pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	(void)wait_end(pidfd, PATIENCE_MS);
}
