/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl top: what goes through the box, second by second. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "command.h"
#include "top.h"

#define INTERVAL_MIN_S 0.1
#define INTERVAL_MAX_S 3600.0
#define HOME_AND_CLEAR "\033[H\033[J"

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl top [-s SOCKET] [-d SECONDS] [--once]\n"
	      "\n"
	      "Packets and bits a second of interfaces, softwires and workers, ports in use, the hosts with most of "
	      "them, and what is\n"
	      "dropped, again and again. q ends it.\n"
	      "\n"
	      "  -s, --socket PATH    the daemon's socket, default " CLIENT_SOCKET "\n"
	      "  -d, --delay SECONDS  from one screen to the next, default 1\n"
	      "      --once           one screen, after one delay, and no more\n"
	      "      --help           print this\n"
	      "\n"
	      "Exit status: 1 failed, 2 wrong usage, 4 no daemon at the socket, or no longer.\n",
	    out);
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

static double
clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
forget(struct top_look *look)
{
	for (int i = 0; i < TOP_ANSWERS; i++)
		json_decref(look->answer[i]);
	*look = (struct top_look){ 0 };
}

static int
take_look(const char *socket, struct top_look *look)
{
	static const char *const commands[TOP_ANSWERS] = { [TOP_STATUS] = "status",
		[TOP_STATS] = "stats-get",
		[TOP_DROPS] = "drops-get",
		[TOP_WORKERS] = "workers-get",
		[TOP_HOSTS] = "hosts-get",
		[TOP_ALARMS] = "alarms-get" };
	int status = EXIT_SUCCESS;

	*look = (struct top_look){ .s = clock_s() };
	for (int i = 0; i < TOP_ANSWERS && status == EXIT_SUCCESS; i++)
		status = client_ask(socket, commands[i],
		    i == TOP_HOSTS ? json_pack("{s:i}", "count", TOP_HOSTS_SHOWN) : json_object(), &look->answer[i]);
	return status;
}

/* ---- the terminal ------------------------------------------------------------------------------------------------ */

static volatile sig_atomic_t is_over;

static void
on_signal(int number)
{
	(void)number;
	is_over = true;
}

/* Keys come at once and are not shown; whatever else the terminal does stays as it is. False: it is no terminal. */
static bool
take_keys(struct termios *before)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, before) < 0)
		return false;
	raw = *before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* Until the moment, or until somebody wants it to end. */
static void
wait_until(double moment, bool has_keys)
{
	struct pollfd keys = { .fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN };
	char key;

	while (!is_over) {
		const double left = moment - clock_s();

		if (left <= 0)
			break;
		if (poll(&keys, 1, (int)(left * 1000) + 1) > 0 && (read(STDIN_FILENO, &key, 1) <= 0 || key == 'q'))
			is_over = true;
	}
}

static int
show(const char *socket, double delay_s, bool once, bool has_keys)
{
	const bool is_screen = !once && isatty(STDOUT_FILENO);
	struct top_look before, now = { 0 };
	int status = take_look(socket, &before);

	while (status == EXIT_SUCCESS) {
		wait_until(before.s + delay_s, has_keys);
		if (is_over)
			break;
		status = take_look(socket, &now);
		if (status != EXIT_SUCCESS)
			break;
		if (is_screen)
			fputs(HOME_AND_CLEAR, stdout);
		top_print(stdout, &before, &now);
		fflush(stdout);
		forget(&before);
		before = now;
		now = (struct top_look){ 0 };
		if (once || ferror(stdout))
			break;
	}
	forget(&before);
	forget(&now);
	return ferror(stdout) ? EXIT_FAILURE : status;
}

int
top_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "delay", required_argument, NULL, 'd' },
		{ "once", no_argument, NULL, '1' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *socket = CLIENT_SOCKET;
	bool once = false, has_keys;
	double delay_s = 1;
	struct termios before;
	int option, status;

	while ((option = getopt_long(argc, argv, "s:d:h", options, NULL)) != -1) {
		if (option == 's') {
			socket = optarg;
		} else if (option == '1') {
			once = true;
		} else if (option == 'd' && (delay_s = strtod(optarg, NULL)) >= INTERVAL_MIN_S &&
		    delay_s <= INTERVAL_MAX_S) {
			continue;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	has_keys = !once && take_keys(&before);
	status = show(socket, delay_s, once, has_keys);
	if (has_keys)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return status;
}
