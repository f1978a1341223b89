/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "api/record.h"
#include "api/rule_json.h"
#include "api/text_json.h"

#define ALGORITHM "map-e rfc7597"

const char *const record_event_name[RECORD_EVENTS] = {
	[RECORD_START] = "start",
	[RECORD_RELOAD] = "reload",
	[RECORD_DAILY] = "daily",
	[RECORD_BINDING_ADD] = "binding-add",
	[RECORD_BINDING_REMOVE] = "binding-remove",
	[RECORD_REFUSED] = "refused",
	[RECORD_STOP] = "stop",
};

static json_t *
head_json(const struct record_head *head)
{
	char time[TIMESTAMP_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:I}", "time", timestamp_format(head->time_ms, time), "event",
	    record_event_name[head->event], "generation", (json_int_t)head->generation);
}

/* The members of an object, without its braces. */
static void
put_members(FILE *out, json_t *object)
{
	(void)json_dumpf(object, out, JSON_COMPACT | JSON_EMBED);
	json_decref(object);
}

/* The text, or NULL when something of it is missing. */
static char *
finish(FILE *out, char **text)
{
	const bool failed = ferror(out) != 0;

	if (fclose(out) == 0 && !failed)
		return *text;
	free(*text);
	return NULL;
}

static json_t *
pools_json(const struct conf_softwire *domain)
{
	json_t *pools = json_array();
	char ipv4[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < domain->pool_count; i++) {
		const struct conf_pool *pool = &domain->pools[i];

		json_array_append_new(pools,
		    json_pack("{s:s, s:i, s:i}", "ipv4", prefix4_format(&pool->ipv4, ipv4), "offset", pool->psid_offset,
			"psid_len", pool->psid_len));
	}
	return pools;
}

static json_t *
domain_json(const struct conf_softwire *domain, const struct record_file *file)
{
	char br[IP6_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:s}", "name", domain->name, "br", ip6_format(domain->br, br), "iid",
	    iid_name(domain->iid));

	if (domain->end_user_prefix.len > 0)
		json_object_set_new(object, "end_user_prefix",
		    json_string(prefix6_format(&domain->end_user_prefix, prefix)));
	if (domain->pool_count > 0)
		json_object_set_new(object, "pools", pools_json(domain));
	if (file != NULL) {
		json_object_set_new(object, "bindings_file", text_json(domain->bindings_file));
		if (file->bindings >= 0)
			json_object_set_new(object, "bindings", json_integer(file->bindings));
		if (file->sha256 != NULL)
			json_object_set_new(object, "sha256", json_string(file->sha256));
	}
	return object;
}

/* Rule by rule: a million of them as one tree of JSON objects would take a gigabyte. */
char *
record_domain_text(const struct conf_softwire *domain, const struct record_file *file)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputc('{', out);
	put_members(out, domain_json(domain, file));
	fputs(",\"rules\":[", out);
	for (size_t i = 0; i < domain->rule_count; i++) {
		fputs(i > 0 ? ",{" : "{", out);
		put_members(out, rule_json(&domain->rules[i]));
		fputc('}', out);
	}
	fputs("]}", out);
	return finish(out, &text);
}

char *
record_rules(const struct record_head *head, enum conf_role role, const struct record_changes *changes,
    const struct record_domain *domains, size_t count)
{
	json_t *members = head_json(head);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	json_object_set_new(members, "algorithm", json_string(ALGORITHM));
	json_object_set_new(members, "software", json_string("mapedge " MAPEDGE_VERSION));
	json_object_set_new(members, "role", json_string(role == CONF_CE ? "ce" : "br"));
	if (changes != NULL) {
		json_object_set(members, "added", changes->added);
		json_object_set(members, "removed", changes->removed);
		json_object_set(members, "modified", changes->modified);
	}
	if (out == NULL) {
		json_decref(members);
		return NULL;
	}
	fputc('{', out);
	put_members(out, members);
	fputs(",\"domains\":[", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", domains[i].text);
	fputs("]}\n", out);
	return finish(out, &text);
}

/* A whole line of one small object. */
static char *
line(json_t *object)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL) {
		json_decref(object);
		return NULL;
	}
	fputc('{', out);
	put_members(out, object);
	fputs("}\n", out);
	return finish(out, &text);
}

char *
record_binding(const struct record_head *head, const char *domain, const struct binding *binding)
{
	json_t *object = head_json(head);
	char ipv4[IP4_TEXT_SIZE], softwire[IP6_TEXT_SIZE];

	json_object_set_new(object, "domain", json_string(domain));
	json_object_set_new(object, "ipv4", json_string(ip4_format(binding->ipv4, ipv4)));
	json_object_set_new(object, "psid", json_integer(binding->psid));
	json_object_set_new(object, "softwire", json_string(ip6_format(binding->softwire, softwire)));
	return line(object);
}

char *
record_text(const struct record_head *head, const char *text)
{
	json_t *object = head_json(head);

	if (text != NULL)
		json_object_set_new(object, "text", text_json(text));
	return line(object);
}
