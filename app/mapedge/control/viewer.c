/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/viewer.h"

#include <stdlib.h>
#include <string.h>

#include "control/showing.h"

struct viewer {
	struct showing showing;
	unsigned int next_worker;
	bool to_be_passed; /* what was taken last lies in the queue still */
};

static uint64_t
publish(struct engine *engine, void *snoop)
{
	return engine_set_snoop(engine, snoop);
}

static void
free_snoop(void *snoop)
{
	snoop_free(snoop);
}

static const struct showing_kind captures = { "capture", "captures", publish, free_snoop };

int
viewer_start(struct viewer *viewer, const char *const *interfaces, const struct api_capture_wish *wish, uint64_t *id,
    struct error *err)
{
	struct snoop_wish inner = { .rx = wish->rx, .tx = wish->tx, .snap = wish->snap, .filter = wish->filter };
	struct snoop *snoop;

	if (showing_check_free(&viewer->showing, err) < 0)
		return -EBUSY;
	if (showing_interface(interfaces, wish->interface, &inner.interface, err) < 0)
		return -EINVAL;
	memcpy(inner.reasons, wish->reasons, sizeof(inner.reasons));
	snoop = snoop_new(&inner, viewer->showing.engine->workers, err);
	if (snoop == NULL)
		return -EINVAL;
	viewer->to_be_passed = false;
	*id = showing_begin(&viewer->showing, interfaces, snoop);
	return 0;
}

static void
fill_in(const struct viewer *viewer, const struct snooped *snooped, struct api_captured *packet)
{
	static const char *const events[] = { [SNOOP_DROP] = "drop", [SNOOP_RX] = "rx", [SNOOP_TX] = "tx" };

	*packet = (struct api_captured){
		.time_ns = showing_time(&viewer->showing, snooped->tsc),
		.event = events[snooped->kind],
		.reason = (enum drop_reason)snooped->reason,
		.interface = viewer->showing.names[snooped->interface],
		.worker = viewer->next_worker,
		.is_ip = snooped->is_ip,
		.length = snooped->length,
		.captured = snooped->captured,
		.data = snooped->data,
	};
}

int
viewer_take(struct viewer *viewer, uint64_t id, struct api_captured *packet, struct error *err)
{
	struct snoop *snoop = showing_find(&viewer->showing, id, err);

	if (snoop == NULL)
		return -ENOENT;
	if (viewer->to_be_passed)
		snoop_next(snoop, viewer->next_worker);
	viewer->to_be_passed = false;
	for (unsigned int i = 0; i < snoop->workers; i++) {
		const struct snooped *snooped;

		viewer->next_worker = (viewer->next_worker + 1) % snoop->workers;
		snooped = snoop_look(snoop, viewer->next_worker);
		if (snooped == NULL)
			continue;
		fill_in(viewer, snooped, packet);
		viewer->to_be_passed = true;
		return 1;
	}
	return 0;
}

int
viewer_lost(struct viewer *viewer, uint64_t id, uint64_t *lost, struct error *err)
{
	const struct snoop *snoop = showing_find(&viewer->showing, id, err);

	if (snoop == NULL)
		return -ENOENT;
	*lost = snoop_lost(snoop);
	return 0;
}

int
viewer_stop(struct viewer *viewer, uint64_t id, struct error *err)
{
	if (showing_find(&viewer->showing, id, err) == NULL)
		return -ENOENT;
	showing_end(&viewer->showing);
	return 0;
}

int
viewer_new(struct event_base *base, struct engine *engine, struct viewer **viewer, struct error *err)
{
	struct viewer *new = calloc(1, sizeof(*new));

	*viewer = new;
	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	return showing_init(&new->showing, base, engine, &captures, err);
}

void
viewer_free(struct viewer *viewer)
{
	if (viewer == NULL)
		return;
	showing_free(&viewer->showing);
	free(viewer);
}
