/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/slots.h"

/* The slot that the snapshot before this one counts in under this name. */
static struct slot *
own_slot(struct slots *slots, const char *name, uint64_t generation)
{
	for (int i = 0; i < STATS_SOFTWIRE_SLOTS; i++) {
		struct slot *slot = &slots->slot[i];

		if (slot->generation != 0 && slot->generation + 1 == generation && strcmp(slot->name, name) == 0)
			return slot;
	}
	return NULL;
}

static struct slot *
free_slot(struct slots *slots, uint64_t oldest)
{
	for (int i = 0; i < STATS_SOFTWIRE_SLOTS; i++) {
		if (slots->slot[i].generation < oldest)
			return &slots->slot[i];
	}
	return NULL;
}

int
slots_assign(struct slots *slots, const struct conf *conf, struct snapshot *snapshot, uint64_t oldest, uint64_t now_ms,
    const struct counters *total)
{
	struct slots next = *slots; /* all or nothing */

	for (size_t i = 0; i < conf->softwire_count; i++) {
		struct slot *slot = own_slot(&next, conf->softwires[i].name, snapshot->generation);

		if (slot == NULL) {
			slot = free_slot(&next, oldest);
			if (slot == NULL)
				return -EBUSY;
			memcpy(slot->name, conf->softwires[i].name, sizeof(slot->name));
			slot->since_ms = now_ms;
			slot->before = total->softwire[slot - next.slot];
		}
		slot->generation = snapshot->generation;
		snapshot->softwire[i].index = (uint8_t)(slot - next.slot);
	}
	*slots = next;
	return 0;
}

void
slots_step(struct slots *slots, int64_t step_ms)
{
	for (int i = 0; i < STATS_SOFTWIRE_SLOTS; i++) {
		if (slots->slot[i].generation != 0)
			slots->slot[i].since_ms += (uint64_t)step_ms;
	}
}

void
slots_report(const struct slots *slots, const struct snapshot *snapshot, struct report *report)
{
	report->softwire_count = snapshot->softwire_count;
	for (unsigned int i = 0; i < report->softwire_count; i++) {
		const uint8_t index = snapshot->softwire[i].index;

		report->softwire[i] = (struct report_softwire){ .name = slots->slot[index].name,
			.slot = index,
			.since_ms = slots->slot[index].since_ms,
			.before = slots->slot[index].before };
	}
}
