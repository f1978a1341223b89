/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "api/record.h"
#include "api/rule_json.h"

/* ---- finding the place ------------------------------------------------------------------------------------------ */

/* Where the reading stands; only what will be needed is kept, so a log of years costs no memory. */
struct scan {
	uint64_t at_ms;
	struct record *record;
	char *whole;     /* the line of the whole record that holds */
	size_t size;     /* of the buffer */
	json_t *changes; /* binding-add and binding-remove since the rules were loaded */
	bool is_later;   /* the last line was later than the moment asked for */
};

/* Time and event stand first in every line. */
static bool
read_head(const char *line, uint64_t *time_ms, enum record_event *event)
{
	char time[TIMESTAMP_TEXT_SIZE], name[16];

	if (sscanf(line, "{\"time\":\"%31[^\"]\",\"event\":\"%15[^\"]\"", time, name) != 2 ||
	    timestamp_parse(time, time_ms) < 0)
		return false;
	for (*event = 0; *event < RECORD_EVENTS; (*event)++) {
		if (strcmp(name, record_event_name[*event]) == 0)
			return true;
	}
	return false;
}

static void
keep_whole(struct scan *scan, char **line, size_t *size, unsigned int number)
{
	struct record *record = scan->record;
	char *text = scan->whole;
	const size_t room = scan->size;

	scan->whole = *line;
	scan->size = *size;
	*line = text;
	*size = room;
	record->line = number;
	record->is_stopped = false;
	record->damaged = 0;
	/* The daily record repeats the rules; the bindings that came and went since they were loaded are not in it. */
	if (record->head.event != RECORD_DAILY)
		json_array_clear(scan->changes);
}

static void
scan_line(struct scan *scan, char **line, size_t *size, unsigned int number)
{
	struct record *record = scan->record;
	enum record_event event;
	uint64_t time_ms;
	json_t *change;

	if (!read_head(*line, &time_ms, &event)) {
		record->damaged += !scan->is_later;
		return;
	}
	scan->is_later = time_ms > scan->at_ms;
	if (scan->is_later)
		return;
	switch (event) {
	case RECORD_START:
	case RECORD_RELOAD:
	case RECORD_DAILY:
		record->head = (struct record_head){ .time_ms = time_ms, .event = event };
		keep_whole(scan, line, size, number);
		break;
	case RECORD_BINDING_ADD:
	case RECORD_BINDING_REMOVE:
		change = json_loads(*line, JSON_REJECT_DUPLICATES, NULL);
		record->damaged += change == NULL;
		json_array_append_new(scan->changes, change);
		break;
	case RECORD_STOP:
		record->is_stopped = true;
		record->stopped_ms = time_ms;
		break;
	default:
		break; /* a reload that was refused changed nothing */
	}
}

static int
scan_file(struct scan *scan, const char *file, struct error *err)
{
	FILE *in = fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	unsigned int number = 0;
	int rc = 0;

	if (in == NULL)
		return error_set(err, errno, "%s: %s", file, strerror(errno));
	while (getline(&line, &size, in) > 0)
		scan_line(scan, &line, &size, ++number);
	if (ferror(in))
		rc = error_set(err, EIO, "%s: cannot be read to its end", file);
	free(line);
	fclose(in);
	return rc;
}

/* ---- the record ------------------------------------------------------------------------------------------------- */

static int
read_pool(const json_t *object, struct conf_softwire *domain)
{
	const char *ipv4 = json_string_value(json_object_get(object, "ipv4"));
	const json_int_t offset = json_integer_value(json_object_get(object, "offset"));
	const json_int_t psid_len = json_integer_value(json_object_get(object, "psid_len"));
	struct conf_pool *pool = &domain->pools[domain->pool_count];

	if (domain->pool_count == CONF_MAX_POOLS || ipv4 == NULL || prefix4_parse(ipv4, &pool->ipv4) < 0 ||
	    offset < 0 || offset > 15 || psid_len < 0 || offset + psid_len > 16)
		return -EINVAL;
	pool->psid_offset = (uint8_t)offset;
	pool->psid_len = (uint8_t)psid_len;
	domain->pool_count++;
	return 0;
}

static int
read_domain(const json_t *object, struct conf_softwire *domain)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	const char *br = json_string_value(json_object_get(object, "br"));
	const char *iid = json_string_value(json_object_get(object, "iid"));
	const char *file = json_string_value(json_object_get(object, "bindings_file"));
	const json_t *pool;
	size_t i;

	if (name == NULL || br == NULL || iid == NULL || ip6_parse(br, &domain->br) < 0)
		return -EINVAL;
	snprintf(domain->name, sizeof(domain->name), "%s", name);
	snprintf(domain->bindings_file, sizeof(domain->bindings_file), "%s", file != NULL ? file : "");
	domain->iid = strcmp(iid, iid_name(MAP_IID_DRAFT03)) == 0 ? MAP_IID_DRAFT03 : MAP_IID_RFC7597;
	json_array_foreach(json_object_get(object, "pools"), i, pool)
	{
		if (read_pool(pool, domain) < 0)
			return -EINVAL;
	}
	return 0;
}

/* The domain's rules behind those that are already there. */
static int
read_rules(const json_t *rules, uint16_t domain, enum map_iid iid, struct map_rule_spec *specs, struct error *err)
{
	const json_t *rule;
	size_t i;

	json_array_foreach(rules, i, rule)
	{
		if (rule_from_json(rule, &specs[i], err) < 0)
			return -EINVAL;
		specs[i].domain = domain;
		specs[i].iid = iid;
	}
	return 0;
}

static size_t
count_rules(const json_t *domains)
{
	const json_t *domain;
	size_t count = 0, i;

	json_array_foreach(domains, i, domain)
	{
		count += json_array_size(json_object_get(domain, "rules"));
	}
	return count;
}

static int
read_domains(const json_t *domains, struct record *record, struct error *err)
{
	const size_t total = count_rules(domains);
	struct map_rule_spec *specs = calloc(total + 1, sizeof(*specs));
	const json_t *object;
	uint32_t count = 0, bad;
	size_t i;

	record->domain_count = json_array_size(domains);
	record->domains = calloc(record->domain_count + 1, sizeof(*record->domains));
	if (specs == NULL || record->domains == NULL || total > RULESET_MAX_RULES ||
	    record->domain_count > UINT16_MAX) {
		error_set(err, ENOMEM, "out of memory for %zu rules", total);
		goto done;
	}
	json_array_foreach(domains, i, object)
	{
		const json_t *rules = json_object_get(object, "rules");

		if (read_domain(object, &record->domains[i]) < 0) {
			error_set(err, EINVAL, "domain %zu lacks something", i + 1);
			goto done;
		}
		if (read_rules(rules, (uint16_t)i, record->domains[i].iid, specs + count, err) < 0)
			goto done;
		count += (uint32_t)json_array_size(rules);
	}
	record->rules = ruleset_build(specs, count, &bad, err);

done:
	free(specs);
	return record->rules != NULL ? 0 : -EINVAL;
}

static bool
read_change(const json_t *object, const struct record *record, struct record_change *change)
{
	const char *event = json_string_value(json_object_get(object, "event"));
	const char *domain = json_string_value(json_object_get(object, "domain"));
	const char *ipv4 = json_string_value(json_object_get(object, "ipv4"));
	const char *softwire = json_string_value(json_object_get(object, "softwire"));
	const json_int_t psid = json_integer_value(json_object_get(object, "psid"));
	struct binding *binding = &change->binding;

	if (domain == NULL || ipv4 == NULL || softwire == NULL || psid < 0 || psid > UINT16_MAX ||
	    ip4_parse(ipv4, &binding->ipv4) < 0 || ip6_parse(softwire, &binding->softwire) < 0)
		return false;
	change->added = strcmp(event, record_event_name[RECORD_BINDING_ADD]) == 0;
	binding->psid = (uint16_t)psid;
	for (size_t i = 0; i < record->domain_count; i++) {
		if (strcmp(record->domains[i].name, domain) == 0) {
			binding->domain = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static int
read_changes(const json_t *changes, struct record *record, struct error *err)
{
	const json_t *object;
	size_t i;

	record->changes = calloc(json_array_size(changes) + 1, sizeof(*record->changes));
	if (record->changes == NULL)
		return error_set(err, ENOMEM, "out of memory for %zu bindings", json_array_size(changes));
	json_array_foreach(changes, i, object)
	{
		if (read_change(object, record, &record->changes[record->change_count]))
			record->change_count++;
		else
			record->damaged++;
	}
	return 0;
}

/* ---- bindings as far as the log tells --------------------------------------------------------------------------- */

/* The last change of a port set, NULL when there was none. */
static const struct record_change *
last_change(const struct record *record, uint32_t ipv4, uint16_t psid)
{
	for (size_t i = record->change_count; i-- > 0;) {
		const struct binding *binding = &record->changes[i].binding;

		if (binding->ipv4 == ipv4 && binding->psid == psid)
			return &record->changes[i];
	}
	return NULL;
}

static int
of_port_set(const void *context, uint32_t ipv4, uint16_t psid, struct binding *binding)
{
	const struct record *record = context;
	const struct record_change *change = last_change(record, ipv4, psid);

	if (change != NULL) {
		*binding = change->binding;
		return change->added;
	}
	for (size_t i = 0; i < record->domain_count; i++) {
		if (record->domains[i].bindings_file[0] != '\0')
			return -ENOENT; /* the log knows which file it was, not what was in it */
	}
	return 0;
}

static size_t
of_softwire(const void *context, const struct prefix6 *softwire, struct binding *found, size_t max)
{
	const struct record *record = context;
	size_t count = 0;

	for (size_t i = 0; i < record->change_count; i++) {
		const struct record_change *change = &record->changes[i];
		const struct binding *binding = &change->binding;

		if (!change->added || !prefix6_contains(softwire, binding->softwire) ||
		    last_change(record, binding->ipv4, binding->psid) != change)
			continue;
		if (count < max)
			found[count] = *binding;
		count++;
	}
	return count;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int
read_record(const char *file, const struct scan *scan, struct error *err)
{
	struct record *record = scan->record;
	char time[TIMESTAMP_TEXT_SIZE];
	struct error why;
	json_t *whole;
	int rc;

	if (scan->whole == NULL)
		return error_set(err, ENOENT, "%s has no record of %s or before", file,
		    timestamp_format(scan->at_ms, time));
	whole = json_loads(scan->whole, JSON_REJECT_DUPLICATES, NULL);
	error_set(&why, EINVAL, "it is damaged");
	record->head.generation = (uint64_t)json_integer_value(json_object_get(whole, "generation"));
	rc = whole == NULL ? -EINVAL : read_domains(json_object_get(whole, "domains"), record, &why);
	json_decref(whole);
	if (rc < 0)
		return error_set(err, EINVAL, "%s:%u: the record that holds cannot be used: %.120s", file, record->line,
		    why.text);
	return read_changes(scan->changes, record, err);
}

int
record_find(const char *file, uint64_t at_ms, struct record *record, struct error *err)
{
	struct scan scan = { .at_ms = at_ms, .record = record, .changes = json_array() };
	int rc;

	*record = (struct record){ .bindings = { record, of_port_set, of_softwire } };
	rc = scan_file(&scan, file, err);
	if (rc == 0)
		rc = read_record(file, &scan, err);
	json_decref(scan.changes);
	free(scan.whole);
	return rc;
}

void
record_free(struct record *record)
{
	ruleset_free(record->rules);
	free(record->domains);
	free(record->changes);
}

struct lookup
record_lookup(const struct record *record)
{
	return (struct lookup){ record->rules, record->domains, record->domain_count, &record->bindings };
}

json_t *
record_json(const struct record *record)
{
	char time[TIMESTAMP_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:I}", "time", timestamp_format(record->head.time_ms, time), "event",
	    record_event_name[record->head.event], "generation", (json_int_t)record->head.generation);

	if (record->is_stopped)
		json_object_set_new(object, "stopped", json_string(timestamp_format(record->stopped_ms, time)));
	if (record->damaged > 0)
		json_object_set_new(object, "damaged_lines", json_integer(record->damaged));
	return object;
}
