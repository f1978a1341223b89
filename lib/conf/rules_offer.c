/* SPDX-License-Identifier: BSD-3-Clause */
/* A file of rules for a line whose provider does not say them: who wrote it, and for which service, is found out. */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "provision/rule_server.h"

/* JSON begins with a brace, JSONP with a call around one; a rule file with a setting or a comment. */
static int
is_json(const char *path, struct error *err)
{
	FILE *file = fopen(path, "r");
	char call[32] = "", next = '\0';
	int rc;

	if (file == NULL)
		return error_set(err, EIO, "%.120s: %s", path, strerror(errno));
	rc = fscanf(file, " %31[A-Za-z0-9_.$?]", call);
	if (rc != EOF)
		rc = fscanf(file, " %c", &next);
	fclose(file);
	return rc == 1 && (next == '{' || next == '(') ? 1 : 0;
}

static int
no_rule(const char *file, const struct prefix6 *prefix, struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	error_set(err, ENOENT, "no rule of %.120s is for %s", file, prefix6_format(prefix, text));
	error_hint(err, "is the file of this line's provider, and new enough?");
	return -ENOENT;
}

static int
from_server(const char *file, const struct prefix6 *prefix, struct offer *offer, struct error *err)
{
	struct error why;
	const int rc = rule_server_load(file, offer, &why);

	if (rc == -EINVAL)
		return error_set(err, EINVAL, "%.100s: %.130s", file, why.text);
	if (rc < 0)
		*err = why;
	if (rc < 0 || prefix == NULL || map_find_bmr(offer->rules, offer->rule_count, prefix) != NULL)
		return rc;
	return no_rule(file, prefix, err);
}

static const struct conf_service *
nearest_service(const struct conf_rule_file *file, const struct prefix6 *prefix)
{
	const struct conf_service *nearest = NULL;
	uint8_t len = 0;

	for (size_t i = 0; i < file->service_count; i++) {
		const struct conf_service *service = &file->services[i];
		const struct map_rule_spec *rule = map_find_bmr(service->rules, service->rule_count, prefix);

		if (rule != NULL && (nearest == NULL || rule->ipv6.len > len)) {
			nearest = service;
			len = rule->ipv6.len;
		}
	}
	return nearest;
}

static int
take_service(const char *file, const struct conf_service *service, struct offer *offer, struct error *err)
{
	if (!service->has_br)
		return error_set(err, EINVAL, "service \"%s\" of %.120s has no br", service->name, file);
	if (service->rule_count > OFFER_MAX_RULES)
		return error_set(err, EINVAL, "service \"%s\" of %.120s has %zu rules, more than %d", service->name,
		    file, service->rule_count, OFFER_MAX_RULES);
	*offer = (struct offer){ .kind = OFFER_MAP_E, .br_count = 1, .rule_count = (uint32_t)service->rule_count };
	offer->br[0] = service->br;
	memcpy(offer->rules, service->rules, service->rule_count * sizeof(*service->rules));
	return 0;
}

static int
from_rule_file(const char *path, const struct prefix6 *prefix, struct offer *offer, struct error *err)
{
	struct conf_rule_file *file = conf_rule_file_load(path, err);
	const struct conf_service *service;
	int rc;

	if (file == NULL)
		return -EINVAL;
	service = prefix != NULL ? nearest_service(file, prefix) : NULL;
	if (service != NULL)
		rc = take_service(path, service, offer, err);
	else
		rc = prefix != NULL ? no_rule(path, prefix, err) : 0;
	conf_rule_file_free(file);
	return rc;
}

int
conf_rules_offer(const char *file, const struct prefix6 *prefix, struct offer *offer, struct error *err)
{
	const int json = is_json(file, err);

	if (json < 0)
		return json;
	return json ? from_server(file, prefix, offer, err) : from_rule_file(file, prefix, offer, err);
}
