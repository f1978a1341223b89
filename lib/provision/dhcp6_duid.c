/* SPDX-License-Identifier: BSD-3-Clause */
/* DUIDs are made and written here; nobody looks into one (RFC 8415 section 11). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "provision/dhcp6_lease.h"

enum { DUID_LLT = 1, DUID_LL = 3, DUID_UUID = 4 };

#define HARDWARE_ETHERNET 1
#define YEAR_2000 UINT64_C(946684800) /* s since 1970, where a DUID-LLT counts from */

static void
add(struct dhcp6_duid *duid, const void *bytes, size_t len)
{
	memcpy(duid->byte + duid->len, bytes, len);
	duid->len = (uint8_t)(duid->len + len);
}

static void
add16(struct dhcp6_duid *duid, uint16_t value)
{
	add(duid, (const uint8_t[2]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

void
dhcp6_duid_from_mac(struct dhcp6_duid *duid, const struct mac *mac)
{
	memset(duid, 0, sizeof(*duid));
	add16(duid, DUID_LL);
	add16(duid, HARDWARE_ETHERNET);
	add(duid, mac->byte, sizeof(mac->byte));
}

void
dhcp6_duid_from_time(struct dhcp6_duid *duid, const struct mac *mac, uint64_t wall_ms)
{
	const uint32_t seconds = (uint32_t)(wall_ms / 1000 - YEAR_2000); /* modulo 2^32 */

	memset(duid, 0, sizeof(*duid));
	add16(duid, DUID_LLT);
	add16(duid, HARDWARE_ETHERNET);
	add16(duid, (uint16_t)(seconds >> 16));
	add16(duid, (uint16_t)seconds);
	add(duid, mac->byte, sizeof(mac->byte));
}

void
dhcp6_duid_from_uuid(struct dhcp6_duid *duid, const uint8_t random[16])
{
	memset(duid, 0, sizeof(*duid));
	add16(duid, DUID_UUID);
	add(duid, random, 16);
	/* Version and variant of a random UUID: RFC 4122 section 4.4. */
	duid->byte[2 + 6] = (duid->byte[2 + 6] & 0x0f) | 0x40;
	duid->byte[2 + 8] = (duid->byte[2 + 8] & 0x3f) | 0x80;
}

bool
dhcp6_duid_equal(const struct dhcp6_duid *one, const struct dhcp6_duid *other)
{
	return one->len == other->len && memcmp(one->byte, other->byte, one->len) == 0;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
dhcp6_duid_parse(const char *text, struct dhcp6_duid *duid)
{
	struct dhcp6_duid heard = { .len = 0 };

	while (*text != '\0') {
		if (heard.len == DHCP6_MAX_DUID || digit(text[0]) < 0 || digit(text[1]) < 0)
			return -EINVAL;
		heard.byte[heard.len++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
		/* Between bytes only, not behind the last. */
		if (text[0] == ':' && text[1] != '\0')
			text++;
	}
	if (heard.len < DHCP6_MIN_DUID)
		return -EINVAL;
	*duid = heard;
	return 0;
}

char *
dhcp6_duid_format(const struct dhcp6_duid *duid, char text[DHCP6_DUID_TEXT_SIZE])
{
	text[0] = '\0';
	for (unsigned int i = 0; i < duid->len; i++)
		snprintf(text + (i > 0 ? 3 * i - 1 : 0), 4, "%s%02x", i > 0 ? ":" : "", duid->byte[i]);
	return text;
}
