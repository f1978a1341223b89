/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/tracing.h"

#include <stdlib.h>

#include "control/showing.h"
#include "summary.h"

struct tracing {
	struct showing showing;
	unsigned int next_worker;
	struct traced taken; /* the last one, out of its queue */
	char came[SUMMARY_SIZE];
	char went[SUMMARY_SIZE];
};

static uint64_t
publish(struct engine *engine, void *tracer)
{
	return engine_set_tracer(engine, tracer);
}

static void
free_tracer(void *tracer)
{
	tracer_free(tracer);
}

static const struct showing_kind traces = { "trace", "traces", publish, free_tracer };

int
tracing_start(struct tracing *tracing, const char *const *interfaces, const struct api_trace_wish *wish, uint64_t *id,
    struct error *err)
{
	struct tracer_wish inner = { .count = wish->count, .filter = wish->filter };
	struct tracer *tracer;

	if (showing_check_free(&tracing->showing, err) < 0)
		return -EBUSY;
	if (showing_interface(interfaces, wish->interface, &inner.interface, err) < 0)
		return -EINVAL;
	tracer = tracer_new(&inner, tracing->showing.engine->workers, err);
	if (tracer == NULL)
		return -EINVAL;
	*id = showing_begin(&tracing->showing, interfaces, tracer);
	return 0;
}

static const char *
summary(const struct traced_bytes *bytes, char text[SUMMARY_SIZE])
{
	return bytes->captured > 0 ? frame_summary(bytes->data, bytes->captured, text) : NULL;
}

static void
fill_in(struct tracing *tracing, struct api_traced *packet)
{
	const struct traced *taken = &tracing->taken;

	*packet = (struct api_traced){
		.time_ns = showing_time(&tracing->showing, taken->tsc),
		.interface = tracing->showing.names[taken->interface],
		.worker = tracing->next_worker,
		.came = summary(&taken->came, tracing->came),
		.went = summary(&taken->went, tracing->went),
		.trail = &taken->trail,
		.verdict = taken->verdict,
		.reason = (enum drop_reason)taken->reason,
	};
}

int
tracing_take(struct tracing *tracing, uint64_t id, struct api_traced *packet, struct error *err)
{
	struct tracer *tracer = showing_find(&tracing->showing, id, err);

	if (tracer == NULL)
		return -ENOENT;
	for (unsigned int i = 0; i < tracer->workers; i++) {
		const struct traced *traced;

		tracing->next_worker = (tracing->next_worker + 1) % tracer->workers;
		traced = tracer_look(tracer, tracing->next_worker);
		if (traced == NULL)
			continue;
		tracing->taken = *traced;
		tracer_next(tracer, tracing->next_worker);
		fill_in(tracing, packet);
		return 1;
	}
	return 0;
}

int
tracing_state(struct tracing *tracing, uint64_t id, struct api_trace_state *state, struct error *err)
{
	const struct tracer *tracer = showing_find(&tracing->showing, id, err);

	if (tracer == NULL)
		return -ENOENT;
	*state = (struct api_trace_state){ .left = tracer_left(tracer), .lost = tracer_lost(tracer) };
	return 0;
}

int
tracing_stop(struct tracing *tracing, uint64_t id, struct error *err)
{
	if (showing_find(&tracing->showing, id, err) == NULL)
		return -ENOENT;
	showing_end(&tracing->showing);
	return 0;
}

int
tracing_new(struct event_base *base, struct engine *engine, struct tracing **tracing, struct error *err)
{
	struct tracing *new = calloc(1, sizeof(*new));

	*tracing = new;
	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	return showing_init(&new->showing, base, engine, &traces, err);
}

void
tracing_free(struct tracing *tracing)
{
	if (tracing == NULL)
		return;
	showing_free(&tracing->showing);
	free(tracing);
}
