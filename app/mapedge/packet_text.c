/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet_text.h"

#include <stdlib.h>
#include <string.h>

#include "pkt/checksum.h"
#include "pkt/packet.h"

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define NEXT_IPV4 4
#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define ECHO_REPLY 0
#define ECHO_REQUEST 8
#define ICMP_LEN 8
#define TCP_LEN 20
#define UDP_LEN 8
#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10
#define DEFAULT_TTL 64
#define OUTER_HOP_LIMIT 64
#define WORDS_MAX 40
#define TEXT_MAX 512
#define ENDS_MAX 4

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct end {
	bool ipv6;
	u128 addr6;
	uint32_t addr;
	uint16_t port;
};

struct reading {
	struct packet_text *packet;
	struct error *err;
	struct end ends[ENDS_MAX];
	unsigned int end_count;
	char *words[WORDS_MAX];
	unsigned int count;
	unsigned int at;
	bool has_protocol, has_type;
};

static int
refuse(struct reading *reading, const char *word)
{
	error_set(reading->err, EINVAL, "\"%.64s\" is no part of a packet", word);
	error_hint(reading->err, "a packet is like \"udp 192.168.1.10:5000 > 192.0.2.1:53 len 1400\"");
	return -EINVAL;
}

static int
read_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return -EINVAL;
	*number = strtoul(text, &end, 10);
	return *end == '\0' && *number <= max ? 0 : -EINVAL;
}

/* "192.0.2.1:53", "192.0.2.1" or an IPv6 address. */
static int
read_end(char *word, struct end *end)
{
	char *colon = strchr(word, ':');
	unsigned long port = 0;
	int rc;

	*end = (struct end){ .ipv6 = ip6_parse(word, &end->addr6) == 0 };
	if (end->ipv6)
		return ip6_parse(word, &end->addr6);
	if (colon != NULL) {
		if (read_number(colon + 1, UINT16_MAX, &port) < 0)
			return -EINVAL;
		*colon = '\0';
	}
	rc = ip4_parse(word, &end->addr);
	if (colon != NULL)
		*colon = ':';
	end->port = (uint16_t)port;
	return rc;
}

/* Words that need no other. */
static bool
read_flag(struct reading *reading, const char *word)
{
	static const struct {
		const char *word;
		uint8_t protocol, flag;
	} words[] = { { "icmp", PROTOCOL_ICMP, 0 }, { "tcp", PROTOCOL_TCP, 0 }, { "udp", PROTOCOL_UDP, 0 },
		{ "fin", 0, FIN }, { "syn", 0, SYN }, { "rst", 0, RST }, { "ack", 0, ACK } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		reading->packet->tcp_flags |= words[i].flag;
		if (words[i].protocol != 0)
			reading->packet->protocol = words[i].protocol;
		reading->has_protocol = reading->has_protocol || words[i].protocol != 0;
		return true;
	}
	if (strcmp(word, "df") == 0)
		reading->packet->df = true;
	else if (strcmp(word, "softwire") == 0)
		reading->packet->in_softwire = true;
	else if (strcmp(word, "reply") == 0)
		reading->packet->is_reply = true;
	else
		return strcmp(word, ">") == 0 || strcmp(word, "|") == 0;
	return true;
}

static void
set_number(struct reading *reading, char kind, unsigned long number)
{
	struct packet_text *packet = reading->packet;

	if (kind == 'l')
		packet->len = (uint16_t)number;
	else if (kind == 't')
		packet->ttl = (uint8_t)number;
	else if (kind == 'i')
		packet->src_port = packet->dst_port = (uint16_t)number;
	else if (kind == 'y')
		packet->icmp_type = (uint8_t)number;
	else if (kind == 'p')
		packet->protocol = (uint8_t)number;
	reading->has_type = reading->has_type || kind == 'y';
	reading->has_protocol = reading->has_protocol || kind == 'p';
}

/* "ttl 64", "1400 bytes". 1: read; 0: it is something else; or -EINVAL. */
static int
read_counted(struct reading *reading, const char *word)
{
	static const struct {
		const char *word;
		char kind;
		unsigned long max;
	} words[] = { { "len", 'l', PACKET_TEXT_MAX_LEN }, { "ttl", 't', 255 }, { "id", 'i', UINT16_MAX },
		{ "type", 'y', 255 }, { "code", 'c', 0 }, { "protocol", 'p', 255 } };
	const char *next = reading->at + 1 < reading->count ? reading->words[reading->at + 1] : NULL;
	unsigned long number;

	if (next != NULL && strcmp(next, "bytes") == 0) {
		if (read_number(word, PACKET_TEXT_MAX_LEN, &number) < 0)
			return -EINVAL;
		set_number(reading, 'l', number);
		reading->at++;
		return 1;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		if (read_number(next, words[i].max, &number) < 0)
			return -EINVAL;
		set_number(reading, words[i].kind, number);
		reading->at++;
		return 1;
	}
	return 0;
}

static int
read_word(struct reading *reading, char *word)
{
	int rc;

	if (read_flag(reading, word))
		return 0;
	rc = read_counted(reading, word);
	if (rc != 0)
		return rc < 0 ? refuse(reading, word) : 0;
	if (reading->end_count == ENDS_MAX || read_end(word, &reading->ends[reading->end_count]) < 0)
		return refuse(reading, word);
	reading->end_count++;
	return 0;
}

/* Two ends, or four of which the first are the outer ones. */
static int
take_ends(struct reading *reading)
{
	struct packet_text *packet = reading->packet;
	const struct end *outer = reading->ends, *inner = outer + (reading->end_count == ENDS_MAX ? 2 : 0);

	if (packet->is_reply && reading->end_count == 0)
		return 0;
	if ((reading->end_count != 2 && reading->end_count != ENDS_MAX) || inner[0].ipv6 || inner[1].ipv6 ||
	    (inner != outer && !(outer[0].ipv6 && outer[1].ipv6))) {
		error_set(reading->err, EINVAL,
		    "a packet has two IPv4 addresses, and two IPv6 ones in front of them in a softwire");
		error_hint(reading->err,
		    "\"2001:db8::1 > 2001:db8::2 | udp 192.0.2.1:53 > 192.0.2.18:4928\", or \"softwire udp …\"");
		return -EINVAL;
	}
	packet->has_outer = inner != outer;
	packet->in_softwire = packet->in_softwire || packet->has_outer;
	packet->outer_src = outer[0].addr6;
	packet->outer_dst = outer[1].addr6;
	packet->src = inner[0].addr;
	packet->dst = inner[1].addr;
	if (packet->protocol == PROTOCOL_ICMP)
		return 0;
	packet->src_port = inner[0].port;
	packet->dst_port = inner[1].port;
	return 0;
}

static uint16_t
shortest(const struct packet_text *packet)
{
	return IPV4_MIN_LEN + (packet->protocol == PROTOCOL_TCP ? TCP_LEN : UDP_LEN);
}

static int
check(struct reading *reading)
{
	struct packet_text *packet = reading->packet;

	if (!reading->has_protocol && !packet->is_reply) {
		error_set(reading->err, EINVAL, "which protocol?");
		error_hint(reading->err, "tcp, udp, icmp, or protocol 47");
		return -EINVAL;
	}
	if (packet->len != 0 && packet->len < shortest(packet))
		return error_set(reading->err, EINVAL, "such a packet has %u bytes at least", shortest(packet));
	if (packet->protocol == PROTOCOL_TCP && packet->tcp_flags == 0)
		packet->tcp_flags = SYN;
	return 0;
}

int
packet_text_parse(const char *text, struct packet_text *packet, struct error *err)
{
	struct reading reading = { .packet = packet, .err = err };
	char copy[TEXT_MAX], *rest = copy, *word;

	*packet = (struct packet_text){ .ttl = DEFAULT_TTL, .icmp_type = ECHO_REQUEST };
	if (strlen(text) >= sizeof(copy))
		return error_set(err, EINVAL, "a packet in more than %d characters", TEXT_MAX - 1);
	memcpy(copy, text, strlen(text) + 1);
	while ((word = strsep(&rest, " ,\t")) != NULL) {
		if (*word == '\0')
			continue;
		if (reading.count == WORDS_MAX)
			return error_set(err, EINVAL, "a packet in more than %d words", WORDS_MAX);
		reading.words[reading.count++] = word;
	}
	for (; reading.at < reading.count; reading.at++) {
		if (read_word(&reading, reading.words[reading.at]) < 0)
			return -EINVAL;
	}
	if (take_ends(&reading) < 0)
		return -EINVAL;
	return check(&reading);
}

/* ---- the other way round ---------------------------------------------------------------------------------------- */

static uint8_t
flags_of_reply(uint8_t flags)
{
	return (flags & SYN) != 0 ? SYN | ACK : ACK;
}

static bool
turn_ipv4(const uint8_t *ip, size_t len, struct packet_text *packet)
{
	const uint8_t *l4 = ip + IPV4_MIN_LEN;

	if (len < IPV4_MIN_LEN + ICMP_LEN || ip[0] != 0x45)
		return false;
	packet->protocol = ip[9];
	packet->src = load32(ip + 16);
	packet->dst = load32(ip + 12);
	if (packet->protocol == PROTOCOL_ICMP) {
		packet->icmp_type = ECHO_REPLY;
		packet->src_port = packet->dst_port = load16(l4 + 4);
		return l4[0] == ECHO_REQUEST;
	}
	packet->src_port = load16(l4 + 2);
	packet->dst_port = load16(l4);
	if (packet->protocol == PROTOCOL_TCP)
		packet->tcp_flags = flags_of_reply(len >= IPV4_MIN_LEN + TCP_LEN ? l4[13] : 0);
	return true;
}

bool
packet_text_reply(const uint8_t *frame, size_t len, struct packet_text *packet)
{
	const uint8_t *ip = frame + ETHER_LEN;

	*packet = (struct packet_text){ .ttl = DEFAULT_TTL };
	if (len < ETHER_LEN + IPV6_LEN || load16(frame + 12) != TYPE_IPV6)
		return len >= ETHER_LEN && turn_ipv4(ip, len - ETHER_LEN, packet);
	packet->in_softwire = packet->has_outer = true;
	packet->outer_src = ip6_load(ip + 24);
	packet->outer_dst = ip6_load(ip + 8);
	return ip[6] == NEXT_IPV4 && turn_ipv4(ip + IPV6_LEN, len - ETHER_LEN - IPV6_LEN, packet);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* TCP and UDP: with the pseudo header of RFC 9293 section 3.1. */
static void
put_sum(const struct packet_text *packet, uint8_t *l4, uint16_t len, unsigned int at)
{
	uint8_t pseudo[12] = { 0 };
	uint16_t sum;

	store32(pseudo, packet->src);
	store32(pseudo + 4, packet->dst);
	pseudo[9] = packet->protocol;
	store16(pseudo + 10, len);
	sum = (uint16_t)~checksum_fold(
	    checksum_add(packet->protocol == PROTOCOL_ICMP ? 0 : checksum_add(0, pseudo, sizeof(pseudo)), l4, len));
	if (sum == 0 && packet->protocol == PROTOCOL_UDP)
		sum = UINT16_MAX;
	memcpy(l4 + at, &sum, sizeof(sum));
}

static void
put_l4(const struct packet_text *packet, uint8_t *l4, uint16_t len)
{
	if (packet->protocol == PROTOCOL_ICMP) {
		l4[0] = packet->icmp_type;
		store16(l4 + 4, packet->src_port);
		store16(l4 + 6, 1);
		put_sum(packet, l4, len, 2);
		return;
	}
	if (packet->protocol != PROTOCOL_TCP && packet->protocol != PROTOCOL_UDP)
		return;
	store16(l4, packet->src_port);
	store16(l4 + 2, packet->dst_port);
	if (packet->protocol == PROTOCOL_UDP) {
		store16(l4 + 4, len);
		put_sum(packet, l4, len, 6);
		return;
	}
	l4[12] = TCP_LEN / 4 << 4;
	l4[13] = packet->tcp_flags;
	store16(l4 + 14, UINT16_MAX);
	put_sum(packet, l4, len, 16);
}

static void
put_ipv4(const struct packet_text *packet, uint8_t *ip, uint16_t len)
{
	uint16_t sum;

	ip[0] = 0x45;
	store16(ip + 2, len);
	store16(ip + 4, 1);
	store16(ip + 6, packet->df ? 0x4000 : 0);
	ip[8] = packet->ttl;
	ip[9] = packet->protocol;
	store32(ip + 12, packet->src);
	store32(ip + 16, packet->dst);
	sum = checksum(ip, IPV4_MIN_LEN);
	memcpy(ip + 10, &sum, sizeof(sum));
	put_l4(packet, ip + IPV4_MIN_LEN, len - IPV4_MIN_LEN);
}

size_t
packet_text_frame(const struct packet_text *packet, const struct mac *to, uint8_t frame[PACKET_TEXT_ROOM])
{
	static const struct mac from = { { 0x02, 0, 0, 0, 0, 0xfe } };
	const uint16_t len = packet->len != 0 ? packet->len : shortest(packet);
	uint8_t *ip = frame + ETHER_LEN;

	memset(frame, 0, PACKET_TEXT_ROOM);
	memcpy(frame, to, sizeof(*to));
	memcpy(frame + sizeof(*to), &from, sizeof(from));
	store16(frame + 12, packet->in_softwire ? TYPE_IPV6 : TYPE_IPV4);
	if (packet->in_softwire) {
		store32(ip, UINT32_C(6) << 28);
		store16(ip + 4, len);
		ip[6] = NEXT_IPV4;
		ip[7] = OUTER_HOP_LIMIT;
		ip6_store(ip + 8, packet->outer_src);
		ip6_store(ip + 24, packet->outer_dst);
		ip += IPV6_LEN;
	}
	put_ipv4(packet, ip, len);
	return (size_t)(ip - frame) + len;
}
