/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of a TCP header: RFC 9293 section 3.1. */
#ifndef MAPEDGE_PKT_TCP_OPTION_H
#define MAPEDGE_PKT_TCP_OPTION_H

#include <stddef.h>
#include <stdint.h>

/*
 * Where in the header, which l4_in() has proven, the next option of this kind and length begins: from byte `from` on,
 * where an option must begin. 0 when there is no whole one (any more).
 */
size_t tcp_option(const uint8_t *tcp, size_t from, uint8_t kind, uint8_t len);

#endif
