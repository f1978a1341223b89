/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/prober.h"

#include <linux/icmp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "pkt/checksum.h"
#include "timer.h"

/* RFC 792. Whoever sends our secret back has got it from the target, or is on the way there. */
struct echo {
	struct icmphdr icmp;
	uint64_t secret;
};

struct prober {
	struct event_base *base;
	int fd; /* a raw socket; -1: nothing is sent */
	struct event *readable;
	struct conf_probe conf;
	char name[CONF_NAME_SIZE]; /* of the softwire and its device */
	struct echo echo;          /* the next one, but for number and checksum */
	uint64_t next_us;
	struct probe probe;
};

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void
say_news(const struct prober *prober, enum probe_state before)
{
	const struct probe *probe = &prober->probe;
	char target[IP4_TEXT_SIZE];

	ip4_format(prober->conf.target, target);
	if (probe->state == PROBE_UP && before != PROBE_UP)
		log_notice("softwire: probe up name=%s target=%s round_trip_us=%lu", prober->name, target,
		    (unsigned long)probe->round_trip_us);
	if (probe->state == PROBE_DOWN && before != PROBE_DOWN)
		log_notice("softwire: probe down name=%s target=%s missed=%u", prober->name, target, probe->missed);
}

/* An IPv4 packet with its header, as raw sockets give it. */
static bool
is_answer(const struct prober *prober, const uint8_t *packet, size_t len, uint16_t *number)
{
	const size_t header = len < 20 ? 20 : (packet[0] & 0x0fu) * 4u;
	struct echo answer;

	if (len < header + sizeof(answer))
		return false;
	memcpy(&answer, packet + header, sizeof(answer));
	*number = ntohs(answer.icmp.un.echo.sequence);
	return load32(packet + 12) == prober->conf.target && answer.icmp.un.echo.id == prober->echo.icmp.un.echo.id &&
	    answer.secret == prober->echo.secret;
}

void
prober_read(struct prober *prober)
{
	uint8_t packet[128];
	ssize_t len;

	while (prober->fd >= 0 && (len = recv(prober->fd, packet, sizeof(packet), MSG_DONTWAIT)) >= 0) {
		const enum probe_state before = prober->probe.state;
		uint16_t number;

		if (is_answer(prober, packet, (size_t)len, &number) && probe_answer(&prober->probe, number, clock_us()))
			say_news(prober, before);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	prober_read(argument);
}

/* ---- echoes ----------------------------------------------------------------------------------------------------- */

/* What Linux does not take is a miss like any other. */
static void
send_echo(const struct prober *prober, uint16_t number)
{
	struct echo echo = prober->echo;

	echo.icmp.un.echo.sequence = htons(number);
	echo.icmp.checksum = checksum(&echo, sizeof(echo));
	(void)send(prober->fd, &echo, sizeof(echo), MSG_DONTWAIT);
}

void
prober_tick(struct prober *prober)
{
	const enum probe_state before = prober->probe.state;
	const uint64_t now = clock_us();

	if (prober->fd < 0 || now < prober->next_us)
		return;
	/* A second's timer that is a little early must not make two of one. */
	prober->next_us = now + prober->conf.interval * UINT64_C(1000000) - 500000;
	send_echo(prober, probe_send(&prober->probe, now));
	say_news(prober, before);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void
stop(struct prober *prober)
{
	event_end(prober->readable);
	prober->readable = NULL;
	if (prober->fd >= 0)
		close(prober->fd);
	prober->fd = -1;
}

/* A connected raw socket hears the target alone, and one that is bound to the device nobody beside the softwire. */
static bool
start(struct prober *prober)
{
	const struct sockaddr_in target = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(prober->conf.target) };
	const struct icmp_filter only_replies = { ~(UINT32_C(1) << ICMP_ECHOREPLY) };
	uint16_t identifier;

	prober->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
	if (prober->fd < 0 ||
	    setsockopt(prober->fd, SOL_SOCKET, SO_BINDTODEVICE, prober->name, (socklen_t)strlen(prober->name)) < 0 ||
	    setsockopt(prober->fd, SOL_RAW, ICMP_FILTER, &only_replies, sizeof(only_replies)) < 0 ||
	    connect(prober->fd, (const struct sockaddr *)&target, sizeof(target)) < 0 ||
	    getrandom(&prober->echo.secret, sizeof(prober->echo.secret), 0) != sizeof(prober->echo.secret) ||
	    getrandom(&identifier, sizeof(identifier), 0) != sizeof(identifier))
		return false;
	prober->echo.icmp = (struct icmphdr){ .type = ICMP_ECHO, .un.echo.id = identifier };
	prober->readable = event_new(prober->base, prober->fd, EV_READ | EV_PERSIST, on_readable, prober);
	return prober->readable != NULL && event_add(prober->readable, NULL) == 0;
}

/*
 * Of a line that has an IPv4 prefix only the LAN has addresses, and what comes out of the softwire is for hosts: the box could ask
 * from there, but would not hear the answer.
 */
static bool
can_probe(const struct snapshot *snapshot)
{
	return snapshot->work == WORK_CE || (snapshot->work == WORK_CE_PLAIN && snapshot->external_addr != 0);
}

void
prober_follow(struct prober *prober, const struct conf *conf, const struct snapshot *snapshot, bool is_new)
{
	const struct conf_softwire *softwire = &conf->softwires[0];
	const bool wanted = softwire->probe.target != 0 && can_probe(snapshot);

	snprintf(prober->name, sizeof(prober->name), "%s", softwire->name);
	if (wanted && prober->fd >= 0 && !is_new && memcmp(&prober->conf, &softwire->probe, sizeof(prober->conf)) == 0)
		return;
	stop(prober);
	prober->conf = softwire->probe;
	prober->next_us = 0;
	probe_begin(&prober->probe, prober->conf.misses);
	if (wanted && !start(prober)) {
		log_error("softwire: no probe: %s", strerror(errno));
		stop(prober);
	}
}

const struct probe *
prober_probe(const struct prober *prober)
{
	return prober->fd >= 0 ? &prober->probe : NULL;
}

int
prober_new(struct event_base *base, struct prober **prober, struct error *err)
{
	*prober = calloc(1, sizeof(**prober));
	if (*prober == NULL)
		return error_set(err, ENOMEM, "out of memory");
	(*prober)->base = base;
	(*prober)->fd = -1;
	return 0;
}

void
prober_free(struct prober *prober)
{
	if (prober == NULL)
		return;
	stop(prober);
	free(prober);
}
