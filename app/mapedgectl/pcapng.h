/* SPDX-License-Identifier: BSD-3-Clause */
/* Capture files in the pcapng format, whose packets may have comments. */
#ifndef MAPEDGECTL_PCAPNG_H
#define MAPEDGECTL_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PCAPNG_INTERFACES 16

enum pcapng_link { PCAPNG_ETHERNET = 1, PCAPNG_IP = 101 };

struct pcapng {
	FILE *out;
	unsigned int interfaces; /* described so far */
	struct {
		char name[64];
		enum pcapng_link link;
	} interface[PCAPNG_INTERFACES];
};

struct pcapng_packet {
	uint64_t time_ns; /* since 1970 */
	const char *interface;
	enum pcapng_link link;
	bool outbound;
	const uint8_t *data;
	uint32_t captured;
	uint32_t length;
	const char *comment; /* NULL: none */
};

/* The head of the file. */
void pcapng_begin(struct pcapng *file, FILE *out);

/* One packet; the interface is described before its first one. Errors are the stream's: ferror(). */
void pcapng_write(struct pcapng *file, const struct pcapng_packet *packet);

#endif
