/* SPDX-License-Identifier: BSD-3-Clause */
/* The pools of a BR's domain, whose addresses bindings give out, and the file in which the bindings stand. */
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

static const struct reader_key pool_keys[] = {
	{ .name = "ipv4", .type = READER_PREFIX4, .required = true, .example = "\"203.0.113.0/24\"" },
	{ .name = "offset", .type = READER_INT, .max = 15, .example = "6" },
	{ .name = "psid_len", .type = READER_INT, .required = true, .max = 16, .example = "8" },
};

struct map_rule_spec
conf_pool_spec(const struct conf_pool *pool, size_t domain)
{
	return (struct map_rule_spec){ .ipv4 = pool->ipv4,
		.psid_offset = pool->psid_offset,
		.bound = true,
		.psid_len = pool->psid_len,
		.fmr = true,
		.domain = (uint16_t)domain };
}

static int
read_pool(const config_setting_t *group, struct conf_pool *pool, struct error *err)
{
	char file[CONF_TEXT_SIZE], text[PREFIX_TEXT_SIZE];
	struct map_rule_spec spec;
	struct map_rule rule;
	const char *problem;

	if (reader_check(group, pool_keys, READER_COUNT(pool_keys), err) < 0)
		return -EINVAL;
	pool->psid_offset = (uint8_t)reader_get_int(group, "offset", PORTSET_DEFAULT_OFFSET);
	pool->psid_len = (uint8_t)reader_get_int(group, "psid_len", 0);
	pool->line = place_line(group);
	reader_get_prefix4(group, "ipv4", &pool->ipv4);

	spec = conf_pool_spec(pool, 0);
	if (map_rule_compile(&spec, &rule, err) < 0) {
		if (err->hint[0] == '\0')
			error_hint(err, "a pool needs: offset + psid_len <= 16");
		return place_add(err, place_file(group, file), place_line(group));
	}
	problem = pool->ipv4.len >= 8 ? text_node4(pool->ipv4.addr) : NULL;
	if (problem == NULL)
		return 0;
	place_error(err, reader_place(group, "ipv4"), "pool %s %s", prefix4_format(&pool->ipv4, text), problem);
	error_hint(err, "pools hold addresses of customers, global and unicast");
	return -EINVAL;
}

/* conf_check() names the place of a pool by its line, so one file must have them all. */
static int
check_one_file(const config_setting_t *group, size_t index, struct error *err)
{
	const config_setting_t *pool = reader_element(group, "pools", index);
	char first[CONF_TEXT_SIZE], file[CONF_TEXT_SIZE];

	place_file(reader_element(group, "pools", 0), first);
	if (strcmp(place_file(pool, file), first) == 0)
		return 0;
	place_error(err, pool, "pools of one list stand in two files");
	error_hint(err, "the first is in %s; keep all of them in one", first);
	return -EINVAL;
}

static int
read_bindings_file(struct conf_softwire *domain, const char *config, const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = config_setting_get_member(group, "bindings_file");

	if (place == NULL)
		return 0;
	if (domain->pool_count == 0) {
		place_error(err, place, "bindings_file without pools");
		error_hint(err, "for example: pools = ( { ipv4 = \"203.0.113.0/24\"; psid_len = 8; } );");
		return -EINVAL;
	}
	return place_find(err, place, config, domain->bindings_file);
}

int
conf_read_pools(struct conf_softwire *domain, const char *config, const config_setting_t *group, struct error *err)
{
	for (size_t i = 0; i < reader_length(group, "pools"); i++) {
		if (check_one_file(group, i, err) < 0 ||
		    read_pool(reader_element(group, "pools", i), &domain->pools[i], err) < 0)
			return -EINVAL;
		domain->pool_count++;
	}
	return read_bindings_file(domain, config, group, err);
}
