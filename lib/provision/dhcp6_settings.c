/* SPDX-License-Identifier: BSD-3-Clause */
/* Name servers, time servers, domains; the softwire options are kept as they are. */
#include <string.h>

#include "provision/dhcp6_internal.h"

/* Sub-options of option 56: RFC 5908 section 4. */
#define NTP_SERVER 1
#define NTP_NAME 3

static void
add_server(struct dhcp6_servers *servers, u128 addr)
{
	for (uint32_t i = 0; i < servers->count; i++)
		if (servers->addr[i] == addr)
			return;
	if (addr > 1 && addr >> 120 != 0xff && servers->count < DHCP6_MAX_SERVERS)
		servers->addr[servers->count++] = addr;
}

/* A list that does not consist of whole addresses says nothing (RFC 3646 section 3, RFC 4075 section 4). */
static void
read_servers(const struct dhcp6_option *option, struct dhcp6_servers *servers)
{
	if (option->len % 16 != 0)
		return;
	for (unsigned int at = 0; at < option->len; at += 16)
		add_server(servers, ip6_load(option->data + at));
}

/* A name that cannot be read hides those behind it: nobody knows where they begin. */
static void
read_names(struct dhcp6_reader reader, struct dhcp6_names *names)
{
	while (names->count < DHCP6_MAX_NAMES && dhcp6_get_name(&reader, names->name[names->count]))
		names->count++;
}

/* RFC 5908 section 4: exactly one source of time in each option. A multicast group is none that we ask. */
static void
read_ntp(const struct dhcp6_option *option, struct dhcp6_settings *settings)
{
	struct dhcp6_reader inside = dhcp6_inside(option, 0);
	struct dhcp6_option source;

	if (!dhcp6_next(&inside, &source) || inside.left > 0)
		return;
	if (source.code == NTP_SERVER && source.len == 16)
		add_server(&settings->time, ip6_load(source.data));
	else if (source.code == NTP_NAME)
		read_names(dhcp6_inside(&source, 0), &settings->time_names);
}

static void
keep_softwire(const struct dhcp6_option *option, struct dhcp6_settings *settings)
{
	struct dhcp6_writer writer = { settings->softwire, sizeof(settings->softwire), settings->softwire_len, false };

	dhcp6_put_option(&writer, option->code, option->data, option->len);
	if (!writer.full)
		settings->softwire_len = (uint32_t)writer.len;
}

/* There may be several of these in a message. */
static bool
is_listed(uint16_t code)
{
	return code == DHCP6_OPTION_NTP || code == DHCP6_OPTION_S46_CONT_MAPE || code == DHCP6_OPTION_S46_CONT_LW;
}

static void
read_option(const struct dhcp6_option *option, struct dhcp6_settings *settings)
{
	switch (option->code) {
	case DHCP6_OPTION_DNS:
		read_servers(option, &settings->dns);
		break;
	case DHCP6_OPTION_SNTP:
		read_servers(option, &settings->time);
		break;
	case DHCP6_OPTION_DOMAINS:
		read_names(dhcp6_inside(option, 0), &settings->domains);
		break;
	case DHCP6_OPTION_NTP:
		read_ntp(option, settings);
		break;
	case DHCP6_OPTION_AFTR_NAME:
	case DHCP6_OPTION_S46_CONT_MAPE:
	case DHCP6_OPTION_S46_CONT_MAPT:
	case DHCP6_OPTION_S46_CONT_LW:
	case DHCP6_OPTION_S46_PRIORITY:
		keep_softwire(option, settings);
		break;
	default:
		break;
	}
}

void
dhcp6_settings_read(struct dhcp6_reader options, struct dhcp6_settings *settings)
{
	struct dhcp6_option option;
	u128 seen = 0;

	memset(settings, 0, sizeof(*settings));
	while (dhcp6_next(&options, &option))
		if (is_listed(option.code) || !dhcp6_is_repeated(option.code, &seen))
			read_option(&option, settings);
}

static bool
servers_equal(const struct dhcp6_servers *one, const struct dhcp6_servers *other)
{
	return one->count == other->count && memcmp(one->addr, other->addr, one->count * sizeof(one->addr[0])) == 0;
}

static bool
names_equal(const struct dhcp6_names *one, const struct dhcp6_names *other)
{
	if (one->count != other->count)
		return false;
	for (uint32_t i = 0; i < one->count; i++)
		if (strcmp(one->name[i], other->name[i]) != 0)
			return false;
	return true;
}

void
dhcp6_settings_apply(struct dhcp6_settings *settings, const struct dhcp6_settings *heard, struct dhcp6_actions *actions)
{
	if (settings->softwire_len != heard->softwire_len ||
	    memcmp(settings->softwire, heard->softwire, heard->softwire_len) != 0)
		actions->softwire_changed = true;
	if (!servers_equal(&settings->dns, &heard->dns) || !names_equal(&settings->domains, &heard->domains) ||
	    !servers_equal(&settings->time, &heard->time) || !names_equal(&settings->time_names, &heard->time_names))
		actions->settings_changed = true;
	*settings = *heard;
}
