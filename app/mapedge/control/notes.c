/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/notes.h"

#include <stdio.h>

#include "log.h"

#define NOTE_SIZE (CONF_TEXT_SIZE + 128)

/* A range of ports needs not lie in the port set as a whole, and which part does changes with the line's prefix. */
static bool
forward_note(const struct conf *conf, const struct conf_forward *forward, char *note)
{
	const unsigned int ports = forward->ports.last - forward->ports.first + 1u;

	if (forward->port_count == ports)
		return false;
	snprintf(note, NOTE_SIZE, "%s:%u: note: of the %u ports of forward %u-%u %u are in the port set of this line",
	    conf->file, forward->line, ports, forward->ports.first, forward->ports.last, forward->port_count);
	return true;
}

void
notes_each(const struct conf *conf, void (*say)(void *context, const char *note), void *context)
{
	const char *ipv6 = conf_ipv6_forward_note(conf);
	char note[NOTE_SIZE];

	if (ipv6 != NULL) {
		snprintf(note, sizeof(note), "%s:%u: note: %s", conf->file, conf->forwards_ipv6_line, ipv6);
		say(context, note);
	}
	if (conf_http_is_open(&conf->http)) {
		snprintf(note, sizeof(note),
		    "%s:%u: note: whoever reaches this address reads the statistics and the status page: http has no "
		    "password",
		    conf->file, conf->http.line);
		say(context, note);
	}
	for (size_t i = 0; i < conf->nat.forward_count; i++) {
		if (forward_note(conf, &conf->nat.forwards[i], note))
			say(context, note);
	}
}

static void
say_to_log(void *context, const char *note)
{
	(void)context;
	log_notice("config: %s", note);
}

void
notes_log(const struct conf *conf)
{
	notes_each(conf, say_to_log, NULL);
}

bool
notes_softwire(const struct conf_softwire *softwire, char said[NOTES_SOFTWIRE_SIZE])
{
	char local[IP6_TEXT_SIZE], remote[IP6_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE], now[NOTES_SOFTWIRE_SIZE] = "";
	struct error err = { 0 };
	struct map_ce ce;

	if (softwire->is_down)
		snprintf(now, sizeof(now), "down name=%s reason=\"%s\"", softwire->name, softwire->why_down.text);
	else if (conf_derive(softwire, &ce, &err) == 0)
		snprintf(now, sizeof(now), "up name=%s kind=%s local=%s remote=%s ipv4=%s ports=%u", softwire->name,
		    offer_kind_word(softwire->kind), ip6_format(ce.address, local), ip6_format(softwire->br, remote),
		    prefix4_format(&ce.ipv4, ipv4), portset_count(&ce.ports));
	if (strcmp(now, said) == 0)
		return false;
	log_notice("softwire: %s", now);
	snprintf(said, NOTES_SOFTWIRE_SIZE, "%s", now);
	return true;
}
