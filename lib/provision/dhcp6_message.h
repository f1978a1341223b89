/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DHCPv6 messages on the wire (RFC 8415 sections 8 and 21): a reader that never looks behind the end, and a writer that
 * never writes there.
 */
#ifndef MAPEDGE_PROVISION_DHCP6_MESSAGE_H
#define MAPEDGE_PROVISION_DHCP6_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define DHCP6_CLIENT_PORT 546
#define DHCP6_SERVER_PORT 547
#define DHCP6_HEADER_SIZE 4 /* type and transaction ID */

enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE = 2,
	DHCP6_REQUEST = 3,
	DHCP6_CONFIRM = 4,
	DHCP6_RENEW = 5,
	DHCP6_REBIND = 6,
	DHCP6_REPLY = 7,
	DHCP6_RELEASE = 8,
	DHCP6_DECLINE = 9,
	DHCP6_RECONFIGURE = 10,
	DHCP6_INFORMATION_REQUEST = 11,
	DHCP6_TYPES
};

enum dhcp6_option_code {
	DHCP6_OPTION_CLIENT_ID = 1,
	DHCP6_OPTION_SERVER_ID = 2,
	DHCP6_OPTION_IA_NA = 3,
	DHCP6_OPTION_IA_ADDRESS = 5,
	DHCP6_OPTION_ORO = 6,
	DHCP6_OPTION_PREFERENCE = 7,
	DHCP6_OPTION_ELAPSED_TIME = 8,
	DHCP6_OPTION_AUTH = 11,
	DHCP6_OPTION_STATUS = 13,
	DHCP6_OPTION_RAPID_COMMIT = 14,
	DHCP6_OPTION_RECONFIGURE = 19,
	DHCP6_OPTION_RECONFIGURE_ACCEPT = 20,
	DHCP6_OPTION_DNS = 23,
	DHCP6_OPTION_DOMAINS = 24,
	DHCP6_OPTION_IA_PD = 25,
	DHCP6_OPTION_IA_PREFIX = 26,
	DHCP6_OPTION_SNTP = 31,
	DHCP6_OPTION_REFRESH_TIME = 32,
	DHCP6_OPTION_NTP = 56,
	DHCP6_OPTION_AFTR_NAME = 64,
	DHCP6_OPTION_PD_EXCLUDE = 67,
	DHCP6_OPTION_SOL_MAX_RT = 82,
	DHCP6_OPTION_INF_MAX_RT = 83,
	DHCP6_OPTION_S46_RULE = 89,
	DHCP6_OPTION_S46_BR = 90,
	DHCP6_OPTION_S46_DMR = 91,
	DHCP6_OPTION_S46_V4V6BIND = 92,
	DHCP6_OPTION_S46_PORTPARAMS = 93,
	DHCP6_OPTION_S46_CONT_MAPE = 94,
	DHCP6_OPTION_S46_CONT_MAPT = 95,
	DHCP6_OPTION_S46_CONT_LW = 96,
	DHCP6_OPTION_S46_PRIORITY = 111,
};

enum dhcp6_status {
	DHCP6_STATUS_SUCCESS = 0,
	DHCP6_STATUS_UNSPEC_FAIL = 1,
	DHCP6_STATUS_NO_ADDRS = 2,
	DHCP6_STATUS_NO_BINDING = 3,
	DHCP6_STATUS_NOT_ON_LINK = 4,
	DHCP6_STATUS_USE_MULTICAST = 5,
	DHCP6_STATUS_NO_PREFIX = 6,
};

/* Why a message was not used. */
enum dhcp6_error {
	DHCP6_OK,
	DHCP6_TRUNCATED,     /* shorter than its header, or an option longer than what holds it */
	DHCP6_BAD_OPTION,    /* an option of impossible length or content that decides about the whole message */
	DHCP6_UNWANTED_TYPE, /* no message for clients (section 16) */
	DHCP6_UNEXPECTED,    /* nothing is asked that this could answer */
	DHCP6_OTHER_XID,
	DHCP6_NO_SERVER_ID,
	DHCP6_OTHER_CLIENT_ID, /* missing, or not ours */
	DHCP6_OTHER_SERVER,    /* an answer from a server that was not asked */
	DHCP6_NO_RAPID_COMMIT,
	DHCP6_NOTHING_OFFERED, /* an Advertise without address or prefix (section 18.2.9) */
	DHCP6_FAILED_STATUS,   /* the server refuses the whole message */
	DHCP6_MULTICAST,       /* a Reconfigure by multicast */
	DHCP6_NOT_AUTHENTIC,   /* a Reconfigure without a valid authentication (section 20.4) */
	DHCP6_REPLAYED,
	DHCP6_RATE, /* a Reconfigure while one is being answered */
	DHCP6_ERRORS
};

/* As counters are named: "truncated", "other-xid", ... */
const char *dhcp6_error_word(enum dhcp6_error error);

/* "Solicit", ...; "?" for others. */
const char *dhcp6_type_word(unsigned int type);

/* Bytes that are read from the front. */
struct dhcp6_reader {
	const uint8_t *at;
	size_t left;
};

struct dhcp6_option {
	uint16_t code;
	uint16_t len;
	const uint8_t *data;
};

/* The next option: true, and the reader is behind it. False at the end, and when what is left is no option: left > 0 then. */
bool dhcp6_next(struct dhcp6_reader *reader, struct dhcp6_option *option);

/* All options can be walked over to the very end. Options inside of options are not looked at. */
bool dhcp6_well_formed(struct dhcp6_reader reader);

/* The first option with this code. */
bool dhcp6_find(struct dhcp6_reader reader, uint16_t code, struct dhcp6_option *option);

/* Options that may stand in a message once only: was there one with this code before? Begin with *seen = 0. */
bool dhcp6_is_repeated(uint16_t code, u128 *seen);

/* What is in an option behind its first `skip` bytes; empty if it is shorter. */
struct dhcp6_reader dhcp6_inside(const struct dhcp6_option *option, size_t skip);

static inline uint16_t
dhcp6_get16(const uint8_t *data)
{
	return (uint16_t)(data[0] << 8 | data[1]);
}

static inline uint32_t
dhcp6_get32(const uint8_t *data)
{
	return (uint32_t)dhcp6_get16(data) << 16 | dhcp6_get16(data + 2);
}

/*
 * A domain name (RFC 1035 section 3.1, uncompressed as RFC 8415 section 10 demands) to text without a final dot; the reader
 * moves behind it. False, and nothing is read, when it is cut off, too long, compressed, or has other bytes than letters,
 * digits, '-' and '_'.
 */
#define DHCP6_NAME_TEXT_SIZE 254
bool dhcp6_get_name(struct dhcp6_reader *reader, char text[DHCP6_NAME_TEXT_SIZE]);

/* Text from the network for people: printable ASCII stays, all else, quotes and backslashes become \xNN. Cut to size. */
void dhcp6_escape(const uint8_t *data, size_t len, char *text, size_t size);

/* Bytes that are appended to. Nothing is written behind size; full is then set and stays. */
struct dhcp6_writer {
	uint8_t *data;
	size_t size;
	size_t len;
	bool full;
};

void dhcp6_put(struct dhcp6_writer *writer, const void *data, size_t len);
void dhcp6_put8(struct dhcp6_writer *writer, uint8_t value);
void dhcp6_put16(struct dhcp6_writer *writer, uint16_t value);
void dhcp6_put32(struct dhcp6_writer *writer, uint32_t value);
void dhcp6_put_address(struct dhcp6_writer *writer, u128 addr);
void dhcp6_put_option(struct dhcp6_writer *writer, uint16_t code, const void *data, size_t len);

/* An option whose length is known only at its end; what open returned goes to close. They nest. */
size_t dhcp6_open(struct dhcp6_writer *writer, uint16_t code);
void dhcp6_close(struct dhcp6_writer *writer, size_t opened);

#endif
