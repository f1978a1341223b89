/* SPDX-License-Identifier: BSD-3-Clause */
#include "frag/virtual.h"

#include "frag/units.h"

/* A fragment that waits. */
struct held {
	struct rte_mbuf *mbuf;
	STAILQ_ENTRY(held) next; /* of the same datagram, or free */
};

STAILQ_HEAD(held_list, held);

struct key {
	u128 peer;
	uint32_t src, dst;
	uint16_t id;
	uint8_t protocol;
};

/* Bytes start..end-1 of the datagram's payload. */
struct range {
	uint16_t start, end;
};

enum fate {
	WAITING, /* for the first fragment */
	LEARNT,  /* from the first fragment */
	REFUSED, /* for `reason` */
};

struct datagram {
	struct table_entry entry;
	struct key key;
	struct held_list held;
	STAILQ_ENTRY(datagram) next_ready;
	uint32_t quoted; /* this and the next four as in struct packet */
	uint16_t src_port, dst_port;
	uint16_t ident;
	uint8_t kind;
	uint8_t fate;
	uint8_t reason; /* enum drop_reason */
	uint8_t held_count;
	uint8_t range_count;
	uint16_t len;                              /* of the payload; 0 until the last fragment has come */
	struct range ranges[VIRTUAL_MAX_GAPS + 1]; /* what has come, in order; they do not touch */
} __attribute__((aligned(64)));

_Static_assert(DROP_COUNT <= UINT8_MAX, "a reason fits into a byte");

struct virtual
{
	struct table table;
	struct hash_key key;
	uint32_t timeout_ms;
	uint32_t held_count;
	struct held_list free;         /* places to wait */
	STAILQ_HEAD(, datagram) ready; /* no longer WAITING, and something is still held */
};

/* ---- memory ----------------------------------------------------------------------------------------------------- */

size_t
virtual_size(const struct virtual_config *config)
{
	return table_align(sizeof(struct virtual)) + table_size(config->datagrams, sizeof(struct datagram)) +
	    table_align(config->held * sizeof(struct held));
}

struct virtual *
virtual_init(void *memory, const struct virtual_config *config, const struct hash_key *key)
{
	struct virtual *v = memory;
	uint8_t *table = (uint8_t *)memory + table_align(sizeof(*v));
	struct held *places = (void *)(table + table_size(config->datagrams, sizeof(struct datagram)));

	*v = (struct virtual){ .key = *key, .timeout_ms = config->timeout_ms };
	table_init(&v->table, table, config->datagrams, sizeof(struct datagram));
	STAILQ_INIT(&v->ready);
	STAILQ_INIT(&v->free);
	for (uint32_t i = 0; i < config->held; i++)
		STAILQ_INSERT_TAIL(&v->free, &places[i], next);
	return v;
}

uint32_t
virtual_held(const struct virtual *v)
{
	return v->held_count;
}

uint32_t
virtual_datagrams(const struct virtual *v)
{
	return v->table.used;
}

/* ---- one fragment by itself ------------------------------------------------------------------------------------- */

static inline uint32_t
fragment_start(const struct packet *p)
{
	return (uint32_t)(load16(p->ip + 6) & IPV4_OFFSET) * UNITS_LEN;
}

static inline bool
more_follow(const struct packet *p)
{
	return load16(p->ip + 6) & IPV4_MF;
}

enum verdict
fragment_in(struct worker *w, struct packet *p)
{
	const uint32_t start = fragment_start(p), len = packet_l4_len(p);
	const bool tcp = p->protocol == PROTOCOL_TCP;

	if (len == 0 || (more_follow(p) && len % UNITS_LEN != 0) || start + len > UINT16_MAX)
		return drop(w, p, DROP_frag_bad);
	if (start == 0 && len < (tcp ? TCP_MIN_LEN : UDP_LEN))
		return drop(w, p, DROP_frag_tiny);
	if (start == UNITS_LEN && tcp)
		return drop(w, p, DROP_frag_tiny); /* RFC 1858 section 3.2.2: it could overwrite the flags */
	return VERDICT_NEXT;
}

/* ---- the bytes of a datagram ------------------------------------------------------------------------------------ */

enum arrival {
	ARRIVED_NEW,
	ARRIVED_BEFORE, /* every byte of it */
	ARRIVED_WRONG,  /* some bytes of it; or bytes where none can be; or beyond keeping track */
};

/* Notes bytes between the ranges left of `right` and those from there on. In front of a range is a gap, but not at 0. */
static enum arrival
insert_range(struct datagram *d, struct range bytes, uint8_t right)
{
	struct range *ranges = d->ranges;
	const bool joins_left = right > 0 && ranges[right - 1].end == bytes.start;
	const bool joins_right = right < d->range_count && bytes.end == ranges[right].start;
	const size_t behind = (size_t)(d->range_count - right) * sizeof(*ranges);
	const bool from_start = bytes.start == 0 || (d->range_count > 0 && ranges[0].start == 0);

	if (joins_left && joins_right) {
		ranges[right - 1].end = ranges[right].end;
		memmove(&ranges[right], &ranges[right + 1], behind - sizeof(*ranges));
		d->range_count--;
	} else if (joins_left) {
		ranges[right - 1].end = bytes.end;
	} else if (joins_right) {
		ranges[right].start = bytes.start;
	} else if (d->range_count < VIRTUAL_MAX_GAPS + from_start) {
		memmove(&ranges[right + 1], &ranges[right], behind);
		ranges[right] = bytes;
		d->range_count++;
	} else {
		return ARRIVED_WRONG;
	}
	return ARRIVED_NEW;
}

static enum arrival
note_bytes(struct datagram *d, struct range bytes, bool is_last)
{
	const struct range *ranges = d->ranges;
	uint8_t right = 0;

	while (right < d->range_count && ranges[right].end <= bytes.start)
		right++;
	if (right < d->range_count && ranges[right].start < bytes.end) {
		const bool inside = ranges[right].start <= bytes.start && bytes.end <= ranges[right].end;

		return inside ? ARRIVED_BEFORE : ARRIVED_WRONG;
	}
	if ((d->len != 0 && bytes.end > d->len) || (is_last && right < d->range_count))
		return ARRIVED_WRONG;
	if (is_last)
		d->len = bytes.end;
	return insert_range(d, bytes, right);
}

static inline struct range
payload_of(const struct packet *p)
{
	const uint32_t start = fragment_start(p);

	return (struct range){ (uint16_t)start, (uint16_t)(start + packet_l4_len(p)) };
}

static inline bool
is_complete(const struct datagram *d)
{
	return d->len != 0 && d->ranges[0].start == 0 && d->ranges[0].end == d->len;
}

/* ---- datagrams -------------------------------------------------------------------------------------------------- */

static uint64_t
hash_of(const struct virtual *v, const struct key *key)
{
	const uint64_t peer = hash_pair(&v->key, (uint64_t)(key->peer >> 64), (uint64_t)key->peer);
	const uint64_t ends = (uint64_t)key->src << 32 | key->dst;

	return hash_pair(&v->key, ends, peer ^ ((uint64_t)key->id << 8 | key->protocol));
}

static struct datagram *
find(const struct virtual *v, const struct key *key, uint64_t hash)
{
	struct table_entry *entry;

	LIST_FOREACH(entry, table_chain(&v->table, hash), chain) {
		struct datagram *d = (void *)entry;

		if (d->key.id == key->id && d->key.src == key->src && d->key.dst == key->dst &&
		    d->key.protocol == key->protocol && d->key.peer == key->peer)
			return d;
	}
	return NULL;
}

static struct datagram *
begin(struct worker *w, struct virtual *v, const struct key *key, uint64_t hash)
{
	/* From the Internet a source is an address; a CE has as many as it likes, but one /56. */
	const uint64_t source = key->peer == 0 ? key->src : (uint64_t)(key->peer >> 72);
	struct datagram *d = table_add(&v->table, hash, hash_pair(&v->key, source, key->peer != 0), w->now_ms);

	if (d == NULL)
		return NULL;
	d->key = *key;
	d->fate = WAITING;
	d->held_count = d->range_count = 0;
	d->len = 0;
	STAILQ_INIT(&d->held);
	return d;
}

/* What was held leaves by virtual_next(), whatever the fate: a datagram is in that queue as long as it holds something. */
static void
decide(struct virtual *v, struct datagram *d, enum fate fate)
{
	if (d->fate == WAITING && d->held_count > 0)
		STAILQ_INSERT_TAIL(&v->ready, d, next_ready);
	d->fate = fate;
}

static inline bool
can_wait(const struct virtual *v, const struct datagram *d)
{
	return !STAILQ_EMPTY(&v->free) && (d == NULL || d->held_count < VIRTUAL_MAX_HELD);
}

enum verdict
virtual_find(struct worker *w, struct packet *p, struct virtual *v, u128 peer, struct datagram **datagram)
{
	const struct key key = { peer, p->src, p->dst, load16(p->ip + 4), p->protocol };
	const uint64_t hash = hash_of(v, &key);
	const struct range payload = payload_of(p);
	struct datagram *d = find(v, &key, hash);

	if (d != NULL && d->fate == REFUSED)
		return drop(w, p, (enum drop_reason)d->reason);
	if ((d == NULL || d->fate == WAITING) && payload.start != 0 && !can_wait(v, d))
		return drop(w, p, DROP_frag_table_full);
	if (d == NULL)
		d = begin(w, v, &key, hash);
	if (d == NULL)
		return drop(w, p, DROP_frag_table_full);

	switch (note_bytes(d, payload, !more_follow(p))) {
	case ARRIVED_BEFORE:
		return drop(w, p, DROP_frag_duplicate);
	case ARRIVED_WRONG:
		virtual_refuse(v, d, DROP_frag_overlap);
		return drop(w, p, DROP_frag_overlap);
	default:
		*datagram = d;
		return VERDICT_NEXT;
	}
}

/*
 * What has waited will come through virtual_find() again and is noted then, when it passes. So from here on the ranges say
 * what has passed: nothing but this fragment. A copy that overtakes a fragment on its second way takes its place.
 */
void
virtual_learn(struct virtual *v, struct datagram *d, const struct packet *p)
{
	d->kind = p->kind;
	d->src_port = p->src_port;
	d->dst_port = p->dst_port;
	d->quoted = p->quoted;
	d->ident = p->ident;
	d->ranges[0] = payload_of(p);
	d->range_count = 1;
	d->len = 0;
	decide(v, d, LEARNT);
}

void
virtual_refuse(struct virtual *v, struct datagram *d, enum drop_reason reason)
{
	d->reason = (uint8_t)reason;
	decide(v, d, REFUSED);
}

/* ---- waiting ---------------------------------------------------------------------------------------------------- */

/* The frame is still as it was received: up to here the path only reads. */
static enum verdict
hold(struct worker *w, struct packet *p, struct virtual *v, struct datagram *d)
{
	struct held *place = STAILQ_FIRST(&v->free);

	STAILQ_REMOVE_HEAD(&v->free, next);
	p->mbuf->port = p->interface;
	place->mbuf = p->mbuf;
	STAILQ_INSERT_TAIL(&d->held, place, next);
	d->held_count++;
	v->held_count++;
	event(w, EVENT_fragments_held);
	return VERDICT_HELD;
}

static struct rte_mbuf *
take_held(struct virtual *v, struct datagram *d)
{
	struct held *place = STAILQ_FIRST(&d->held);

	STAILQ_REMOVE_HEAD(&d->held, next);
	STAILQ_INSERT_HEAD(&v->free, place, next);
	d->held_count--;
	v->held_count--;
	return place->mbuf;
}

enum verdict
virtual_recall(struct worker *w, struct packet *p, struct virtual *v, struct datagram *d)
{
	if (d->fate == WAITING)
		return hold(w, p, v, d);
	p->kind = d->kind;
	p->src_port = d->src_port;
	p->dst_port = d->dst_port;
	p->quoted = d->quoted;
	p->ident = d->ident;
	p->tcp_flags = 0;
	if (is_complete(d) && d->held_count == 0)
		table_remove(&v->table, &d->entry);
	return VERDICT_NEXT;
}

uint16_t
virtual_next(struct virtual *v, struct rte_mbuf **mbufs, uint16_t max)
{
	struct datagram *d;
	uint16_t count = 0;

	while (count < max && (d = STAILQ_FIRST(&v->ready)) != NULL) {
		mbufs[count++] = take_held(v, d);
		if (d->held_count == 0)
			STAILQ_REMOVE_HEAD(&v->ready, next_ready);
	}
	return count;
}

void
virtual_expire(struct worker *w, struct virtual *v, uint32_t budget)
{
	struct datagram *d;

	for (; budget > 0 && (d = table_oldest(&v->table)) != NULL; budget--) {
		if (w->now_ms - d->entry.born_ms < v->timeout_ms)
			return;
		if (d->held_count == 0) {
			table_remove(&v->table, &d->entry);
			continue;
		}
		if (d->fate != WAITING || w->dropped.count == OUTLET_SIZE)
			return;
		drop(w, &(struct packet){ .mbuf = take_held(v, d) }, DROP_frag_timeout);
	}
}

uint16_t
virtual_drain(struct virtual *v, struct rte_mbuf **mbufs, uint16_t max)
{
	uint16_t count = virtual_next(v, mbufs, max);
	struct datagram *d;

	while (count < max && (d = table_oldest(&v->table)) != NULL) {
		if (d->held_count > 0)
			mbufs[count++] = take_held(v, d);
		else
			table_remove(&v->table, &d->entry);
	}
	return count;
}
