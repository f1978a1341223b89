/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "frag/virtual.h"
#include "fragment_model.h"
#include "fragments.h"

#define DATAGRAMS 16 /* two for each source */
#define SHARE 2
#define KEYS 24
#define TIMEOUT 1000
#define MAX_PAIRS 8192
#define GAPS 24
#define HELD_OF_ONE 64

enum fate { WAITS, LEARNT, REFUSED };

struct pair {
	uint32_t start, end;
};

/* A fragment, as it was sent, and where it is. */
struct sent {
	struct rte_mbuf *mbuf;
	unsigned int key;
	struct pair pair;
	bool more;
	bool bad; /* its transport header, when it is a first one */
};

/* A datagram of the list. */
struct known {
	unsigned int key;
	uint64_t born;
	enum fate fate;
	enum drop_reason reason;
	uint32_t len; /* 0: not known */
	uint32_t pairs;
	uint32_t held_count;
	struct sent held[HELD_OF_ONE]; /* in the order in which they came */
	struct pair pair[MAX_PAIRS];   /* what has come; once the first has, what has passed */
};

struct model {
	struct worker *w;
	struct virtual *v;
	void *memory;
	uint32_t held_limit;
	const uint8_t *data;
	size_t left;
	struct known *known[DATAGRAMS]; /* the oldest first */
	uint32_t known_count;
	struct known *ready[DATAGRAMS]; /* in the order in which their fate was decided */
	uint32_t ready_count;
	uint64_t received, passed;
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

/* ---- keys ------------------------------------------------------------------------------------------------------- */

/* Four addresses from the Internet and two CEs, two protocols, two destinations. */
static unsigned int
source_of(unsigned int key)
{
	return key % 6;
}

static struct fragment4
header_of(unsigned int key)
{
	return (struct fragment4){ .src = UINT32_C(0xc6336400) + source_of(key),
		.dst = UINT32_C(0xc0000212) + key / 12,
		.protocol = key / 6 % 2 == 0 ? 17 : 6,
		.id = 100 };
}

static u128
peer_of(unsigned int key)
{
	return source_of(key) < 4 ? 0 : (u128)UINT64_C(0x20010db800000000) << 64 | (u128)source_of(key) << 72 | key;
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
		sum += m->known[i]->held_count;
	return sum;
}

static bool
list_has_room(const struct model *m, unsigned int key)
{
	uint32_t of_source = 0;

	for (uint32_t i = 0; i < m->known_count; i++)
		of_source += source_of(m->known[i]->key) == source_of(key);
	return m->known_count < DATAGRAMS && of_source < SHARE;
}

static struct known *
list_add(struct model *m, unsigned int key)
{
	struct known *d = malloc(sizeof(*d));

	if (d == NULL)
		abort();
	d->key = key;
	d->born = m->w->now_ms;
	d->fate = WAITS;
	d->len = d->pairs = d->held_count = 0;
	m->known[m->known_count++] = d;
	return d;
}

static void
list_decide(struct model *m, struct known *d, enum fate fate, enum drop_reason reason)
{
	if (d->fate == WAITS && d->held_count > 0)
		m->ready[m->ready_count++] = d;
	d->fate = fate;
	d->reason = reason;
}

/* How many bytes of the pair have come; pairs in the list are disjoint. */
static uint32_t
list_common(const struct known *d, struct pair pair)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < d->pairs; i++) {
		const uint32_t start = d->pair[i].start > pair.start ? d->pair[i].start : pair.start;
		const uint32_t end = d->pair[i].end < pair.end ? d->pair[i].end : pair.end;

		sum += end > start ? end - start : 0;
	}
	return sum;
}

static uint32_t
list_highest(const struct known *d)
{
	uint32_t highest = 0;

	for (uint32_t i = 0; i < d->pairs; i++)
		highest = d->pair[i].end > highest ? d->pair[i].end : highest;
	return highest;
}

/* In front of each pair is a gap, unless another one ends there. */
static uint32_t
list_gaps(const struct known *d)
{
	uint32_t gaps = 0;

	for (uint32_t i = 0; i < d->pairs; i++) {
		bool joined = d->pair[i].start == 0;

		for (uint32_t j = 0; j < d->pairs && !joined; j++)
			joined = d->pair[j].end == d->pair[i].start;
		gaps += !joined;
	}
	return gaps;
}

/* DROP_COUNT: its bytes are new, and in the list now. */
static enum drop_reason
list_note(struct known *d, const struct sent *f)
{
	const uint32_t common = list_common(d, f->pair);

	if (common == f->pair.end - f->pair.start)
		return DROP_frag_duplicate;
	if (common > 0 || (d->len != 0 && (!f->more || f->pair.end > d->len)) ||
	    (!f->more && list_highest(d) > f->pair.end))
		return DROP_frag_overlap;
	d->pair[d->pairs++] = f->pair;
	if (list_gaps(d) > GAPS)
		return DROP_frag_overlap;
	if (!f->more)
		d->len = f->pair.end;
	return DROP_COUNT;
}

static bool
list_is_complete(const struct known *d)
{
	return d->len != 0 && list_common(d, (struct pair){ 0, d->len }) == d->len;
}

struct outcome {
	enum verdict verdict;
	enum drop_reason reason;
};

static struct outcome
dropped(enum drop_reason reason)
{
	return (struct outcome){ VERDICT_DROP, reason };
}

static enum drop_reason
list_refuses(const struct sent *f)
{
	const uint32_t len = f->pair.end - f->pair.start;
	const bool tcp = header_of(f->key).protocol == 6;

	if (len == 0 || (f->more && len % 8 != 0) || f->pair.end > 65535)
		return DROP_frag_bad;
	if ((f->pair.start == 0 && len < (tcp ? 20 : 8)) || (f->pair.start == 8 && tcp))
		return DROP_frag_tiny;
	return DROP_COUNT;
}

/* A fragment whose bytes are new. */
static struct outcome
list_go_on(struct model *m, struct known *d, const struct sent *f)
{
	if (f->pair.start == 0 && f->bad) {
		list_decide(m, d, REFUSED, DROP_l4_bad);
		return dropped(DROP_l4_bad);
	}
	if (f->pair.start == 0) {
		d->pair[0] = f->pair;
		d->pairs = 1;
		d->len = 0;
		list_decide(m, d, LEARNT, DROP_COUNT);
	} else if (d->fate == WAITS) {
		d->held[d->held_count++] = *f;
		return (struct outcome){ VERDICT_HELD, DROP_COUNT };
	} else if (list_is_complete(d) && d->held_count == 0) {
		m->count->ended++;
		list_remove(m, d);
	}
	return (struct outcome){ VERDICT_NEXT, DROP_COUNT };
}

/* What must become of the fragment. */
static struct outcome
list_judge(struct model *m, const struct sent *f)
{
	struct known *d = list_find(m, f->key);
	enum drop_reason reason = list_refuses(f);

	if (reason != DROP_COUNT)
		return dropped(reason);
	if (d != NULL && d->fate == REFUSED)
		return dropped(d->reason);
	if (f->pair.start != 0 && (d == NULL || d->fate == WAITS) &&
	    (list_held(m) == m->held_limit || (d != NULL && d->held_count == HELD_OF_ONE)))
		return dropped(DROP_frag_table_full);
	if (d == NULL && !list_has_room(m, f->key))
		return dropped(DROP_frag_table_full);
	if (d == NULL)
		d = list_add(m, f->key);
	reason = list_note(d, f);
	if (reason == DROP_frag_overlap)
		list_decide(m, d, REFUSED, DROP_frag_overlap);
	return reason == DROP_COUNT ? list_go_on(m, d, f) : dropped(reason);
}

/* ---- what the code does ----------------------------------------------------------------------------------------- */

static enum verdict
code_judge(struct model *m, struct packet *p, const struct sent *f)
{
	struct worker *w = m->w;
	struct datagram *datagram;

	TRY(fragment_in(w, p));
	TRY(virtual_find(w, p, m->v, peer_of(f->key), &datagram));
	if (f->pair.start != 0)
		return virtual_recall(w, p, m->v, datagram);
	if (f->bad) {
		virtual_refuse(m->v, datagram, DROP_l4_bad);
		return drop(w, p, DROP_l4_bad);
	}
	p->kind = L4_TCP;
	p->src_port = (uint16_t)f->key;
	p->dst_port = (uint16_t)~f->key;
	p->quoted = f->key * 3;
	virtual_learn(m->v, datagram, p);
	return VERDICT_NEXT;
}

static const char *
check_pass(struct model *m, const struct packet *p, const struct sent *f)
{
	const struct fragment4 header = header_of(f->key);

	m->passed++;
	m->count->passed++;
	if (p->kind != L4_TCP || p->src_port != (uint16_t)f->key || p->dst_port != (uint16_t)~f->key ||
	    p->quoted != f->key * 3)
		return "a fragment passed with the ports of another";
	for (uint32_t i = f->pair.start; i < f->pair.end; i++) {
		if (p->l4[i - f->pair.start] != fragment_byte(header.id, i))
			return "a fragment has changed";
	}
	free(p->mbuf);
	return NULL;
}

static void
count_drop(struct fragment_model_count *count, enum drop_reason reason)
{
	count->bad += reason == DROP_frag_bad;
	count->tiny += reason == DROP_frag_tiny;
	count->duplicate += reason == DROP_frag_duplicate;
	count->overlap += reason == DROP_frag_overlap;
	count->full += reason == DROP_frag_table_full;
	count->refused += reason == DROP_l4_bad;
	count->timeout += reason == DROP_frag_timeout;
}

static const char *
check_totals(struct model *m)
{
	if (memcmp(m->drop, m->w->counters.drop, sizeof(m->drop)) != 0)
		return "a drop was counted under another reason, or not at all";
	if (virtual_held(m->v) != list_held(m))
		return "another number of fragments is held";
	if (virtual_datagrams(m->v) != m->known_count)
		return "another number of datagrams is known";
	if (m->received != m->passed + fragment_drops(m->w) + virtual_held(m->v))
		return "received is not passed + dropped + held";
	return NULL;
}

/* One fragment, in the list and in the code. */
static const char *
run(struct model *m, const struct sent *f)
{
	const struct outcome want = list_judge(m, f);
	enum verdict verdict;
	struct packet p;

	fragment4_packet(f->mbuf, &p);
	verdict = code_judge(m, &p, f);
	if (verdict != want.verdict)
		return "a fragment met with another end than in the list";
	if (verdict == VERDICT_NEXT)
		return check_pass(m, &p, f);
	if (verdict == VERDICT_HELD) {
		m->count->held++;
		return NULL;
	}
	m->drop[want.reason]++;
	count_drop(m->count, want.reason);
	return fragment_empty(m->w) == 1 ? NULL : "another number of buffers was dropped";
}

/* ---- operations ------------------------------------------------------------------------------------------------- */

/* In small datagrams things meet, large ones have the extremes. */
static const char *
op_fragment(struct model *m, const struct fragment_model_record *r)
{
	struct sent f = { .key = r->key % KEYS, .more = r->how & 1, .bad = (r->how & 0x70) == 0x70 };
	struct fragment4 fragment = header_of(f.key);
	struct frame frame;
	uint32_t len;

	if (r->operation & 0x80) {
		f.pair.start = r->place % 8 * 8u;
		len = (1 + r->size % 3u) * 8;
	} else {
		f.pair.start = (r->how & 2 ? r->place : r->place * 32u) * 8;
		len = (r->how & 4 ? 1 + r->size % 4u : r->size) * 8;
	}
	if (!f.more || (r->how & 0x88) == 0x88)
		len -= len < 8 ? 0 : r->how >> 4 & 7;
	f.pair.end = f.pair.start + len;
	fragment.start = f.pair.start;
	fragment.more = f.more;
	fragment.len = (uint16_t)len;
	fragment4_frame(&frame, &fragment);
	f.mbuf = fragment_buffer(&frame, RTE_PKTMBUF_HEADROOM, 0);
	m->received++;
	return run(m, &f);
}

static const char *
op_again(struct model *m, const struct fragment_model_record *r)
{
	struct rte_mbuf *mbufs[8];
	struct sent sent[8];
	const uint16_t max = 1 + r->size % 8, count = virtual_next(m->v, mbufs, max);
	const char *difference = NULL;
	uint16_t i;

	for (i = 0; i < max && m->ready_count > 0; i++) {
		struct known *d = m->ready[0];

		sent[i] = d->held[0];
		memmove(&d->held[0], &d->held[1], --d->held_count * sizeof(d->held[0]));
		if (d->held_count == 0)
			memmove(&m->ready[0], &m->ready[1], --m->ready_count * sizeof(m->ready[0]));
	}
	if (count != i)
		return "another number of fragments is ready";
	for (i = 0; i < count && difference == NULL; i++) {
		m->count->again++;
		if (mbufs[i] != sent[i].mbuf)
			return "another fragment is ready";
		difference = run(m, &sent[i]);
	}
	return difference;
}

static const char *
op_expire(struct model *m, const struct fragment_model_record *r)
{
	const uint32_t budget = r->size;
	uint16_t want = 0;

	for (uint32_t i = 0; i < budget && m->known_count > 0; i++) {
		struct known *d = m->known[0];

		if (m->w->now_ms < d->born + TIMEOUT || (d->held_count > 0 && d->fate != WAITS))
			break;
		if (d->held_count == 0) {
			list_remove(m, d);
			continue;
		}
		memmove(&d->held[0], &d->held[1], --d->held_count * sizeof(d->held[0]));
		want++;
	}
	virtual_expire(m->w, m->v, budget);
	m->drop[DROP_frag_timeout] += want;
	m->count->timeout += want;
	return fragment_empty(m->w) == want ? NULL : "another number of fragments timed out";
}

static const char *
operate(struct model *m)
{
	const struct fragment_model_record r = next_record(m);

	switch (r.operation & 7) {
	default:
		return op_fragment(m, &r);
	case 5:
		m->w->now_ms += (uint64_t)r.size * (r.operation & 8 ? 10 : 1);
		return NULL;
	case 6:
		return op_again(m, &r);
	case 7:
		return op_expire(m, &r);
	}
}

static const char *
drain(struct model *m)
{
	struct rte_mbuf *mbufs[5];
	uint32_t left = list_held(m);
	uint16_t count;

	while ((count = virtual_drain(m->v, mbufs, 5)) > 0) {
		left -= count;
		while (count > 0)
			free(mbufs[--count]);
	}
	if (left != 0 || virtual_held(m->v) != 0 || virtual_datagrams(m->v) != 0)
		return "something is left at the end";
	return NULL;
}

const char *
virtual_model_run(const uint8_t *data, size_t size, struct fragment_model_count *count)
{
	const struct hash_key key = { { 5, 6 } };
	struct model m = { .w = fragment_worker_new(0), .data = data, .left = size, .count = count };
	struct virtual_config config = { .datagrams = DATAGRAMS, .held = 7, .timeout_ms = TIMEOUT };
	const char *difference = NULL;

	if (size > 0 && data[0] & 0x40)
		config.held = 100;
	m.memory = aligned_alloc(64, virtual_size(&config));
	if (m.memory == NULL)
		abort();
	m.v = virtual_init(m.memory, &config, &key);
	m.held_limit = config.held;
	while (m.left > 0 && difference == NULL) {
		difference = operate(&m);
		if (difference == NULL)
			difference = check_totals(&m);
	}
	if (difference == NULL)
		difference = drain(&m);
	while (m.known_count > 0)
		list_remove(&m, m.known[0]);
	free(m.memory);
	fragment_worker_free(m.w);
	return difference;
}
