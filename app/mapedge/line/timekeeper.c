/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/timekeeper.h"

#include <fcntl.h>
#include <net/if.h>
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
#include "provision/right_time.h"
#include "timer.h"

#define PROGRAM "/usr/sbin/chronyd"
#define SAID_SIZE 4096
#define DIRECTIVE_SIZE 96
#define GIVES_UP "20" /* seconds */

struct timekeeper {
	struct right_time time;
	bool is_allowed;
	bool has_prefix;
	char device[IF_NAMESIZE];
	struct conf_access access;
	struct dhcp6_servers servers; /* of the line */
	struct dhcp6_names names;
	struct dhcp6_servers asked; /* of this attempt; those of names come as the resolver finds them */
	uint32_t serial, names_out;
	struct resolver *resolver;
	struct event_base *base;
	struct event *timer;
	struct event *readable;
	pid_t pid; /* 0: nobody measures */
	int pidfd, output;
	char said[SAID_SIZE];
	size_t said_len;
	timekeeper_stepped *stepped;
	void *context;
};

/* ---- who is asked ------------------------------------------------------------------------------------------------ */

static bool
is_by_dhcp6(const struct timekeeper *timekeeper)
{
	return timekeeper->servers.count + timekeeper->names.count > 0;
}

static bool
can_ask(const struct timekeeper *timekeeper)
{
	return timekeeper->is_allowed && timekeeper->has_prefix &&
	    (is_by_dhcp6(timekeeper) || timekeeper->access.ntp_count > 0);
}

static void
add_server(struct dhcp6_servers *servers, u128 addr)
{
	if (servers->count < DHCP6_MAX_SERVERS)
		servers->addr[servers->count++] = addr;
}

/* ---- the clock --------------------------------------------------------------------------------------------------- */

static void
say(const struct timekeeper *timekeeper)
{
	log_notice("time: state=%s reason=\"%s\"", right_time_word(timekeeper->time.state), timekeeper->time.reason);
}

static int
step_clock(int64_t step_ms)
{
	const uint64_t then = (uint64_t)((int64_t)wall_clock_ms() + step_ms);
	const struct timespec moment = { .tv_sec = (time_t)(then / 1000), .tv_nsec = (long)(then % 1000) * 1000000 };

	return clock_settime(CLOCK_REALTIME, &moment) < 0 ? errno : 0;
}

static void
take_answer(struct timekeeper *timekeeper)
{
	struct right_time *time = &timekeeper->time;
	int64_t step_ms;

	if (right_time_answer(time, clock_ms(), wall_clock_ms(), timekeeper->said, &step_ms))
		right_time_set(time, clock_ms(), step_ms, step_clock(step_ms));
	say(timekeeper);
	if (time->is_set)
		timekeeper->stepped(timekeeper->context, step_ms);
}

/* ---- the one who measures ---------------------------------------------------------------------------------------- */

static void
forget_process(struct timekeeper *timekeeper)
{
	if (timekeeper->pid <= 0)
		return;
	event_end(timekeeper->readable);
	timekeeper->readable = NULL;
	if (timekeeper->pidfd < 0)
		(void)kill(timekeeper->pid, SIGKILL);
	process_end(timekeeper->pidfd);
	(void)waitpid(timekeeper->pid, NULL, 0);
	timekeeper->pid = 0;
	if (timekeeper->pidfd >= 0)
		close(timekeeper->pidfd);
	close(timekeeper->output);
}

/* It has said everything when it closes its end. */
static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct timekeeper *timekeeper = argument;
	const size_t room = SAID_SIZE - 1 - timekeeper->said_len;
	const ssize_t len = read(fd, timekeeper->said + timekeeper->said_len, room);

	(void)what;
	if (len < 0 && errno == EAGAIN)
		return;
	if (len > 0 && (size_t)len < room) {
		timekeeper->said_len += (size_t)len;
		return;
	}
	timekeeper->said[timekeeper->said_len] = '\0';
	forget_process(timekeeper);
	take_answer(timekeeper);
}

static bool
start_process(struct timekeeper *timekeeper, char *const argv[])
{
	int ends[2];

	if (access(PROGRAM, X_OK) < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	timekeeper->pid = process_spawn(argv, ends[1]);
	close(ends[1]);
	if (timekeeper->pid < 0) {
		close(ends[0]);
		return false;
	}
	timekeeper->pidfd = pidfd_open(timekeeper->pid, 0);
	timekeeper->output = ends[0];
	timekeeper->said_len = 0;
	timekeeper->readable = event_new(timekeeper->base, ends[0], EV_READ | EV_PERSIST, on_readable, timekeeper);
	if (timekeeper->pidfd >= 0 && timekeeper->readable != NULL && event_add(timekeeper->readable, NULL) == 0)
		return true;
	forget_process(timekeeper);
	return false;
}

static void
fail(struct timekeeper *timekeeper, const char *why)
{
	right_time_failed(&timekeeper->time, clock_ms(), why);
	say(timekeeper);
}

/* Directives in place of a configuration file. It only measures, so that nobody sets a clock to what has not been judged. */
static void
measure(struct timekeeper *timekeeper)
{
	char directives[DHCP6_MAX_SERVERS + 1][DIRECTIVE_SIZE], addr[IP6_TEXT_SIZE];
	char words[][sizeof(PROGRAM)] = { PROGRAM, "-Q", "-6", "-t", GIVES_UP };
	char *argv[sizeof(words) / sizeof(words[0]) + DHCP6_MAX_SERVERS + 2];
	const struct dhcp6_servers *asked = &timekeeper->asked;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		argv[count++] = words[i];
	snprintf(directives[DHCP6_MAX_SERVERS], DIRECTIVE_SIZE, "bindacqdevice %s", timekeeper->device);
	argv[count++] = directives[DHCP6_MAX_SERVERS];
	for (uint32_t i = 0; i < asked->count; i++) {
		snprintf(directives[i], DIRECTIVE_SIZE, "server %s iburst maxsamples 4",
		    ip6_format(asked->addr[i], addr));
		argv[count++] = directives[i];
	}
	argv[count] = NULL;
	if (asked->count == 0)
		fail(timekeeper, "no time server has an address that can be looked up");
	else if (!start_process(timekeeper, argv))
		fail(timekeeper, PROGRAM " cannot be started: apt install chrony");
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static void
on_address(void *context, uint32_t serial, const struct far_answer *answer)
{
	struct timekeeper *timekeeper = context;

	if (serial != timekeeper->serial || timekeeper->time.state != RIGHT_TIME_ASKING || timekeeper->names_out == 0)
		return;
	for (uint32_t i = 0; i < answer->count; i++)
		add_server(&timekeeper->asked, answer->addr[i]);
	if (--timekeeper->names_out == 0)
		measure(timekeeper);
}

/* One more is out than there are names, so that answers which come at once are not taken for the last. */
static void
ask(struct timekeeper *timekeeper)
{
	const bool by_dhcp6 = is_by_dhcp6(timekeeper);
	const size_t count = by_dhcp6 ? timekeeper->names.count : timekeeper->access.ntp_count;
	const struct far_answer nothing = { .count = 0 };
	u128 addr;

	say(timekeeper);
	timekeeper->asked = timekeeper->servers;
	timekeeper->serial++;
	timekeeper->names_out = (uint32_t)count + 1;
	for (size_t i = 0; i < count; i++) {
		const char *name = by_dhcp6 ? timekeeper->names.name[i] : timekeeper->access.ntp[i];

		if (ip6_parse(name, &addr) < 0) {
			resolver_ask_aaaa(timekeeper->resolver, name, timekeeper->serial, on_address, timekeeper);
			continue;
		}
		add_server(&timekeeper->asked, addr);
		timekeeper->names_out--;
	}
	on_address(timekeeper, timekeeper->serial, &nothing);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct timekeeper *timekeeper = argument;
	struct right_time *time = &timekeeper->time;
	const enum right_time_state before = time->state;

	(void)fd;
	(void)what;
	if (right_time_tick(time, clock_ms(), wall_clock_ms(), can_ask(timekeeper))) {
		ask(timekeeper);
	} else if (time->state != before) {
		forget_process(timekeeper);
		say(timekeeper);
	}
	if (time->state != RIGHT_TIME_GOOD)
		timer_start(timekeeper->timer, RIGHT_TIME_LOOK_MS);
}

void
timekeeper_line(struct timekeeper *timekeeper, bool has_prefix, const struct dhcp6_settings *settings)
{
	if (timekeeper == NULL)
		return;
	timekeeper->has_prefix = has_prefix;
	timekeeper->servers = settings->time;
	timekeeper->names = settings->time_names;
}

/* ---- what is known ----------------------------------------------------------------------------------------------- */

void
timekeeper_report(const struct timekeeper *timekeeper, struct line_report *report)
{
	if (timekeeper == NULL)
		return;
	report->time = &timekeeper->time;
	report->time_from = is_by_dhcp6(timekeeper) ? "dhcpv6"
	    : timekeeper->access.ntp_count > 0      ? "access.ntp"
						    : "none";
	report->time_asked = &timekeeper->asked;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

struct timekeeper *
timekeeper_new(struct event_base *base, const struct timekeeper_config *config)
{
	struct timekeeper *timekeeper = calloc(1, sizeof(*timekeeper));

	if (timekeeper == NULL)
		return NULL;
	timekeeper->base = base;
	timekeeper->timer = evtimer_new(base, on_timer, timekeeper);
	timekeeper->access = *config->access;
	timekeeper->is_allowed = config->access->set_clock;
	timekeeper->resolver = config->resolver;
	timekeeper->stepped = config->stepped;
	timekeeper->context = config->context;
	snprintf(timekeeper->device, sizeof(timekeeper->device), "%s", config->device);
	right_time_init(&timekeeper->time, wall_clock_ms(), MAPEDGE_BUILT * UINT64_C(1000));
	if (timekeeper->timer == NULL) {
		free(timekeeper);
		return NULL;
	}
	if (timekeeper->time.state != RIGHT_TIME_GOOD && !timekeeper->is_allowed)
		snprintf(timekeeper->time.reason, sizeof(timekeeper->time.reason),
		    "the clock shows a moment before mapedge was built, and access.set_clock is false");
	if (timekeeper->time.state != RIGHT_TIME_GOOD) {
		say(timekeeper);
		timer_start(timekeeper->timer, RIGHT_TIME_LOOK_MS);
	}
	return timekeeper;
}

void
timekeeper_free(struct timekeeper *timekeeper)
{
	if (timekeeper == NULL)
		return;
	forget_process(timekeeper);
	event_end(timekeeper->timer);
	free(timekeeper);
}
