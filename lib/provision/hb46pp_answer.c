/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "provision/hb46pp_parts.h"

/* ---- what can be done without ----------------------------------------------------------------------------------- */

/* The first remark is kept: one is enough to know that the server is to be mended. */
static void
note(struct hb46pp_answer *answer, const struct error *err)
{
	if (answer->note[0] == '\0')
		snprintf(answer->note, sizeof(answer->note), "%s", err->text);
}

static void
read_name(const struct take *take, const char *key, char *name, struct hb46pp_answer *answer)
{
	const char *text;

	if (!take_has(take, key))
		return;
	if (take_text(take, key, &text) < 0) {
		note(answer, take->err);
		return;
	}
	if (!take_copy(text, name, HB46PP_NAME_SIZE)) {
		error_set(take->err, EINVAL, "%s: longer than %d bytes, cut off", key, HB46PP_NAME_SIZE - 1);
		note(answer, take->err);
	}
}

static void
read_ttl(const struct take *take, struct hb46pp_answer *answer)
{
	unsigned int ttl;

	if (!take_has(take, "ttl"))
		return;
	if (take_number(take, "ttl", INT32_MAX, &ttl) < 0) {
		note(answer, take->err);
		return;
	}
	if (ttl > HB46PP_MAX_TTL) {
		take_refuse(take, "ttl", "is more than 604800, taken as that");
		note(answer, take->err);
		ttl = HB46PP_MAX_TTL;
	}
	answer->has_ttl = true;
	answer->ttl = ttl;
}
_Static_assert(HB46PP_MAX_TTL == 604800, "the text above says so");

static void
read_token(const struct take *take, struct hb46pp_answer *answer)
{
	const char *token;

	if (!take_has(take, "token"))
		return;
	/* A secret: what is wrong with it is not shown. */
	if (take_text(take, "token", &token) < 0 || strlen(token) != HB46PP_TOKEN_SIZE - 1 ||
	    strspn(token, "0123456789abcdef") != HB46PP_TOKEN_SIZE - 1) {
		error_set(take->err, EINVAL, "token: not 64 lower-case hexadecimal digits, left out");
		note(answer, take->err);
		return;
	}
	memcpy(answer->token, token, HB46PP_TOKEN_SIZE);
}

static void
read_auth(const struct take *take, struct hb46pp_answer *answer)
{
	static const char *const words[] = {
		[HB46PP_AUTH_REQ] = "req",
		[HB46PP_AUTH_BAD] = "bad",
		[HB46PP_AUTH_OK] = "ok",
	};
	const char *text;

	if (!take_has(take, "auth"))
		return;
	if (take_text(take, "auth", &text) == 0) {
		for (unsigned int i = HB46PP_AUTH_REQ; i <= HB46PP_AUTH_OK; i++) {
			if (strcmp(text, words[i]) == 0)
				answer->auth = i;
		}
		if (answer->auth != HB46PP_AUTH_NONE)
			return;
		take_refuse(take, "auth", "is none of req, bad and ok");
	}
	note(answer, take->err);
}

static void
read_rest(const struct take *take, struct hb46pp_answer *answer)
{
	read_name(take, "enabler_name", answer->enabler_name, answer);
	read_name(take, "service_name", answer->service_name, answer);
	read_name(take, "isp_name", answer->isp_name, answer);
	read_ttl(take, answer);
	read_token(take, answer);
	read_auth(take, answer);
	if (take_has(take, "ipv6_mostly") && take_flag(take, "ipv6_mostly", &answer->ipv6_mostly) < 0)
		note(answer, take->err);
}

/* ---- order and methods ------------------------------------------------------------------------------------------ */

static bool
has_entry(const struct hb46pp_answer *answer, enum hb46pp_method method)
{
	for (uint32_t i = 0; i < answer->entry_count; i++) {
		if (answer->entries[i].method == method)
			return true;
	}
	return false;
}

static struct hb46pp_entry *
add_entry(const struct take *take, enum hb46pp_method method, struct hb46pp_answer *answer)
{
	struct hb46pp_entry *entry = &answer->entries[answer->entry_count++];
	enum offer_kind kind;
	int count;

	entry->method = method;
	entry->first = answer->offer_count;
	if (!hb46pp_method_kind(method, &kind)) {
		snprintf(entry->reason, sizeof(entry->reason), "%s: not known here", hb46pp_method_word(method));
		return entry;
	}
	count = hb46pp_method_read(take, method, &answer->offers[entry->first]);
	if (count < 0) {
		entry->broken = true;
		snprintf(entry->reason, sizeof(entry->reason), "%s", take->err->text);
		memset(&answer->offers[entry->first], 0, (HB46PP_MAX_OFFERS - entry->first) * sizeof(struct offer));
		count = 0;
	}
	entry->count = (uint32_t)count;
	answer->offer_count += entry->count;
	return entry;
}

static int
read_order(const struct take *take, struct hb46pp_answer *answer)
{
	const json_t *order = json_object_get(take->object, "order");
	struct hb46pp_entry *entry;

	if (!json_is_array(order))
		return take_refuse(take, "order", "is not an array");
	if (json_array_size(order) > HB46PP_MAX_ORDER)
		return error_set(take->err, EINVAL, "order: %zu methods, more than %d", json_array_size(order),
		    HB46PP_MAX_ORDER);
	for (size_t i = 0; i < json_array_size(order); i++) {
		const char *word = json_string_value(json_array_get(order, i));
		const enum hb46pp_method method = word == NULL ? HB46PP_UNKNOWN : hb46pp_method_find(word);

		if (word == NULL)
			return error_set(take->err, EINVAL, "order[%zu]: is not a string", i);
		if (method != HB46PP_UNKNOWN && has_entry(answer, method))
			continue;
		entry = add_entry(take, method, answer);
		entry->listed = true;
		if (method == HB46PP_UNKNOWN) {
			(void)take_copy(word, entry->reason, 40);
			strcat(entry->reason, ": not known here");
		}
	}
	for (enum hb46pp_method method = 0; method < HB46PP_METHODS; method++) {
		if (take_has(take, hb46pp_method_word(method)) && !has_entry(answer, method))
			(void)add_entry(take, method, answer);
	}
	return 0;
}

/* ---- digest ----------------------------------------------------------------------------------------------------- */

/* Keys sorted, no blanks: the same whatever the server's way of writing JSON. */
static int
digest(const json_t *root, char text[65])
{
	json_t *part = json_object();
	struct sha256 sha;
	char *dump = NULL;

	json_object_set(part, "order", json_object_get(root, "order"));
	for (enum hb46pp_method method = 0; method < HB46PP_METHODS; method++)
		json_object_set(part, hb46pp_method_word(method), json_object_get(root, hb46pp_method_word(method)));
	dump = json_dumps(part, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(part);
	if (dump == NULL)
		return -ENOMEM;
	sha256_init(&sha);
	sha256_add(&sha, dump, strlen(dump));
	(void)sha256_text(&sha, text);
	free(dump);
	return 0;
}

/* ---- the answer ------------------------------------------------------------------------------------------------- */

static struct hb46pp_answer *
read_answer(const json_t *root, struct error *err)
{
	const struct take take = { .object = root, .err = err };
	struct hb46pp_answer *answer = calloc(1, sizeof(*answer));

	if (answer == NULL || digest(root, answer->digest) < 0) {
		error_set(err, ENOMEM, "out of memory for an answer");
		free(answer);
		return NULL;
	}
	if (read_order(&take, answer) < 0) {
		free(answer);
		return NULL;
	}
	read_rest(&take, answer);
	return answer;
}

struct hb46pp_answer *
hb46pp_answer_parse(const char *text, size_t len, struct error *err)
{
	struct hb46pp_answer *answer = NULL;
	json_error_t where;
	json_t *root;

	if (len > HB46PP_MAX_BODY) {
		error_set(err, EINVAL, "the answer has %zu bytes, more than %u", len, HB46PP_MAX_BODY);
		return NULL;
	}
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (root == NULL) {
		/* The library's text may quote what it has read. */
		char what[JSON_ERROR_TEXT_LENGTH];

		take_printable(where.text, strlen(where.text), what, sizeof(what));
		error_set(err, EINVAL, "not JSON, line %d column %d: %.150s", where.line, where.column, what);
		return NULL;
	}
	if (json_is_object(root))
		answer = read_answer(root, err);
	else
		error_set(err, EINVAL, "the answer is not a JSON object");
	json_decref(root);
	return answer;
}
