/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The HB46PP client of lib/provision on a line: a test asks a real server for it. Events come in, one a line, and a line
 * of JSON goes out for each; the time is virtual.
 *
 *   start   dns TEXT   http STATUS LOCATION FILE   error TEXT   tick
 *
 * LOCATION may be "-". Arguments: USER PASS SERVER-NAME, or none.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provision/hb46pp.h"

static struct hb46pp_client client;
static uint64_t now;
static char body[16 << 20];

static uint32_t
reply(char *arguments)
{
	const char *status = strtok(arguments, " "), *location = strtok(NULL, " "), *file = strtok(NULL, " ");
	struct hb46pp_reply answer = { .status = atoi(status), .body = body };
	FILE *in = fopen(file, "rb");

	if (in == NULL)
		exit(1);
	answer.len = fread(body, 1, sizeof(body), in);
	fclose(in);
	answer.location = strcmp(location, "-") == 0 ? NULL : location;
	return hb46pp_http(&client, now, client.serial, &answer);
}

static uint32_t
event(char *line)
{
	char *arguments = strchr(line, ' ');

	if (arguments != NULL)
		*arguments++ = '\0';
	if (strcmp(line, "start") == 0)
		return hb46pp_start(&client, now);
	if (strcmp(line, "tick") == 0) {
		now = client.next_ms;
		return hb46pp_tick(&client, now);
	}
	if (strcmp(line, "dns") == 0) {
		const struct hb46pp_string string = { .text = arguments,
			.len = strlen(arguments),
			.starts_record = true };

		return hb46pp_dns(&client, now, client.serial, HB46PP_DNS_OK, &string, 1);
	}
	if (strcmp(line, "error") == 0)
		return hb46pp_http(&client, now, client.serial, &(struct hb46pp_reply){ .error = arguments });
	return reply(arguments);
}

static json_t *
offer_json(const struct offer *offer)
{
	char br[IP6_TEXT_SIZE] = "";

	if (offer->br_count > 0)
		ip6_format(offer->br[0], br);
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:b}", "kind", offer_kind_word(offer->kind), "br", br, "name",
	    offer->br_name, "rules", offer->rule_count, "mesh", offer->mesh, "rfc7597",
	    offer->rule_count > 0 && offer->rules[0].iid == MAP_IID_RFC7597);
}

static void
report(uint32_t actions)
{
	static const char *const words[] = { "query", "get", "disable", "erase", "store", "configure" };
	json_t *todo = json_array(), *offers = json_array(), *line;

	for (unsigned int i = 0; i < 6; i++) {
		if ((actions & 1u << i) != 0)
			json_array_append_new(todo, json_string(words[i]));
	}
	for (uint32_t i = 0; client.answer != NULL && i < client.answer->offer_count; i++)
		json_array_append_new(offers, offer_json(&client.answer->offers[i]));
	line = json_pack("{s:s, s:s, s:o, s:o, s:I, s:s, s:b}", "state", hb46pp_state_word(client.state), "reason",
	    client.reason, "actions", todo, "offers", offers, "wait", (json_int_t)((client.next_ms - now) / 1000),
	    "url", client.get.url, "verify", client.get.verify);
	json_dumpf(line, stdout, JSON_COMPACT);
	puts("");
	fflush(stdout);
	json_decref(line);
}

int
main(int argc, char **argv)
{
	const struct random random = { .key = { { 1, 2 } } };
	struct hb46pp_identity identity = {
		.vendorid = "acde48-mapedge",
		.product = "mapedge",
		.version = "0_1",
		.capabilities = HB46PP_CAN(HB46PP_DSLITE) | HB46PP_CAN(HB46PP_IPIP) | HB46PP_CAN(HB46PP_LW4O6) |
		    HB46PP_CAN(HB46PP_MAP_E) | HB46PP_CAN_HUBSPOKE | HB46PP_CAN_MESH,
	};
	static char line[8192];

	if (argc == 4) {
		snprintf(identity.user, sizeof(identity.user), "%s", argv[1]);
		snprintf(identity.pass, sizeof(identity.pass), "%s", argv[2]);
		snprintf(identity.server_name, sizeof(identity.server_name), "%s", argv[3]);
	}
	hb46pp_init(&client, &identity, &random);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		report(event(line));
	}
	hb46pp_fini(&client);
	return 0;
}
