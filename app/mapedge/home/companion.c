/* SPDX-License-Identifier: BSD-3-Clause */
#include "home/companion.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "host/process.h"
#include "log.h"
#include "timer.h"

#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 60000
#define LONG_LIFE_MS 60000 /* whoever has lived so long has not failed at its start */
#define COMMAND_SIZE 1024

struct companion {
	struct companion_config config;
	struct event_base *base;
	int pidfd; /* -1: none runs */
	struct event *ended;
	struct event *timer;
	uint64_t started_ms;
	uint64_t wait_ms;
	bool is_wanted;
	bool again; /* it was told to end, to be started anew */
	struct companion_report report;
};

/* ---- one that is left over -------------------------------------------------------------------------------------- */

static size_t
read_file(const char *path, char *text, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	return len > 0 ? (size_t)len : 0;
}

/* A number may have become somebody else's: ours have our file as their last word. */
static bool
is_ours(const struct companion_config *config, pid_t pid)
{
	const size_t file = strlen(config->file);
	char path[64], command[COMMAND_SIZE];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	len = read_file(path, command, sizeof(command)); /* each word ends with a 0 */
	return len > file + 1 && strcmp(command + len - file - 1, config->file) == 0;
}

static void
end_left_over(const struct companion_config *config)
{
	char text[32];
	pid_t pid;
	int pidfd;

	if (read_file(config->pid_file, text, sizeof(text)) == 0)
		return;
	pid = (pid_t)atoi(text);
	pidfd = pid > 1 ? pidfd_open(pid, 0) : -1;
	if (pidfd < 0)
		return;
	if (is_ours(config, pid)) {
		log_notice("%s: pid=%d has outlived its mapedge and is ended", config->name, (int)pid);
		process_end(pidfd);
	}
	close(pidfd);
}

/* ---- life of one ------------------------------------------------------------------------------------------------ */

static void start(struct companion *companion);

static void
forget(struct companion *companion)
{
	event_end(companion->ended);
	companion->ended = NULL;
	if (companion->pidfd >= 0)
		close(companion->pidfd);
	companion->pidfd = -1;
	companion->report.pid = 0;
}

static void
start_later(struct companion *companion)
{
	struct companion_report *report = &companion->report;

	if (clock_ms() - companion->started_ms > LONG_LIFE_MS)
		companion->wait_ms = 0;
	companion->wait_ms = companion->wait_ms == 0 ? FIRST_WAIT_MS : 2 * companion->wait_ms;
	if (companion->wait_ms > LONGEST_WAIT_MS)
		companion->wait_ms = LONGEST_WAIT_MS;
	report->state = "waiting";
	report->next_start_ms = clock_ms() + companion->wait_ms;
	log_error("%s: %s; again in %u s", companion->config.name, report->reason,
	    (unsigned int)(companion->wait_ms / 1000));
	timer_start(companion->timer, companion->wait_ms);
}

static void
on_ended(evutil_socket_t fd, short what, void *argument)
{
	struct companion *companion = argument;
	struct companion_report *report = &companion->report;
	int status = 0;

	(void)fd;
	(void)what;
	if (waitpid(report->pid, &status, WNOHANG) == 0)
		return;
	if (WIFSIGNALED(status))
		snprintf(report->reason, sizeof(report->reason), "ended by signal %d", WTERMSIG(status));
	else
		snprintf(report->reason, sizeof(report->reason), "ended with code %d: see the log",
		    WEXITSTATUS(status));
	forget(companion);
	if (companion->again)
		start(companion);
	else if (companion->is_wanted)
		start_later(companion);
	else
		report->reason[0] = '\0';
}

static void
start(struct companion *companion)
{
	struct companion_config *config = &companion->config;
	char program[COMPANION_PATH_SIZE], option[] = "-C";
	char *argv[] = { program, option, config->file, NULL };
	struct companion_report *report = &companion->report;

	snprintf(program, sizeof(program), "%s", config->program);
	companion->again = false;
	companion->started_ms = clock_ms();
	report->pid = process_spawn(argv, -1);
	companion->pidfd = report->pid > 0 ? pidfd_open(report->pid, 0) : -1;
	if (companion->pidfd >= 0)
		companion->ended =
		    event_new(companion->base, companion->pidfd, EV_READ | EV_PERSIST, on_ended, companion);
	if (companion->ended == NULL || event_add(companion->ended, NULL) < 0) {
		snprintf(report->reason, sizeof(report->reason), "cannot be started: %s", strerror(errno));
		if (report->pid > 0) {
			(void)kill(report->pid, SIGKILL);
			(void)waitpid(report->pid, NULL, 0);
		}
		forget(companion);
		start_later(companion);
		return;
	}
	report->starts++;
	report->state = "running";
	report->reason[0] = '\0';
	log_notice("%s: up pid=%d", config->name, (int)report->pid);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	start(argument);
}

void
companion_start(struct companion *companion)
{
	companion->is_wanted = true;
	if (companion->pidfd < 0) {
		(void)event_del(companion->timer);
		start(companion);
		return;
	}
	companion->again = true;
	(void)pidfd_send_signal(companion->pidfd, SIGTERM, NULL, 0);
}

void
companion_stop(struct companion *companion)
{
	companion->is_wanted = companion->again = false;
	companion->report.state = "off";
	(void)event_del(companion->timer);
	if (companion->pidfd >= 0)
		(void)pidfd_send_signal(companion->pidfd, SIGTERM, NULL, 0);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct companion *
companion_new(struct event_base *base, const struct companion_config *config, struct error *err)
{
	struct companion *companion = calloc(1, sizeof(*companion));

	if (companion == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	companion->config = *config;
	companion->base = base;
	companion->pidfd = -1;
	companion->report.state = "off";
	companion->timer = evtimer_new(base, on_timer, companion);
	if (companion->timer == NULL) {
		error_set(err, ENOMEM, "no timer for %s", config->name);
		free(companion);
		return NULL;
	}
	end_left_over(config);
	return companion;
}

const struct companion_report *
companion_report(const struct companion *companion)
{
	return &companion->report;
}

void
companion_free(struct companion *companion)
{
	if (companion == NULL)
		return;
	if (companion->pidfd >= 0) {
		process_end(companion->pidfd);
		(void)waitpid(companion->report.pid, NULL, 0);
	}
	forget(companion);
	event_end(companion->timer);
	free(companion);
}
