/* SPDX-License-Identifier: BSD-3-Clause */
/* Capture files in time order: what a replay reads and writes (libpcap underneath). */
#ifndef MAPEDGE_APP_CAPTURE_H
#define MAPEDGE_APP_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct capture_reader;
struct capture_writer;

struct capture_packet {
	uint64_t time_ns;    /* since the epoch */
	const uint8_t *data; /* valid until the next read */
	size_t len;
};

/* Opens an Ethernet capture (pcap or pcapng). NULL with the reason in err. */
struct capture_reader *capture_open(const char *file, struct error *err);
/* 1 with the next packet, 0 at the end, or a negative errno with the reason. A packet that was cut is an error. */
int capture_read(struct capture_reader *reader, struct capture_packet *packet, struct error *err);
void capture_close(struct capture_reader *reader);

/* Creates a pcap file with nanosecond time stamps. */
struct capture_writer *capture_create(const char *file, struct error *err);
void capture_write(struct capture_writer *writer, uint64_t time_ns, const void *data, size_t len);
/* 0, or a negative errno when something could not be written. */
int capture_finish(struct capture_writer *writer);

#endif
