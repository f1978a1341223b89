/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/bindings.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/pages.h"
#include "conf/bindings.h"

#define PAGE 4096u

struct bindings {
	struct binding_table *table;
	struct binding_counters *counters[WORKER_MAX]; /* by index, as all workers count */
	struct binding_counters *base;                 /* what they had counted when the binding came to its index */
	unsigned int workers;
	uint64_t token; /* of the grace period that entries wait for, if any do */
	bool waits;
	void *memory;
	size_t size;
};

/* ---- counters --------------------------------------------------------------------------------------------------- */

static void
add_traffic(struct traffic *total, const struct traffic *counted)
{
	total->packets += __atomic_load_n(&counted->packets, __ATOMIC_RELAXED);
	total->bytes += __atomic_load_n(&counted->bytes, __ATOMIC_RELAXED);
}

static void
take_off_traffic(struct traffic *total, const struct traffic *counted)
{
	total->packets -= counted->packets;
	total->bytes -= counted->bytes;
}

/* Whatever was counted under this index, for whom ever. */
static struct binding_counters
counted(const struct bindings *bindings, uint32_t index)
{
	struct binding_counters sum = { 0 };

	for (unsigned int i = 0; i < bindings->workers; i++) {
		add_traffic(&sum.sent_ipv6, &bindings->counters[i][index].sent_ipv6);
		add_traffic(&sum.sent_ipv4, &bindings->counters[i][index].sent_ipv4);
	}
	return sum;
}

void
bindings_add_counters(const struct bindings *bindings, const struct binding *binding, struct binding_counters *total)
{
	const struct binding *own = binding_find(bindings->table, binding->ipv4, binding->psid);
	struct binding_counters sum;
	uint32_t index;

	if (own == NULL || own->softwire != binding->softwire)
		return;
	index = binding_index(bindings->table, own);
	sum = counted(bindings, index);
	take_off_traffic(&sum.sent_ipv6, &bindings->base[index].sent_ipv6);
	take_off_traffic(&sum.sent_ipv4, &bindings->base[index].sent_ipv4);
	add_traffic(&total->sent_ipv6, &sum.sent_ipv6);
	add_traffic(&total->sent_ipv4, &sum.sent_ipv4);
}

/* A base may become "negative", as what was counted before; the difference is right modulo 2^64. */
void
bindings_carry_on(struct bindings *bindings, const struct bindings *before)
{
	struct binding_cursor cursor = { 0 };
	const struct binding *binding;

	while ((binding = binding_next(bindings->table, &cursor)) != NULL) {
		struct binding_counters *base = &bindings->base[binding_index(bindings->table, binding)];
		struct binding_counters old = { 0 };

		bindings_add_counters(before, binding, &old);
		take_off_traffic(&base->sent_ipv6, &old.sent_ipv6);
		take_off_traffic(&base->sent_ipv4, &old.sent_ipv4);
	}
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static size_t
pages(size_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

/*
 * Not EAL's memory, whose size would have to be foreseen. All of it is touched here, so that no packet and no command has to wait for
 * a page.
 */
static struct bindings *
make(uint32_t capacity, unsigned int workers, struct error *err)
{
	const size_t table_size = pages(binding_table_size(capacity));
	const size_t counters_size = pages((size_t)capacity * sizeof(struct binding_counters));
	struct bindings *bindings = calloc(1, sizeof(*bindings));
	struct hash_key key;
	char *memory;

	if (getrandom(&key, sizeof(key), 0) != sizeof(key)) {
		error_set(err, EIO, "no random numbers from the system");
		goto fail;
	}
	error_set(err, ENOMEM, "out of memory for %u bindings", capacity);
	if (bindings == NULL)
		goto fail;
	bindings->workers = workers;
	bindings->size = table_size + (workers + 1) * counters_size;
	memory = pages_alloc(bindings->size);
	if (memory == NULL)
		goto fail;
	memset(memory, 0, bindings->size);
	bindings->memory = memory;
	bindings->table = binding_table_init(memory, capacity, &key);
	bindings->base = (struct binding_counters *)(void *)(memory + table_size);
	for (unsigned int i = 0; i < workers; i++)
		bindings->counters[i] =
		    (struct binding_counters *)(void *)(memory + table_size + (i + 1) * counters_size);
	return bindings;

fail:
	free(bindings);
	return NULL;
}

void
bindings_free(struct bindings *bindings)
{
	if (bindings == NULL)
		return;
	free(bindings->memory);
	free(bindings);
}

/* Pools of two domains may not overlap, or a binding could be there twice. */
static int
fill(struct binding_table *table, const struct conf_bindings *list, struct error *err)
{
	char addr[IP4_TEXT_SIZE];

	for (uint32_t i = 0; i < list->count; i++) {
		const int rc = binding_add(table, &list->bindings[i]);

		if (rc < 0)
			return error_set(err, -rc, "two domains have a binding for %s, PSID %u",
			    ip4_format(list->bindings[i].ipv4, addr), list->bindings[i].psid);
	}
	return 0;
}

static int
read_files(const struct conf *conf, struct conf_bindings *list, struct error *err)
{
	struct conf_bindings_scope scope;

	for (uint16_t i = 0; i < conf->softwire_count; i++) {
		int rc;

		if (conf->softwires[i].bindings_file[0] == '\0')
			continue;
		conf_bindings_scope(conf, i, &scope);
		rc = conf_bindings_load(conf->softwires[i].bindings_file, &scope, list, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool
has_pools(const struct conf *conf)
{
	for (size_t i = 0; i < conf->softwire_count; i++) {
		if (conf->softwires[i].pool_count > 0)
			return true;
	}
	return false;
}

int
bindings_load(const struct conf *conf, unsigned int workers, struct bindings **bindings, struct error *err)
{
	struct conf_bindings list = { 0 };
	uint32_t capacity;
	int rc;

	*bindings = NULL;
	if (!has_pools(conf))
		return 0;
	rc = read_files(conf, &list, err);
	if (rc == 0) {
		capacity = list.count + (list.count + 3) / 4;
		capacity = capacity < BINDINGS_MIN_CAPACITY ? BINDINGS_MIN_CAPACITY : capacity;
		*bindings = make(capacity, workers, err);
		rc = *bindings == NULL ? -ENOMEM : fill((*bindings)->table, &list, err);
	}
	conf_bindings_free(&list);
	if (rc < 0) {
		bindings_free(*bindings);
		*bindings = NULL;
	}
	return rc;
}

void
bindings_attach(const struct bindings *bindings, struct snapshot *snapshot)
{
	if (bindings == NULL)
		return;
	snapshot->bindings = bindings->table;
	for (unsigned int i = 0; i < bindings->workers; i++)
		snapshot->binding_counters[i] = bindings->counters[i];
}

uint32_t
bindings_count(const struct bindings *bindings)
{
	return bindings == NULL ? 0 : bindings->table->count;
}

void
bindings_report(const struct bindings *bindings, struct report *report)
{
	if (bindings == NULL)
		return;
	report->bindings.count = bindings->table->count;
	report->bindings.capacity = bindings->table->capacity;
	report->bindings.memory = bindings->size;
}

void
bindings_count_domains(const struct bindings *bindings, uint64_t *counts)
{
	struct binding_cursor cursor = { 0 };
	const struct binding *binding;

	while (bindings != NULL && (binding = binding_next(bindings->table, &cursor)) != NULL)
		counts[binding->domain]++;
}

/* ---- lookup ----------------------------------------------------------------------------------------------------- */

int
bindings_of_port_set(const void *context, uint32_t ipv4, uint16_t psid, struct binding *binding)
{
	const struct bindings *bindings = context;
	const struct binding *found = binding_find(bindings->table, ipv4, psid);

	if (found != NULL)
		*binding = *found;
	return found != NULL;
}

static size_t
of_softwire(const void *context, const struct prefix6 *softwire, struct binding *found, size_t max)
{
	const struct bindings *bindings = context;
	struct binding_cursor cursor = { 0 };
	const struct binding *binding;
	size_t count = 0;

	while ((binding = binding_next(bindings->table, &cursor)) != NULL) {
		if (!prefix6_contains(softwire, binding->softwire))
			continue;
		if (count < max)
			found[count] = *binding;
		count++;
	}
	return count;
}

void
bindings_resolve(const struct bindings *bindings, struct lookup_bindings *resolver)
{
	*resolver = (struct lookup_bindings){ bindings, bindings_of_port_set, of_softwire };
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

/* The scope of the domain whose pool has the address; the last one's when there is none, which says so then. */
static int
find_scope(const struct bindings *bindings, const struct conf *conf, uint32_t ipv4, struct conf_bindings_scope *scope,
    struct error *err)
{
	char addr[IP4_TEXT_SIZE];

	for (uint16_t i = 0; bindings != NULL && i < conf->softwire_count; i++) {
		conf_bindings_scope(conf, i, scope);
		if (conf_bindings_pool(scope, ipv4) != NULL)
			return 0;
	}
	error_set(err, ENOENT, "%s is in no pool", ip4_format(ipv4, addr));
	error_hint(err, "the pools of a domain are set in the configuration");
	return -ENOENT;
}

static int
not_added(const struct bindings *bindings, const struct binding *binding, int code, struct error *err)
{
	const struct binding *there = binding_find(bindings->table, binding->ipv4, binding->psid);
	char addr[IP4_TEXT_SIZE], softwire[IP6_TEXT_SIZE];

	if (code == -EEXIST && there != NULL) {
		error_set(err, EEXIST, "%s, PSID %u is bound to %s", ip4_format(binding->ipv4, addr), binding->psid,
		    ip6_format(there->softwire, softwire));
		error_hint(err, "\"replace\": true takes its place");
	} else {
		error_set(err, ENOSPC, "the table is full: it has room for %u bindings", bindings->table->capacity);
		error_hint(err, "write the bindings into the file and reload: that makes room for a quarter more");
	}
	return code;
}

int
bindings_add(struct bindings *bindings, const struct conf *conf, const struct api_binding *wanted, bool replace,
    struct error *err)
{
	struct conf_bindings_scope scope;
	const struct binding *there;
	struct binding binding;
	uint32_t index;
	int rc;

	if (find_scope(bindings, conf, wanted->ipv4, &scope, err) < 0 ||
	    conf_binding_make(&scope, wanted->ipv4, wanted->psid, wanted->softwire, &binding, err) < 0)
		return -EINVAL;
	there = binding_find(bindings->table, binding.ipv4, binding.psid);
	if (there != NULL && replace && there->softwire == binding.softwire)
		return 1; /* its counters go on */
	rc = there != NULL && replace ? binding_replace(bindings->table, &binding)
				      : binding_add(bindings->table, &binding);
	if (rc < 0)
		return not_added(bindings, &binding, rc, err);
	/* Whoever had the index before: no worker has counted for them since a grace period ended. */
	index = binding_index(bindings->table, binding_find(bindings->table, binding.ipv4, binding.psid));
	bindings->base[index] = counted(bindings, index);
	return there != NULL;
}

static int
not_there(const struct binding *binding, struct error *err)
{
	char addr[IP4_TEXT_SIZE];

	return error_set(err, ENOENT, "%s, PSID %u is not bound", ip4_format(binding->ipv4, addr), binding->psid);
}

int
bindings_remove(struct bindings *bindings, const struct conf *conf, const struct api_binding *wanted, struct error *err)
{
	struct conf_bindings_scope scope;
	struct binding binding;

	if (find_scope(bindings, conf, wanted->ipv4, &scope, err) < 0 ||
	    conf_binding_ports(&scope, wanted->ipv4, wanted->psid, &binding, err) < 0)
		return -EINVAL;
	return binding_remove(bindings->table, binding.ipv4, binding.psid) < 0 ? not_there(&binding, err) : 0;
}

int
bindings_get(const struct bindings *bindings, const struct conf *conf, struct api_binding *wanted, struct error *err)
{
	struct conf_bindings_scope scope;
	const struct binding *there;
	struct binding binding;

	if (find_scope(bindings, conf, wanted->ipv4, &scope, err) < 0 ||
	    conf_binding_ports(&scope, wanted->ipv4, wanted->psid, &binding, err) < 0)
		return -EINVAL;
	there = binding_find(bindings->table, binding.ipv4, binding.psid);
	if (there == NULL)
		return not_there(&binding, err);
	wanted->softwire = there->softwire;
	wanted->domain = conf->softwires[there->domain].name;
	wanted->by_command = there->line == 0;
	bindings_add_counters(bindings, there, &wanted->counters);
	return 0;
}

/* ---- grace periods ---------------------------------------------------------------------------------------------- */

bool
bindings_tidy(struct bindings *bindings, struct engine *engine)
{
	if (bindings == NULL)
		return false;
	if (bindings->waits && engine_is_quiet(engine, bindings->token)) {
		binding_reclaim(bindings->table);
		bindings->waits = false;
	}
	if (binding_retire(bindings->table)) {
		bindings->token = engine_start_grace(engine);
		bindings->waits = true;
	}
	return bindings->waits;
}
