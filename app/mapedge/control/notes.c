/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/notes.h"

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
notes_each(const struct conf *conf, void (*say)(const char *note))
{
	const char *ipv6 = conf_ipv6_forward_note(conf);
	char note[NOTE_SIZE];

	if (ipv6 != NULL) {
		snprintf(note, sizeof(note), "%s:%u: note: %s", conf->file, conf->forwards_ipv6_line, ipv6);
		say(note);
	}
	for (size_t i = 0; i < conf->nat.forward_count; i++) {
		if (forward_note(conf, &conf->nat.forwards[i], note))
			say(note);
	}
}

static void
say_to_log(const char *note)
{
	log_notice("config: %s", note);
}

void
notes_log(const struct conf *conf)
{
	notes_each(conf, say_to_log);
}

void
notes_softwire(const struct conf_softwire *softwire)
{
	char local[IP6_TEXT_SIZE], remote[IP6_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];
	struct error err = { 0 };
	struct map_ce ce;

	if (softwire->is_down)
		log_notice("softwire: down name=%s reason=\"%s\"", softwire->name, softwire->why_down.text);
	else if (conf_derive(softwire, &ce, &err) == 0)
		log_notice("softwire: up name=%s kind=%s local=%s remote=%s ipv4=%s ports=%u", softwire->name,
		    offer_kind_word(softwire->kind), ip6_format(ce.address, local), ip6_format(softwire->br, remote),
		    prefix4_format(&ce.ipv4, ipv4), portset_count(&ce.ports));
}
