/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "frag/reassembly.h"
#include "fragment_model.h"
#include "fragments.h"
#include "pkt/ipv6.h"

#define PACKETS 16 /* two for each source */
#define SHARE 2
#define KEYS 24
#define PATH_MRU 1400
#define MAX_FRAGMENTS 256
#define ROOM 2048 /* in front of each frame */

/* A fragment, as it was sent. */
struct sent {
	unsigned int key;
	uint32_t start, end;
	bool more;
	uint8_t options; /* in front of its fragment header */
	uint8_t next_header;
	uint8_t traffic_class;
	uint8_t salt; /* of its bytes */
};

/* A packet of the list. */
struct known {
	unsigned int key;
	uint64_t born;
	bool refused;
	uint32_t fragments;
	struct sent fragment[MAX_FRAGMENTS];
};

struct model {
	struct worker *w;
	struct reassembly *r;
	void *memory;
	const uint8_t *data;
	size_t left;
	struct known *known[PACKETS]; /* the oldest first */
	uint32_t known_count;
	uint64_t received, wholes, merged;
	uint64_t drop[DROP_COUNT];
	struct fragment_model_count *count;
};

/* One operation; the last one is filled up with zeros. */
static struct fragment_model_record
next_record(struct model *m)
{
	struct fragment_model_record record = { 0 };
	const size_t len = m->left < sizeof(record) ? m->left : sizeof(record);

	memcpy(&record, m->data, len);
	m->data += len;
	m->left -= len;
	return record;
}

/* ---- fragments -------------------------------------------------------------------------------------------------- */

/* Six CEs, two BR addresses, two identifications. */
static unsigned int
source_of(unsigned int key)
{
	return key % 6;
}

static uint8_t
byte_of(const struct sent *f, uint32_t place)
{
	return fragment_byte(f->key, place) ^ f->salt;
}

static void
make_frame(struct frame *frame, const struct sent *f)
{
	uint8_t bytes[ROOM];
	const struct fragment6 fragment = { .src = (u128)UINT64_C(0x20010db800000000) << 64 |
		    (u128)source_of(f->key) << 72 | f->key,
		.dst = (u128)UINT64_C(0x20010db8ffff0000) << 64 | f->key / 6 % 2,
		.id = UINT32_C(0x80000000) + f->key / 12,
		.start = f->start,
		.more = f->more,
		.traffic_class = f->traffic_class,
		.next_header = f->next_header,
		.options = f->options,
		.bytes = bytes,
		.len = (uint16_t)(f->end - f->start) };

	for (uint32_t i = f->start; i < f->end; i++)
		bytes[i - f->start] = byte_of(f, i);
	fragment6_frame(frame, &fragment);
}

/* ---- what the list says ----------------------------------------------------------------------------------------- */

static struct known *
list_find(const struct model *m, unsigned int key)
{
	for (uint32_t i = 0; i < m->known_count; i++) {
		if (m->known[i]->key == key)
			return m->known[i];
	}
	return NULL;
}

static void
list_remove(struct model *m, struct known *d)
{
	uint32_t i = 0;

	while (m->known[i] != d)
		i++;
	memmove(&m->known[i], &m->known[i + 1], (--m->known_count - i) * sizeof(m->known[0]));
	free(d);
}

static uint32_t
list_held(const struct model *m)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < m->known_count; i++)
		sum += m->known[i]->fragments;
	return sum;
}

/* NULL when there is no room. */
static struct known *
list_add(struct model *m, unsigned int key)
{
	uint32_t of_source = 0;
	struct known *d;

	for (uint32_t i = 0; i < m->known_count; i++)
		of_source += source_of(m->known[i]->key) == source_of(key);
	if (m->known_count == PACKETS || of_source == SHARE)
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		abort();
	d->key = key;
	d->born = m->w->now_ms;
	m->known[m->known_count++] = d;
	return d;
}

static const struct sent *
list_first(const struct known *d)
{
	for (uint32_t i = 0; i < d->fragments; i++) {
		if (d->fragment[i].start == 0)
			return &d->fragment[i];
	}
	return NULL;
}

/* Length of the fragmentable part, 0 when it is not known. */
static uint32_t
list_len(const struct known *d)
{
	for (uint32_t i = 0; i < d->fragments; i++) {
		if (!d->fragment[i].more)
			return d->fragment[i].end;
	}
	return 0;
}

/* Nothing of another fragment, of the end, of the length. */
static enum drop_reason
list_refuses(const struct sent *f)
{
	const uint32_t len = f->end - f->start;

	if (len == 0 || (f->more && len % 8 != 0) || f->options * 8u + f->end > 65535)
		return DROP_frag6_bad;
	if (f->start == 0 && f->next_header == NEXT_HEADER_IPV4 && len < 28)
		return DROP_frag6_chain;
	if (40 + (f->start == 0 ? f->options * 8u : 0) + f->end > PATH_MRU)
		return DROP_frag6_too_big;
	return DROP_COUNT;
}

static bool
list_too_big(const struct known *d, const struct sent *f)
{
	const struct sent *first = f->start == 0 ? f : list_first(d);
	const uint32_t head_len = 40 + (first == NULL ? 0 : first->options * 8u);
	uint32_t end = f->end;

	for (uint32_t i = 0; i < d->fragments; i++)
		end = d->fragment[i].end > end ? d->fragment[i].end : end;
	if (head_len + end > PATH_MRU)
		return true;
	first = list_first(d); /* a copy of the first fragment may have other options */
	return first != NULL && 40 + first->options * 8u + end > PATH_MRU;
}

static bool
is_same(const struct sent *a, const struct sent *b)
{
	return a->start == b->start && a->end == b->end && a->more == b->more && a->salt == b->salt;
}

static enum drop_reason
list_compare(const struct known *d, const struct sent *f)
{
	const uint32_t len = list_len(d);

	for (uint32_t i = 0; i < d->fragments; i++) {
		if (is_same(&d->fragment[i], f))
			return DROP_frag6_duplicate;
	}
	for (uint32_t i = 0; i < d->fragments; i++) {
		const struct sent *other = &d->fragment[i];

		if (other->start < f->end && f->start < other->end)
			return DROP_frag6_overlap;
		if (!f->more && other->end > f->end)
			return DROP_frag6_overlap;
	}
	return len != 0 && f->end > len ? DROP_frag6_overlap : DROP_COUNT;
}

static bool
list_is_whole(const struct known *d)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < d->fragments; i++)
		sum += d->fragment[i].end - d->fragment[i].start;
	return sum > 0 && sum == list_len(d);
}

/* RFC 3168 section 5.3; false when the mark cannot be delivered. */
static bool
list_ecn(const struct known *d, uint8_t *traffic_class)
{
	bool ce = false, not_ect = false;

	for (uint32_t i = 0; i < d->fragments; i++) {
		ce |= (d->fragment[i].traffic_class & 3) == 3;
		not_ect |= (d->fragment[i].traffic_class & 3) == 0;
	}
	*traffic_class = list_first(d)->traffic_class;
	if (ce)
		*traffic_class |= 3;
	return !ce || !not_ect;
}

struct outcome {
	enum reassembly_result result;
	enum drop_reason reason;
	struct known *whole; /* no longer in the table */
};

static struct outcome
refused(enum drop_reason reason)
{
	return (struct outcome){ REASSEMBLY_REFUSED, reason, NULL };
}

static struct outcome
list_take(struct model *m, struct known *d, const struct sent *f)
{
	uint8_t traffic_class;

	d->fragment[d->fragments++] = *f;
	if (!list_is_whole(d))
		return (struct outcome){ REASSEMBLY_HELD, DROP_COUNT, NULL };
	if (!list_ecn(d, &traffic_class)) {
		m->drop[DROP_ecn_drop] += d->fragments - 1;
		list_remove(m, d);
		return refused(DROP_ecn_drop);
	}
	m->merged += d->fragments - 1;
	return (struct outcome){ REASSEMBLY_WHOLE, DROP_COUNT, d };
}

/* What must become of the fragment. */
static struct outcome
list_judge(struct model *m, const struct sent *f)
{
	enum drop_reason reason = list_refuses(f);
	struct known *d = list_find(m, f->key);

	if (f->start == 0 && !f->more)
		return (struct outcome){ REASSEMBLY_WHOLE, DROP_COUNT, NULL };
	if (reason != DROP_COUNT)
		return refused(reason);
	if (d == NULL)
		d = list_add(m, f->key);
	if (d == NULL)
		return refused(DROP_frag6_table_full);
	if (d->refused)
		return refused(DROP_frag6_overlap);
	if (list_too_big(d, f))
		return refused(DROP_frag6_too_big);
	reason = list_compare(d, f);
	if (reason == DROP_frag6_overlap) {
		m->drop[DROP_frag6_overlap] += d->fragments;
		d->fragments = 0;
		d->refused = true;
	}
	return reason == DROP_COUNT ? list_take(m, d, f) : refused(reason);
}

/* ---- what the code does ----------------------------------------------------------------------------------------- */

/* The headers of a whole packet: those of its first fragment, without the fragment header. */
static const char *
check_headers(const struct packet *p, const struct sent *first, uint32_t len, uint8_t traffic_class)
{
	const uint8_t *outer = rte_pktmbuf_mtod_offset(p->mbuf, const uint8_t *, ETHER_LEN);
	const uint8_t last = first->options == 0 ? outer[6] : p->ip[-8];

	if (p->mbuf->data_len != ETHER_LEN + IPV6_LEN + first->options * 8u + len || p->outer_len != len)
		return "a whole packet has another length";
	if (p->ip != outer + IPV6_LEN + first->options * 8 || load16(outer + 4) != first->options * 8 + len)
		return "a whole packet has other headers";
	if (last != first->next_header || (first->options > 0 && outer[6] != NEXT_HEADER_HOP_BY_HOP))
		return "a whole packet has another next header";
	if (p->outer_class != traffic_class || (load16(outer) >> 4 & 0xff) != traffic_class)
		return "a whole packet has another traffic class";
	return NULL;
}

static const char *
check_bytes(const struct packet *p, const struct sent *f)
{
	for (uint32_t i = f->start; i < f->end; i++) {
		if (p->ip[i] != byte_of(f, i))
			return "a whole packet has other bytes";
	}
	return NULL;
}

static const char *
check_whole(struct model *m, const struct packet *p, struct known *d)
{
	uint8_t traffic_class;
	const char *difference;

	list_ecn(d, &traffic_class);
	difference = check_headers(p, list_first(d), list_len(d), traffic_class);
	for (uint32_t i = 0; i < d->fragments && difference == NULL; i++)
		difference = check_bytes(p, &d->fragment[i]);
	m->count->whole++;
	list_remove(m, d);
	return difference;
}

static const char *
check_atomic(struct model *m, const struct packet *p, const struct sent *f)
{
	const char *difference = check_headers(p, f, f->end, f->traffic_class);

	m->count->atomic++;
	return difference == NULL ? check_bytes(p, f) : difference;
}

static void
count_drop(struct fragment_model_count *count, enum drop_reason reason)
{
	count->bad += reason == DROP_frag6_bad;
	count->tiny += reason == DROP_frag6_chain;
	count->too_big += reason == DROP_frag6_too_big;
	count->duplicate += reason == DROP_frag6_duplicate;
	count->overlap += reason == DROP_frag6_overlap;
	count->full += reason == DROP_frag6_table_full;
	count->ecn += reason == DROP_ecn_drop;
}

static const char *
check_totals(struct model *m)
{
	if (memcmp(m->drop, m->w->counters.drop, sizeof(m->drop)) != 0)
		return "a drop was counted under another reason, or not at all";
	if (m->merged != m->w->counters.merged)
		return "another number of fragments was merged";
	if (reassembly_held(m->r) != list_held(m))
		return "another number of fragments is held";
	if (reassembly_datagrams(m->r) != m->known_count)
		return "another number of packets is known";
	if (m->received != m->wholes + m->merged + fragment_drops(m->w) + reassembly_held(m->r))
		return "received is not whole + merged + dropped + held";
	return NULL;
}

static const char *
run(struct model *m, const struct sent *f)
{
	const struct outcome want = list_judge(m, f);
	struct reassembly_refusal refusal;
	enum reassembly_result result;
	const char *difference = NULL;
	uint8_t next_header;
	struct frame frame;
	struct packet p;

	make_frame(&frame, f);
	fragment6_packet(m->w, fragment_buffer(&frame, ROOM, 0), &p);
	m->received++;
	result = reassemble(m->w, &p, m->r, &next_header, &refusal);
	if (result != want.result)
		return "a fragment met with another end than in the list";
	if (result == REASSEMBLY_WHOLE) {
		m->wholes++;
		difference = want.whole != NULL ? check_whole(m, &p, want.whole) : check_atomic(m, &p, f);
		free(p.mbuf);
		return difference;
	}
	if (result == REASSEMBLY_REFUSED) {
		drop(m->w, &p, refusal.reason);
		m->drop[want.reason]++;
		count_drop(m->count, want.reason);
	} else {
		m->count->held++;
	}
	return fragment_empty(m->w) == 1 ? NULL : "another number of buffers was given back";
}

/* ---- operations ------------------------------------------------------------------------------------------------- */

/* In small packets things meet, large ones have the extremes. */
static const char *
op_fragment(struct model *m, const struct fragment_model_record *r)
{
	struct sent f = { .key = r->key % KEYS, .more = r->how & 1, .salt = (r->how & 0x70) == 0x70 };
	uint32_t len;

	f.traffic_class = r->marks & 0xc0 ? 2 : r->marks & 3;
	f.options = (r->marks & 0x0c) == 0x0c ? r->marks >> 4 : 0;
	f.next_header = (r->how & 0x0c) == 0x0c ? 17 : NEXT_HEADER_IPV4;
	if (r->operation & 0x80) {
		f.start = r->place % 4 * 32u;
		len = r->size % 8 == 0 ? 8 : 32;
	} else {
		f.start = (r->how & 2 ? r->place : r->place * 32u) * 8;
		len = r->size * 8;
	}
	if (!f.more || (r->how & 0x88) == 0x88)
		len -= len < 8 ? 0 : r->how >> 4 & 7;
	f.end = f.start + len;
	return run(m, &f);
}

static const char *
op_expire(struct model *m)
{
	uint8_t first[REASSEMBLY_MAX_LEN];
	uint16_t len = 0;

	while (m->known_count > 0 && m->w->now_ms >= m->known[0]->born + 60000) {
		struct known *d = m->known[0];
		const struct sent *f = list_first(d);
		struct frame frame = { .len = ETHER_LEN };

		if (f != NULL)
			make_frame(&frame, f);
		if (!reassembly_expire(m->w, m->r, first, &len))
			return "a packet did not time out";
		if (len != frame.len - ETHER_LEN || memcmp(first, frame_bytes(&frame) + ETHER_LEN, len) != 0)
			return "a first fragment is not as it was";
		m->drop[DROP_frag6_timeout] += d->fragments;
		m->count->timeout += d->fragments;
		list_remove(m, d);
	}
	return reassembly_expire(m->w, m->r, first, &len) ? "a packet timed out too early" : NULL;
}

static const char *
operate(struct model *m)
{
	const struct fragment_model_record r = next_record(m);

	switch (r.operation & 7) {
	default:
		return op_fragment(m, &r);
	case 6:
		m->w->now_ms += (uint64_t)r.size * (r.operation & 8 ? 500 : 10);
		return NULL;
	case 7:
		return op_expire(m);
	}
}

const char *
reassembly_model_run(const uint8_t *data, size_t size, struct fragment_model_count *count)
{
	const struct hash_key key = { { 5, 6 } };
	const struct reassembly_config config = { .datagrams = PACKETS, .path_mru = PATH_MRU };
	struct model m = { .w = fragment_worker_new(0), .data = data, .left = size, .count = count };
	const char *difference = NULL;

	m.memory = aligned_alloc(64, reassembly_size(&config));
	if (m.memory == NULL)
		abort();
	m.r = reassembly_init(m.memory, &config, &key);
	while (m.left > 0 && difference == NULL) {
		difference = operate(&m);
		if (difference == NULL)
			difference = check_totals(&m);
	}
	while (m.known_count > 0)
		list_remove(&m, m.known[0]);
	free(m.memory);
	fragment_worker_free(m.w);
	return difference;
}
