/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rule log: what is needed to tell later who had which address and port at a given time, and nothing about flows (RFC
 * 7422 sections 2 and 3). A MAP-E BR keeps no state about its CEs, so its rules at that time say it all.
 *
 * One JSON object a line, its first keys "time", "event" and "generation", so that a reader finds its place without reading
 * the rest. Lines that say start, reload or daily are whole: they stand for themselves, whatever was before. The format is
 * in docs/operations.md.
 */
#ifndef MAPEDGE_API_RECORD_H
#define MAPEDGE_API_RECORD_H

#include "api/lookup.h"
#include "base/timestamp.h"

enum record_event {
	RECORD_START,
	RECORD_RELOAD,
	RECORD_DAILY,
	RECORD_BINDING_ADD,
	RECORD_BINDING_REMOVE,
	RECORD_REFUSED, /* a reload that was refused */
	RECORD_STOP,
	RECORD_EVENTS
};

extern const char *const record_event_name[RECORD_EVENTS];

struct record_head {
	uint64_t time_ms;
	enum record_event event;
	uint64_t generation; /* of the rules in use */
};

/* ---- writing: each returns a text that the caller frees, NULL when there is no memory -------------------------------- */

/* The file with a domain's bindings, as it was when it was read. */
struct record_file {
	int64_t bindings;   /* how many it has; -1: not counted */
	const char *sha256; /* NULL: it could not be read again */
};

/* A domain (or a CE's softwire) as JSON, without a newline. `file`: NULL when it has no bindings_file. */
char *record_domain_text(const struct conf_softwire *domain, const struct record_file *file);

struct record_domain {
	char name[CONF_NAME_SIZE];
	char *text; /* of record_domain_text() */
};

/* The difference to the record before, by names of domains. */
struct record_changes {
	json_t *added, *removed, *modified; /* arrays of strings */
};

/* A whole record; `changes`: NULL but for a reload. */
char *record_rules(const struct record_head *head, enum conf_role role, const struct record_changes *changes,
    const struct record_domain *domains, size_t count);

/* A binding that came or went by itself. */
char *record_binding(const struct record_head *head, const char *domain, const struct binding *binding);

/* Refused, with the reason, and stop, with text NULL. */
char *record_text(const struct record_head *head, const char *text);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* A binding that came or went after the whole record. */
struct record_change {
	bool added;
	struct binding binding;
};

/* What a rule log says about a moment. */
struct record {
	struct record_head head; /* of the whole record that holds for it */
	unsigned int line;       /* of the file */
	unsigned int damaged;    /* lines up to that moment that are no records */
	bool is_stopped;         /* mapedge had been stopped by then, at */
	uint64_t stopped_ms;
	struct ruleset *rules;
	struct conf_softwire *domains; /* name, br, iid, pools, bindings_file */
	size_t domain_count;
	struct record_change *changes; /* oldest first */
	size_t change_count;
	struct lookup_bindings bindings; /* the changes as an answer; context is this record, so it must not be moved */
};

/*
 * The last whole record up to a moment and the bindings that changed since the rules were loaded. 0; -ENOENT when there is
 * no file or no record so early; -EINVAL when the record cannot be read. In every case record_free().
 */
int record_find(const char *file, uint64_t at_ms, struct record *record, struct error *err);
void record_free(struct record *record);

/* Points into the record. */
struct lookup record_lookup(const struct record *record);

/* {"time", "event", "generation"} and, where it matters, "stopped" and "damaged_lines"; a new reference. */
json_t *record_json(const struct record *record);

#endif
