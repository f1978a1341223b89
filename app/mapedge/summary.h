/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame's packet in one line, for people. */
#ifndef MAPEDGE_APP_SUMMARY_H
#define MAPEDGE_APP_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#define SUMMARY_SIZE 256

/* "2001:db8::1 > 2001:db8::2 | 192.0.2.18:4928 > 198.51.100.9:443 tcp, ttl 64, 60 bytes"; returns the buffer. */
char *frame_summary(const uint8_t *frame, size_t len, char text[SUMMARY_SIZE]);

#endif
