/* SPDX-License-Identifier: BSD-3-Clause */
#include "frag/reassembly.h"

#include "frag/units.h"
#include "pkt/ipv6.h"

_Static_assert(UNITS_MAX > REASSEMBLY_MAX_LEN / UNITS_LEN, "there is a unit for each byte, and one behind");

/* ICMPv6 parameter problem, RFC 4443 section 3.4, RFC 7112 section 5. */
#define PARAMETER_PROBLEM 4
#define ERRONEOUS_FIELD 0
#define INCOMPLETE_CHAIN 3
#define POINTER_PAYLOAD_LENGTH 4
#define POINTER_OFFSET 2 /* in the fragment header */

#define ECN_BITS 0x03
#define ECN_NOT_ECT 0
#define ECN_CE 3

/* A packet of which parts have come. */
struct partial {
	struct table_entry entry;
	u128 src, dst;
	uint32_t id;
	uint16_t fragments; /* held */
	uint16_t head_len;  /* unfragmentable part of the first fragment, IPv6 header included; 0 until it has come */
	uint16_t first_end; /* fragmentable bytes of the first fragment */
	uint16_t end;       /* of the bytes that have come */
	uint16_t len;       /* of the fragmentable part; 0 until the last fragment has come */
	uint16_t come;      /* bytes that have come */
	bool refused;       /* after an overlap */
	uint8_t ecn_seen;   /* bit i: a fragment had codepoint i */
	uint8_t header[IPV6_FRAGMENT_LEN]; /* the first fragment's */
	struct units taken;
	struct units starts; /* of fragments */
	/* path_mru of them. The fragmentable part from the beginning on, the unfragmentable one up to the end. */
	uint8_t bytes[];
};

struct reassembly {
	struct table table;
	struct hash_key key;
	uint16_t path_mru;
	uint32_t held;
};

/* The fragment at hand: bytes start..end-1 of the fragmentable part. */
struct piece {
	const uint8_t *bytes;
	uint32_t start;
	uint32_t end;
	uint16_t head_len;
	bool more;
};

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static size_t
partial_size(const struct reassembly_config *config)
{
	return table_align(sizeof(struct partial) + config->path_mru);
}

size_t
reassembly_size(const struct reassembly_config *config)
{
	return table_align(sizeof(struct reassembly)) + table_size(config->datagrams, partial_size(config));
}

struct reassembly *
reassembly_init(void *memory, const struct reassembly_config *config, const struct hash_key *key)
{
	struct reassembly *r = memory;

	*r = (struct reassembly){ .key = *key, .path_mru = config->path_mru };
	table_init(&r->table, (uint8_t *)memory + table_align(sizeof(*r)), config->datagrams, partial_size(config));
	return r;
}

uint32_t
reassembly_held(const struct reassembly *r)
{
	return r->held;
}

uint32_t
reassembly_datagrams(const struct reassembly *r)
{
	return r->table.used;
}

/* ---- one fragment by itself ------------------------------------------------------------------------------------- */

static inline uint8_t *
outer_header(const struct packet *p)
{
	return rte_pktmbuf_mtod_offset(p->mbuf, uint8_t *, ETHER_LEN);
}

static struct piece
read_piece(const struct packet *p)
{
	const uint16_t field = load16(p->ip + 2);
	const uint32_t start = field & IPV6_FRAGMENT_OFFSET;

	return (struct piece){ .bytes = p->ip + IPV6_FRAGMENT_LEN,
		.start = start,
		.end = start + p->outer_len - IPV6_FRAGMENT_LEN,
		.head_len = (uint16_t)(p->ip - outer_header(p)),
		.more = field & IPV6_FRAGMENT_MORE };
}

static enum reassembly_result
refuse(struct reassembly_refusal *refusal, enum drop_reason reason)
{
	*refusal = (struct reassembly_refusal){ .reason = reason };
	return REASSEMBLY_REFUSED;
}

static void
explain(struct reassembly_refusal *refusal, enum drop_reason reason, uint8_t code, uint32_t pointer)
{
	*refusal = (struct reassembly_refusal){ reason, PARAMETER_PROBLEM, code, pointer };
}

/* RFC 7112: what of the first fragment decides about the packet. A chain that does not end in IPv4 is not for us to judge. */
static bool
chain_is_whole(const uint8_t *header, uint8_t type, uint32_t left)
{
	for (;;) {
		uint32_t len;

		switch (type) {
		case NEXT_HEADER_IPV4:
			return left >= REASSEMBLY_MIN_INNER;
		case NEXT_HEADER_HOP_BY_HOP:
		case NEXT_HEADER_DESTINATION:
		case NEXT_HEADER_ROUTING:
			break;
		default:
			return true;
		}
		if (left < 8)
			return false;
		len = (header[1] + 1u) * 8;
		if (left < len)
			return false;
		type = header[0];
		header += len;
		left -= len;
	}
}

/* What cannot be part of any packet; false with the refusal. RFC 8200 section 4.5. */
static bool
is_possible(const struct packet *p, const struct piece *piece, struct reassembly_refusal *refusal)
{
	const uint32_t len = piece->end - piece->start;

	if (len == 0 || (piece->more && len % UNITS_LEN != 0))
		explain(refusal, DROP_frag6_bad, ERRONEOUS_FIELD, POINTER_PAYLOAD_LENGTH);
	else if (piece->head_len - IPV6_LEN + piece->end > UINT16_MAX)
		explain(refusal, DROP_frag6_bad, ERRONEOUS_FIELD, piece->head_len + POINTER_OFFSET);
	else if (piece->start == 0 && !chain_is_whole(piece->bytes, p->ip[0], len))
		explain(refusal, DROP_frag6_chain, INCOMPLETE_CHAIN, 0);
	else
		return true;
	return false;
}

/* ---- the bytes of a packet -------------------------------------------------------------------------------------- */

static inline uint32_t
first_unit(const struct piece *piece)
{
	return piece->start / UNITS_LEN;
}

/* The odd bytes at the end of the last fragment have a unit of their own. */
static inline uint32_t
end_unit(const struct piece *piece)
{
	return (piece->end + UNITS_LEN - 1) / UNITS_LEN;
}

static bool
is_behind_the_end(const struct partial *d, const struct piece *piece)
{
	return (d->len != 0 && piece->end > d->len) || (!piece->more && piece->end < d->end);
}

/* The same piece once more: the same bounds, the same bytes. */
static bool
is_duplicate(const struct partial *d, const struct piece *piece)
{
	const uint32_t first = first_unit(piece), end = end_unit(piece);

	if (piece->more != (piece->end != d->len) || is_behind_the_end(d, piece))
		return false;
	if (units_count(&d->taken, first, end) != end - first || units_count(&d->starts, first, end) != 1)
		return false;
	if (!units_has(&d->starts, first) || (units_has(&d->taken, end) && !units_has(&d->starts, end)))
		return false;
	return memcmp(d->bytes + piece->start, piece->bytes, piece->end - piece->start) == 0;
}

static bool
overlaps(const struct partial *d, const struct piece *piece)
{
	return is_behind_the_end(d, piece) || units_count(&d->taken, first_unit(piece), end_unit(piece)) > 0;
}

/* Would the packet be longer than path_mru, as far as one knows? Then its two parts would meet in the buffer, too. */
static bool
is_too_long(const struct reassembly *r, const struct partial *d, const struct piece *piece)
{
	uint32_t head_len = piece->start == 0 ? piece->head_len : IPV6_LEN, end = piece->end;

	if (d != NULL && d->head_len > head_len)
		head_len = d->head_len;
	if (d != NULL && d->end > end)
		end = d->end;
	return head_len + end > r->path_mru;
}

static inline uint8_t *
head_of(const struct reassembly *r, struct partial *d)
{
	return d->bytes + r->path_mru - d->head_len;
}

static void
take(const struct reassembly *r, struct partial *d, const struct packet *p, const struct piece *piece)
{
	const uint16_t len = (uint16_t)(piece->end - piece->start);

	memcpy(d->bytes + piece->start, piece->bytes, len);
	units_set(&d->taken, first_unit(piece), end_unit(piece));
	units_set(&d->starts, first_unit(piece), first_unit(piece) + 1);
	d->come = (uint16_t)(d->come + len);
	d->ecn_seen |= (uint8_t)(1 << (p->outer_class & ECN_BITS));
	if (piece->end > d->end)
		d->end = (uint16_t)piece->end;
	if (!piece->more)
		d->len = (uint16_t)piece->end;
	if (piece->start == 0) {
		d->head_len = piece->head_len;
		d->first_end = len;
		memcpy(d->header, p->ip, IPV6_FRAGMENT_LEN);
		memcpy(head_of(r, d), outer_header(p), d->head_len);
	}
}

/* ---- packets in the table --------------------------------------------------------------------------------------- */

static struct partial *
find_or_begin(const struct worker *w, struct reassembly *r, const struct packet *p, uint32_t id)
{
	const uint64_t source = (uint64_t)(p->outer_src >> 72);
	uint64_t hash = hash_pair(&r->key, (uint64_t)(p->outer_src >> 64), (uint64_t)p->outer_src);
	struct table_entry *entry;
	struct partial *d;

	hash = hash_pair(&r->key, (uint64_t)(p->outer_dst >> 64) ^ hash, (uint64_t)p->outer_dst);
	hash = hash_pair(&r->key, hash, id);
	LIST_FOREACH(entry, table_chain(&r->table, hash), chain) {
		d = (void *)entry;
		if (d->id == id && d->src == p->outer_src && d->dst == p->outer_dst)
			return d;
	}

	d = table_add(&r->table, hash, hash_pair(&r->key, source, 0), w->now_ms);
	if (d == NULL)
		return NULL;
	d->src = p->outer_src;
	d->dst = p->outer_dst;
	d->id = id;
	d->fragments = d->head_len = d->end = d->len = d->come = 0;
	d->refused = false;
	d->ecn_seen = 0;
	d->taken = d->starts = (struct units){ 0 };
	return d;
}

/* The fragments that are held end here; their buffers are gone already. */
static void
count_held(struct reassembly *r, struct partial *d, uint64_t *counter)
{
	counter_add(counter, d->fragments);
	r->held -= d->fragments;
	d->fragments = 0;
}

/* It is whole and cannot go on. */
static enum reassembly_result
discard(struct worker *w, struct reassembly *r, struct partial *d, enum drop_reason reason,
    struct reassembly_refusal *refusal)
{
	count_held(r, d, &w->counters.drop[reason]);
	table_remove(&r->table, &d->entry);
	return refuse(refusal, reason);
}

/* RFC 5722: neither it nor what is still to come of it. */
static enum reassembly_result
refuse_overlap(struct worker *w, struct reassembly *r, struct partial *d, struct reassembly_refusal *refusal)
{
	count_held(r, d, &w->counters.drop[DROP_frag6_overlap]);
	d->refused = true;
	return refuse(refusal, DROP_frag6_overlap);
}

/* ---- whole packets ---------------------------------------------------------------------------------------------- */

/* RFC 3168 section 5.3: a mark must not get lost. False when one cannot be delivered. */
static bool
merge_ecn(uint8_t seen, uint8_t *traffic_class)
{
	if (!(seen & 1 << ECN_CE))
		return true; /* the first fragment's stays */
	*traffic_class |= ECN_CE;
	return !(seen & 1 << ECN_NOT_ECT);
}

/* The field in front of the fragmentable part that says what that begins with. */
static uint8_t *
last_next_header(uint8_t *outer, uint16_t head_len)
{
	uint8_t *field = outer + 6, *header = outer + IPV6_LEN;

	while (header < outer + head_len) {
		field = header;
		header += (header[1] + 1) * 8;
	}
	return field;
}

static void
set_unfragmented(uint8_t *outer, uint16_t head_len, uint16_t len, uint8_t next_header)
{
	store16(outer + 4, (uint16_t)(head_len - IPV6_LEN + len));
	*last_next_header(outer, head_len) = next_header;
}

/* RFC 6946: whole, and nothing to do with other fragments. Its headers move up over the fragment header. */
static void
make_whole(struct packet *p, const struct piece *piece, uint8_t *next_header)
{
	uint8_t *frame = rte_pktmbuf_mtod(p->mbuf, uint8_t *);
	const uint32_t len = p->mbuf->data_len - (uint32_t)IPV6_FRAGMENT_LEN;

	*next_header = p->ip[0];
	memmove(frame + IPV6_FRAGMENT_LEN, frame, ETHER_LEN + (size_t)piece->head_len);
	packet_set_bounds(p, frame + IPV6_FRAGMENT_LEN, len);
	p->ip += IPV6_FRAGMENT_LEN;
	p->outer_len = (uint16_t)(p->outer_len - IPV6_FRAGMENT_LEN);
	set_unfragmented(outer_header(p), piece->head_len, p->outer_len, *next_header);
}

/* Builds the packet in p's buffer, which has room for it. */
static void
put_together(const struct reassembly *r, struct partial *d, struct packet *p, uint8_t traffic_class)
{
	struct rte_mbuf *mbuf = p->mbuf;
	const uint32_t len = ETHER_LEN + (uint32_t)d->head_len + d->len;
	uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *), *outer;

	if (mbuf->data_off + len > mbuf->buf_len) {
		uint8_t *lower = (uint8_t *)mbuf->buf_addr + mbuf->buf_len - len;

		frame = memmove(lower, frame, ETHER_LEN);
	}
	packet_set_bounds(p, frame, len);
	outer = outer_header(p);
	memcpy(outer, head_of(r, d), d->head_len);
	p->ip = outer + d->head_len;
	memcpy(p->ip, d->bytes, d->len);
	p->outer_len = d->len;
	p->outer_class = traffic_class;
	store32(outer, (load32(outer) & ~(UINT32_C(0xff) << 20)) | (uint32_t)traffic_class << 20);
	set_unfragmented(outer, d->head_len, d->len, d->header[0]);
}

static enum reassembly_result
finish(struct worker *w, struct packet *p, struct reassembly *r, struct partial *d, uint8_t *next_header,
    struct reassembly_refusal *refusal)
{
	uint8_t traffic_class = (uint8_t)(load16(head_of(r, d)) >> 4);

	if (!merge_ecn(d->ecn_seen, &traffic_class))
		return discard(w, r, d, DROP_ecn_drop, refusal);
	if (ETHER_LEN + d->head_len + d->len > p->mbuf->buf_len)
		return discard(w, r, d, DROP_frag6_too_big, refusal);
	put_together(r, d, p, traffic_class);
	*next_header = d->header[0];
	count_held(r, d, &w->counters.merged);
	event(w, EVENT_reassembled);
	table_remove(&r->table, &d->entry);
	return REASSEMBLY_WHOLE;
}

enum reassembly_result
reassemble(struct worker *w, struct packet *p, struct reassembly *r, uint8_t *next_header,
    struct reassembly_refusal *refusal)
{
	const struct piece piece = read_piece(p);
	struct partial *d;

	if (piece.start == 0 && !piece.more) {
		make_whole(p, &piece, next_header);
		return REASSEMBLY_WHOLE;
	}
	if (!is_possible(p, &piece, refusal))
		return REASSEMBLY_REFUSED;
	if (is_too_long(r, NULL, &piece))
		return refuse(refusal, DROP_frag6_too_big);

	d = find_or_begin(w, r, p, load32(p->ip + 4));
	if (d == NULL)
		return refuse(refusal, DROP_frag6_table_full);
	if (d->refused)
		return refuse(refusal, DROP_frag6_overlap);
	if (is_too_long(r, d, &piece))
		return refuse(refusal, DROP_frag6_too_big);
	if (is_duplicate(d, &piece))
		return refuse(refusal, DROP_frag6_duplicate);
	if (overlaps(d, &piece))
		return refuse_overlap(w, r, d, refusal);

	take(r, d, p, &piece);
	if (d->come == d->len)
		return finish(w, p, r, d, next_header, refusal);
	d->fragments++;
	r->held++;
	release_buffer(w, p);
	return REASSEMBLY_HELD;
}

/* ---- time-out --------------------------------------------------------------------------------------------------- */

/* The first fragment as it came, RFC 8200 section 4.5; cut when it was longer than a whole packet may be. */
static uint16_t
copy_first(const struct reassembly *r, struct partial *d, uint8_t *first)
{
	const size_t in_front = (size_t)d->head_len + IPV6_FRAGMENT_LEN, room = REASSEMBLY_MAX_LEN - in_front;
	const size_t behind = d->first_end < room ? d->first_end : room;

	if (d->head_len == 0)
		return 0;
	memcpy(first, head_of(r, d), d->head_len);
	memcpy(first + d->head_len, d->header, IPV6_FRAGMENT_LEN);
	memcpy(first + in_front, d->bytes, behind);
	return (uint16_t)(in_front + behind);
}

bool
reassembly_expire(struct worker *w, struct reassembly *r, uint8_t *first, uint16_t *len)
{
	struct partial *d = table_oldest(&r->table);

	if (d == NULL || w->now_ms - d->entry.born_ms < REASSEMBLY_TIMEOUT_MS)
		return false;
	*len = d->refused ? 0 : copy_first(r, d, first);
	count_held(r, d, &w->counters.drop[DROP_frag6_timeout]);
	table_remove(&r->table, &d->entry);
	return true;
}
