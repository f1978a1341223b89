/* SPDX-License-Identifier: BSD-3-Clause */
/* The echoes that tell whether a CE's softwire leads anywhere. */
#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

#define INTERVAL 10 /* seconds */
#define MISSES 3

/* What belongs to a probe, without one. */
static int
check_none(const config_setting_t *group, struct error *err)
{
	static const char *const names[] = { "probe_interval", "probe_misses" };

	for (size_t i = 0; i < READER_COUNT(names); i++) {
		if (config_setting_get_member(group, names[i]) == NULL)
			continue;
		place_error(err, reader_place(group, names[i]), "%s without probe", names[i]);
		error_hint(err, "for example: probe = \"192.0.2.1\";");
		return -EINVAL;
	}
	return 0;
}

/* It must be an IPv4 address that is reached through the softwire. */
static int
check_target(const struct conf_address *target, const struct conf_interface *lan, const config_setting_t *place,
    struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	text_format(target, text);
	if (!target->ipv4) {
		place_error(err, place, "probe: %s is not an IPv4 address", text);
		error_hint(err, "only IPv4 goes through the softwire");
		return -EINVAL;
	}
	if (!conf_has_subnet_of(lan, target))
		return 0;
	place_error(err, place, "probe: %s is in a subnet of interface \"%s\"", text, lan->name);
	error_hint(err, "somebody behind the softwire's other end, who answers pings");
	return -EINVAL;
}

int
conf_read_probe(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group,
    struct error *err)
{
	struct conf_address target;

	if (!reader_get_address(group, "probe", &target))
		return check_none(group, err);
	if (check_target(&target, &conf->interfaces[0], reader_place(group, "probe"), err) < 0)
		return -EINVAL;
	if (softwire->device_addr == 0) {
		place_error(err, reader_place(group, "probe"), "probe: the softwire has no device to send from");
		error_hint(err, "set host = true, and not device = false");
		return -EINVAL;
	}
	softwire->probe = (struct conf_probe){ .target = target.v4,
		.interval = (uint32_t)reader_get_int(group, "probe_interval", INTERVAL),
		.misses = (uint32_t)reader_get_int(group, "probe_misses", MISSES) };
	return 0;
}
