/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/ra.h"

#include <errno.h>
#include <string.h>

#include "provision/dhcp6_message.h"

#define TYPE 134
#define HEADER_LEN 16
#define OPTION_PREFIX 3
#define OPTION_ROUTE 24 /* RFC 4191 section 2.3 */
#define OPTION_DNS 25   /* RFC 8106 section 5.1 */
#define UNIT 8          /* bytes; options count their length in these */

#define FLAG_MANAGED 0x80
#define FLAG_OTHER 0x40
#define FLAG_ON_LINK 0x80
#define FLAG_AUTONOMOUS 0x40

#define PREFIX_LEN 32
#define ROUTE_LEN 24
#define DNS_HEADER_LEN 8

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* RFC 4862 section 5.5.3: link-local prefixes and those preferred longer than valid say nothing. */
static void
read_prefix(const uint8_t *option, size_t len, struct ra *ra)
{
	struct ra_prefix *prefix = &ra->prefixes[ra->prefix_count];

	if (len != PREFIX_LEN || option[2] > 128 || ra->prefix_count == RA_MAX_PREFIXES)
		return;
	*prefix = (struct ra_prefix){ .prefix = { ip6_load(option + 16) & mask6(option[2]), option[2] },
		.on_link = (option[3] & FLAG_ON_LINK) != 0,
		.autonomous = (option[3] & FLAG_AUTONOMOUS) != 0,
		.valid = dhcp6_get32(option + 4),
		.preferred = dhcp6_get32(option + 8) };
	if (prefix->preferred <= prefix->valid && prefix->prefix.addr >> 118 != 0xfe80 >> 6)
		ra->prefix_count++;
}

static void
read_dns(const uint8_t *option, size_t len, struct ra *ra)
{
	const uint32_t lifetime = dhcp6_get32(option + 4);

	if (len < DNS_HEADER_LEN + 16 || len % 16 != DNS_HEADER_LEN || lifetime == 0)
		return;
	if (lifetime > ra->dns_lifetime)
		ra->dns_lifetime = lifetime;
	for (size_t at = DNS_HEADER_LEN; at < len && ra->dns.count < DHCP6_MAX_SERVERS; at += 16)
		ra->dns.addr[ra->dns.count++] = ip6_load(option + at);
}

int
ra_read(const uint8_t *message, size_t len, struct ra *ra)
{
	*ra = (struct ra){ 0 };
	if (len < HEADER_LEN || message[0] != TYPE || message[1] != 0)
		return -EINVAL;
	ra->hop_limit = message[4];
	ra->managed = (message[5] & FLAG_MANAGED) != 0;
	ra->other = (message[5] & FLAG_OTHER) != 0;
	ra->router_lifetime = dhcp6_get16(message + 6);
	for (size_t at = HEADER_LEN; at < len;) {
		const uint8_t *option = message + at;
		const size_t left = len - at, option_len = left < 2 ? 0 : option[1] * (size_t)UNIT;

		if (option_len == 0 || option_len > left)
			return -EINVAL;
		if (option[0] == OPTION_PREFIX)
			read_prefix(option, option_len, ra);
		else if (option[0] == OPTION_DNS)
			read_dns(option, option_len, ra);
		at += option_len;
	}
	return 0;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void
write_prefix(struct dhcp6_writer *writer, const struct ra_prefix *prefix)
{
	dhcp6_put8(writer, OPTION_PREFIX);
	dhcp6_put8(writer, PREFIX_LEN / UNIT);
	dhcp6_put8(writer, prefix->prefix.len);
	dhcp6_put8(writer,
	    (uint8_t)((prefix->on_link ? FLAG_ON_LINK : 0) | (prefix->autonomous ? FLAG_AUTONOMOUS : 0)));
	dhcp6_put32(writer, prefix->valid);
	dhcp6_put32(writer, prefix->preferred);
	dhcp6_put32(writer, 0);
	dhcp6_put_address(writer, prefix->prefix.addr);
}

static void
write_route(struct dhcp6_writer *writer, const struct ra_route *route)
{
	dhcp6_put8(writer, OPTION_ROUTE);
	dhcp6_put8(writer, ROUTE_LEN / UNIT);
	dhcp6_put8(writer, route->prefix.len);
	dhcp6_put8(writer, 0); /* medium preference */
	dhcp6_put32(writer, route->lifetime);
	dhcp6_put_address(writer, route->prefix.addr);
}

size_t
ra_write(const struct ra *ra, uint8_t data[RA_MAX_LEN])
{
	struct dhcp6_writer writer = { .data = data, .size = RA_MAX_LEN };

	dhcp6_put8(&writer, TYPE);
	dhcp6_put8(&writer, 0);
	dhcp6_put16(&writer, 0);
	dhcp6_put8(&writer, ra->hop_limit);
	dhcp6_put8(&writer, (uint8_t)((ra->managed ? FLAG_MANAGED : 0) | (ra->other ? FLAG_OTHER : 0)));
	dhcp6_put16(&writer, ra->router_lifetime);
	dhcp6_put32(&writer, 0); /* reachable time and retransmission timer: not said */
	dhcp6_put32(&writer, 0);
	for (uint32_t i = 0; i < ra->prefix_count; i++)
		write_prefix(&writer, &ra->prefixes[i]);
	for (uint32_t i = 0; i < ra->route_count; i++)
		write_route(&writer, &ra->routes[i]);
	return writer.len;
}
