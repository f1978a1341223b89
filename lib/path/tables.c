/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/path.h"

/* Where each table begins in a worker's block; all sizes are multiples of 64. */
struct layout {
	size_t nat;
	size_t fragments;
	size_t reassembly;
	size_t softwire;
	size_t end;
};

static struct layout
lay_out(const struct snapshot *snapshot)
{
	struct layout at = { 0 };

	at.fragments = at.nat + (snapshot->work != WORK_BR ? nat_size(&snapshot->nat) : 0);
	at.reassembly = at.fragments + (snapshot->fragments.datagrams > 0 ? virtual_size(&snapshot->fragments) : 0);
	at.softwire = at.reassembly + (snapshot->reassembly.datagrams > 0 ? reassembly_size(&snapshot->reassembly) : 0);
	at.end = at.softwire + (sizeof(struct softwire) + 63) / 64 * 64;
	return at;
}

size_t
path_memory_size(const struct snapshot *snapshot)
{
	return lay_out(snapshot).end;
}

void
path_init(struct worker *w, void *memory, const struct snapshot *snapshot, const struct hash_key *box_key)
{
	const struct layout at = lay_out(snapshot);
	const struct hash_key key = random_fork(&w->random).key;
	uint8_t *start = memory;

	ident_init(&w->ident, box_key, w->id, w->count);
	w->softwire = (void *)(start + at.softwire);
	if (snapshot->work != WORK_BR) {
		ident4_init(&w->ident4, &w->random, w->id, w->count);
		w->nat = nat_init(start + at.nat, &snapshot->nat, &w->random, w->counters.event, 0);
	}
	if (snapshot->fragments.datagrams > 0)
		w->fragments = virtual_init(start + at.fragments, &snapshot->fragments, &key);
	if (snapshot->reassembly.datagrams > 0)
		w->reassembly = reassembly_init(start + at.reassembly, &snapshot->reassembly, &key);
	path_adopt(w, snapshot);
}
