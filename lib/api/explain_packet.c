/* SPDX-License-Identifier: BSD-3-Clause */
/* explain-packet: what would become of packets in the box as it is. */
#include <stdlib.h>
#include <string.h>

#include "api/command.h"
#include "api/text_json.h"

#define BETWEEN ";"

const struct argument api_explain_packet_arguments[] = {
	{ .name = "packet",
	    .type = ARGUMENT_TEXT,
	    .required = true,
	    .help =
		"like \"udp 192.168.1.10:5000 > 192.0.2.1:53 len 1400\"; several with a semicolon between, \"reply\" "
		"answers the one before" },
	{ 0 },
};

/* Lines, with an empty one between two packets: a list of lines for each packet. */
static json_t *
blocks_json(char *text)
{
	json_t *packets = json_array(), *lines = json_array();
	char *line;

	while ((line = strsep(&text, "\n")) != NULL && text != NULL) {
		if (*line != '\0') {
			json_array_append_new(lines, text_json(line));
			continue;
		}
		json_array_append_new(packets, lines);
		lines = json_array();
	}
	json_array_append_new(packets, lines);
	return json_pack("{s:o}", "packets", packets);
}

/* The number of packets, or API_EXPLAIN_MAX + 1 when there are more. Empty ones do not count. */
static unsigned int
split(char *text, char *packets[API_EXPLAIN_MAX])
{
	unsigned int count = 0;
	char *packet;

	while ((packet = strsep(&text, BETWEEN)) != NULL) {
		if (packet[strspn(packet, " ")] == '\0')
			continue;
		if (count == API_EXPLAIN_MAX)
			return count + 1;
		packets[count++] = packet;
	}
	return count;
}

static json_t *
explain(const struct api_backend *backend, char *const *packets, unsigned int count)
{
	struct error err = { 0 };
	char *told = NULL;
	size_t size;
	FILE *out = open_memstream(&told, &size);
	json_t *reply;
	int rc;

	if (out == NULL)
		return api_reply(API_FAILED, NULL, "out of memory");
	rc = backend->explain(backend->context, packets, count, out, &err);
	if (fclose(out) != 0 && rc == 0)
		rc = error_set(&err, ENOMEM, "out of memory");
	reply = rc < 0 ? api_failed(&err) : api_reply(API_OK, blocks_json(told), "%s", "");
	free(told);
	return reply;
}

json_t *
api_explain_packet(const struct api_backend *backend, const json_t *arguments)
{
	char *packets[API_EXPLAIN_MAX], *copy = strdup(json_string_value(json_object_get(arguments, "packet")));
	unsigned int count;
	json_t *reply;

	if (copy == NULL)
		return api_reply(API_FAILED, NULL, "out of memory");
	count = split(copy, packets);
	if (count == 0 || count > API_EXPLAIN_MAX)
		reply = api_reply(API_FAILED, NULL, "1 to %d packets can be explained at once", API_EXPLAIN_MAX);
	else
		reply = explain(backend, packets, count);
	free(copy);
	return reply;
}
