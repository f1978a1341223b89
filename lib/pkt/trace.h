/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that are watched on their way. lib/path is compiled twice: once as it is, and once with PATH_TRACED, where STAGE
 * and TRY note each step and its verdict. So the path that carries traffic has nothing of this in it.
 */
#ifndef MAPEDGE_PKT_TRACE_H
#define MAPEDGE_PKT_TRACE_H

#include "pkt/packet.h"

#define TRAIL_STEPS 64

struct trail_step {
	const char *step; /* as it stands in the source */
	uint8_t depth;
	uint8_t verdict; /* enum verdict */
};

/* The steps of one packet, in the order in which they began. */
struct trail {
	unsigned int count; /* more than TRAIL_STEPS: the last ones are missing */
	unsigned int depth;
	struct trail_step step[TRAIL_STEPS];
};

/* "next", "sent", "handed over", "for linux", "waits", "dropped". */
const char *verdict_name(unsigned int verdict);

struct trace {
	/* A packet's way has ended with this enum verdict; of one that is dropped, dropped_reason() says why. */
	void (*done)(void *context, const struct packet *p, unsigned int verdict, const struct trail *trail);
	void *context;
	struct trail trail[BURST_SIZE]; /* by place in the burst */
	struct trail *now;
};

/* The trace of the burst that this thread works on. Never NULL while a traced path runs. */
extern _Thread_local struct trace *trace_now;

static inline unsigned int
trace_enter(const char *step)
{
	struct trail *trail = trace_now->now;

	if (trail->count < TRAIL_STEPS)
		trail->step[trail->count] = (struct trail_step){ .step = step, .depth = (uint8_t)trail->depth };
	trail->depth++;
	return trail->count++;
}

static inline void
trace_leave(unsigned int at, unsigned int verdict)
{
	struct trail *trail = trace_now->now;

	trail->depth--;
	if (at < TRAIL_STEPS)
		trail->step[at].verdict = (uint8_t)verdict;
}

#ifdef PATH_TRACED

#define TRY(step)                                            \
	do {                                                 \
		const unsigned int at_ = trace_enter(#step); \
		const enum verdict verdict_ = (step);        \
		trace_leave(at_, verdict_);                  \
		if (verdict_ != VERDICT_NEXT)                \
			return verdict_;                     \
	} while (0)

#define STAGE(worker, burst, step)                                                                 \
	do {                                                                                       \
		uint16_t kept_ = 0;                                                                \
		for (uint16_t i_ = 0; i_ < (burst)->count; i_++) {                                 \
			struct packet *p_ = (burst)->live[i_];                                     \
			unsigned int at_;                                                          \
			enum verdict verdict_;                                                     \
			trace_now->now = &trace_now->trail[p_ - (burst)->packets];                 \
			at_ = trace_enter(#step);                                                  \
			verdict_ = step((worker), p_);                                             \
			trace_leave(at_, verdict_);                                                \
			(burst)->live[kept_] = p_;                                                 \
			kept_ += verdict_ == VERDICT_NEXT;                                         \
			if (verdict_ != VERDICT_NEXT)                                              \
				trace_now->done(trace_now->context, p_, verdict_, trace_now->now); \
		}                                                                                  \
		(burst)->count = kept_;                                                            \
	} while (0)

#endif
#endif
