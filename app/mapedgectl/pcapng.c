/* SPDX-License-Identifier: BSD-3-Clause */
/* draft-ietf-opsawg-pcapng: blocks in the byte order of the machine, each a multiple of 4 bytes, its length at both ends. */
#include "pcapng.h"

#include <string.h>

#define SECTION_HEADER 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define INTERFACE_DESCRIPTION 1u
#define ENHANCED_PACKET 6u

#define OPTION_END 0
#define OPTION_COMMENT 1
#define OPTION_APPLICATION 4 /* of a section */
#define OPTION_NAME 2        /* of an interface */
#define OPTION_RESOLUTION 9  /* of an interface: digits of a second behind the point */
#define OPTION_FLAGS 2       /* of a packet: direction in the lowest bits */
#define INBOUND 1u
#define OUTBOUND 2u

static void
put16(FILE *out, uint16_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void
put32(FILE *out, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static uint32_t
padded(size_t len)
{
	return (uint32_t)(len + 3) & ~UINT32_C(3);
}

static void
put_padded(FILE *out, const void *data, size_t len)
{
	static const uint8_t zeros[4];

	fwrite(data, 1, len, out);
	fwrite(zeros, 1, padded(len) - len, out);
}

/* Bytes of an option with its head. */
static uint32_t
option_size(size_t len)
{
	return 4 + padded(len);
}

static void
put_option(FILE *out, uint16_t code, const void *data, size_t len)
{
	put16(out, code);
	put16(out, (uint16_t)len);
	put_padded(out, data, len);
}

static void
put_option_end(FILE *out)
{
	put_option(out, OPTION_END, "", 0);
}

void
pcapng_begin(struct pcapng *file, FILE *out)
{
	static const char name[] = "mapedgectl " MAPEDGE_VERSION;
	const uint32_t size = 28 + option_size(strlen(name)) + option_size(0);

	*file = (struct pcapng){ .out = out };
	put32(out, SECTION_HEADER);
	put32(out, size);
	put32(out, BYTE_ORDER_MAGIC);
	put16(out, 1); /* version 1.0 */
	put16(out, 0);
	put32(out, UINT32_MAX); /* the section's length is not known */
	put32(out, UINT32_MAX);
	put_option(out, OPTION_APPLICATION, name, strlen(name));
	put_option_end(out);
	put32(out, size);
}

static void
describe(struct pcapng *file, const struct pcapng_packet *packet)
{
	static const uint8_t nanoseconds = 9;
	const uint32_t size = 20 + option_size(strlen(packet->interface)) + option_size(1) + option_size(0);
	FILE *out = file->out;

	snprintf(file->interface[file->interfaces].name, sizeof(file->interface[0].name), "%s", packet->interface);
	file->interface[file->interfaces++].link = packet->link;
	put32(out, INTERFACE_DESCRIPTION);
	put32(out, size);
	put16(out, (uint16_t)packet->link);
	put16(out, 0);
	put32(out, 0); /* packets are not cut at a length that is the interface's */
	put_option(out, OPTION_NAME, packet->interface, strlen(packet->interface));
	put_option(out, OPTION_RESOLUTION, &nanoseconds, 1);
	put_option_end(out);
	put32(out, size);
}

static uint32_t
interface_of(struct pcapng *file, const struct pcapng_packet *packet)
{
	uint32_t i = 0;

	while (i < file->interfaces &&
	    (file->interface[i].link != packet->link || strcmp(file->interface[i].name, packet->interface) != 0))
		i++;
	if (i == file->interfaces && i < PCAPNG_INTERFACES)
		describe(file, packet);
	return i < PCAPNG_INTERFACES ? i : 0;
}

void
pcapng_write(struct pcapng *file, const struct pcapng_packet *packet)
{
	const uint32_t interface = interface_of(file, packet);
	const uint32_t flags = packet->outbound ? OUTBOUND : INBOUND;
	const size_t comment = packet->comment != NULL ? strlen(packet->comment) : 0;
	const uint32_t size = 32 + padded(packet->captured) + option_size(sizeof(flags)) + option_size(0) +
	    (comment > 0 ? option_size(comment) : 0);
	FILE *out = file->out;

	put32(out, ENHANCED_PACKET);
	put32(out, size);
	put32(out, interface);
	put32(out, (uint32_t)(packet->time_ns >> 32));
	put32(out, (uint32_t)packet->time_ns);
	put32(out, packet->captured);
	put32(out, packet->length);
	put_padded(out, packet->data, packet->captured);
	if (comment > 0)
		put_option(out, OPTION_COMMENT, packet->comment, comment);
	put_option(out, OPTION_FLAGS, &flags, sizeof(flags));
	put_option_end(out);
	put32(out, size);
}
