/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/bindings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/bindings_parts.h"
#include "conf/place.h"
#include "conf/text.h"

/* ---- one binding ------------------------------------------------------------------------------------------------ */

void
conf_bindings_scope(const struct conf *conf, uint16_t domain, struct conf_bindings_scope *scope)
{
	*scope = (struct conf_bindings_scope){ .pools = conf->softwires[domain].pools,
		.pool_count = conf->softwires[domain].pool_count,
		.domain = domain };
	for (size_t i = 0; i < conf->softwire_count && i < CONF_MAX_DOMAINS; i++)
		scope->br[scope->br_count++] = conf->softwires[i].br;
}

const struct conf_pool *
conf_bindings_pool(const struct conf_bindings_scope *scope, uint32_t ipv4)
{
	for (size_t i = 0; i < scope->pool_count; i++) {
		if (prefix4_contains(&scope->pools[i].ipv4, ipv4))
			return &scope->pools[i];
	}
	return NULL;
}

static int
no_pool(const struct conf_bindings_scope *scope, uint32_t ipv4, struct error *err)
{
	char known[160] = "", text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < scope->pool_count && strlen(known) < sizeof(known) - PREFIX_TEXT_SIZE; i++) {
		strcat(known, i == 0 ? "" : ", ");
		strcat(known, prefix4_format(&scope->pools[i].ipv4, text));
	}
	error_set(err, EINVAL, "%s is in no pool", ip4_format(ipv4, text));
	error_hint(err, "the domain's pools are %s", known[0] == '\0' ? "none" : known);
	return -EINVAL;
}

/* Why the pool has no such PSID. */
static int
wrong_psid(const struct conf_pool *pool, uint32_t ipv4, int psid, struct error *err)
{
	char addr[IP4_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];

	ip4_format(ipv4, addr);
	prefix4_format(&pool->ipv4, prefix);
	if (pool->psid_len == 0) {
		error_set(err, EINVAL, "%s has no PSID: the pool %s gives out whole addresses", addr, prefix);
		error_hint(err, "leave it out; in a file, write - in its place");
		return -EINVAL;
	}
	if (psid == CONF_NO_PSID)
		error_set(err, EINVAL, "%s needs a PSID: the pool %s shares its addresses", addr, prefix);
	else
		error_set(err, EINVAL, "PSID %d does not fit into the %u bits of the pool %s", psid, pool->psid_len,
		    prefix);
	error_hint(err, "it is 0..%d, by the pool's psid_len of %u", (1 << pool->psid_len) - 1, pool->psid_len);
	return -EINVAL;
}

static bool
has_psid(const struct conf_pool *pool, int psid)
{
	return pool->psid_len == 0 ? psid == CONF_NO_PSID : psid >= 0 && psid < 1 << pool->psid_len;
}

static int
check_softwire(const struct conf_bindings_scope *scope, u128 softwire, struct error *err)
{
	const char *problem = text_global6(softwire);
	char text[IP6_TEXT_SIZE];

	for (size_t i = 0; i < scope->br_count && problem == NULL; i++) {
		if (scope->br[i] == softwire)
			problem = "is the address of a border relay";
	}
	if (problem == NULL)
		return 0;
	error_set(err, EINVAL, "softwire %s %s", ip6_format(softwire, text), problem);
	error_hint(err, "it is the CE's own IPv6 address");
	return -EINVAL;
}

int
conf_binding_ports(const struct conf_bindings_scope *scope, uint32_t ipv4, int psid, struct binding *binding,
    struct error *err)
{
	const struct conf_pool *pool = conf_bindings_pool(scope, ipv4);

	if (pool == NULL)
		return no_pool(scope, ipv4, err);
	if (!has_psid(pool, psid))
		return wrong_psid(pool, ipv4, psid, err);
	*binding = (struct binding){ .ipv4 = ipv4,
		.psid = psid == CONF_NO_PSID ? 0 : (uint16_t)psid,
		.domain = scope->domain };
	return 0;
}

int
conf_binding_make(const struct conf_bindings_scope *scope, uint32_t ipv4, int psid, u128 softwire,
    struct binding *binding, struct error *err)
{
	if (conf_binding_ports(scope, ipv4, psid, binding, err) < 0 || check_softwire(scope, softwire, err) < 0)
		return -EINVAL;
	binding->softwire = softwire;
	return 0;
}

/* ---- a list ----------------------------------------------------------------------------------------------------- */

int
bindings_append(struct conf_bindings *list, const struct binding *binding, struct error *err)
{
	if (list->count == BINDING_MAX_CAPACITY / 5 * 4)
		return error_set(err, EINVAL, "more than %u bindings", list->count);
	if (list->count == list->room) {
		const uint32_t room = list->room == 0 ? 1024 : list->room * 2;
		struct binding *bigger = reallocarray(list->bindings, room, sizeof(*bigger));

		if (bigger == NULL)
			return error_set(err, ENOMEM, "out of memory for %u bindings", room);
		list->bindings = bigger;
		list->room = room;
	}
	list->bindings[list->count++] = *binding;
	return 0;
}

void
conf_bindings_free(struct conf_bindings *list)
{
	free(list->bindings);
	*list = (struct conf_bindings){ 0 };
}

static int
compare_ports(const struct binding *one, const struct binding *other)
{
	if (one->ipv4 != other->ipv4)
		return one->ipv4 < other->ipv4 ? -1 : 1;
	return (int)one->psid - (int)other->psid;
}

static int
compare(const void *one, const void *other)
{
	const struct binding *a = one, *b = other;
	const int order = compare_ports(a, b);

	return order != 0 ? order : a->line < b->line ? -1 : a->line > b->line;
}

/* Sorts the bindings of one file, from `start` on. A port set has one owner: of several the first in the file, the second is the error. */
static int
sort(const struct conf_bindings *list, uint32_t start, const char *file, struct error *err)
{
	struct binding *bindings = list->bindings;
	const struct binding *second = NULL, *first = NULL;
	char addr[IP4_TEXT_SIZE];
	bool sorted = true;

	for (uint32_t i = start + 1; i < list->count && sorted; i++)
		sorted = compare(&bindings[i - 1], &bindings[i]) < 0;
	if (!sorted)
		qsort(bindings + start, list->count - start, sizeof(*bindings), compare);
	for (uint32_t i = start + 1; i < list->count; i++) {
		if (compare_ports(&bindings[i - 1], &bindings[i]) != 0)
			continue;
		if (second == NULL || bindings[i].line < second->line) {
			first = &bindings[i - 1];
			second = &bindings[i];
		}
	}
	if (second == NULL)
		return 0;
	place_error_line(err, file, second->line, "a second binding for %s, PSID %u", ip4_format(second->ipv4, addr),
	    second->psid);
	error_hint(err, "the first is in line %u", first->line);
	return -EINVAL;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static FILE *
open_file(const char *name, uint64_t *size, struct error *err)
{
	FILE *stream = fopen(name, "r");
	struct stat status;

	if (stream == NULL || fstat(fileno(stream), &status) < 0) {
		place_error_line(err, name, 0, "cannot be read: %s", strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		place_error_line(err, name, 0, "cannot be read: it is no file");
	} else {
		*size = (uint64_t)status.st_size;
		return stream;
	}
	if (stream != NULL)
		fclose(stream);
	return NULL;
}

int
conf_bindings_load(const char *file, const struct conf_bindings_scope *scope, struct conf_bindings *list,
    struct error *err)
{
	struct bindings_file source = { .name = file, .scope = scope };
	const uint32_t before = list->count;
	char magic[BINDINGS_MAGIC_SIZE];
	bool compiled;
	int rc;

	source.stream = open_file(file, &source.size, err);
	if (source.stream == NULL)
		return -EINVAL;
	compiled = fread(magic, 1, sizeof(magic), source.stream) == sizeof(magic) &&
	    memcmp(magic, BINDINGS_MAGIC, sizeof(magic)) == 0;
	rewind(source.stream);
	rc = compiled ? bindings_read_compiled(&source, list, err) : bindings_read_text(&source, list, err);
	fclose(source.stream);
	if (rc == 0 && !compiled)
		rc = sort(list, before, file, err);
	if (rc < 0)
		list->count = before;
	return rc;
}
