/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "provision/hb46pp_parts.h"

struct question {
	uint32_t kinds;
	bool forced; /* a single kind: it need not be in `order` */
	const struct prefix6 *end_user_prefix;
	const struct offer *after;
	char *reasons;
};

static void __attribute__((format(printf, 2, 3))) lost(const struct question *question, const char *format, ...)
{
	size_t len = strlen(question->reasons);
	va_list args;

	if (len > 0)
		len += (size_t)snprintf(question->reasons + len, HB46PP_REASONS_SIZE - len, "; ");
	if (len >= HB46PP_REASONS_SIZE)
		return;
	va_start(args, format);
	vsnprintf(question->reasons + len, HB46PP_REASONS_SIZE - len, format, args);
	va_end(args);
}

/* Is this one of the offers that we may take? Says why not. */
static bool
suits(const struct question *question, const struct offer *offer)
{
	const char *word = offer_kind_word(offer->kind);
	char text[PREFIX_TEXT_SIZE];

	if (question->after != NULL && offer <= question->after) {
		lost(question, "%s: tried before", word);
		return false;
	}
	if (offer->kind == OFFER_MAP_E && question->end_user_prefix != NULL &&
	    map_find_bmr(offer->rules, offer->rule_count, question->end_user_prefix) == NULL) {
		lost(question, "%s: none of %u rules is for %s", word, offer->rule_count,
		    prefix6_format(question->end_user_prefix, text));
		return false;
	}
	return true;
}

static const struct offer *
choose_from(const struct question *question, const struct hb46pp_answer *answer, const struct hb46pp_entry *entry)
{
	enum offer_kind kind;

	if (!entry->listed && !question->forced)
		return NULL;
	if (!hb46pp_method_kind(entry->method, &kind)) {
		lost(question, "%s", entry->reason);
		return NULL;
	}
	if ((question->kinds & 1u << kind) == 0) {
		if (entry->listed)
			lost(question, "%s: not wanted by the configuration", offer_kind_word(kind));
		return NULL;
	}
	if (entry->count == 0)
		lost(question, "%s", entry->reason);
	for (uint32_t i = entry->first; i < entry->first + entry->count; i++) {
		if (suits(question, &answer->offers[i]))
			return &answer->offers[i];
	}
	return NULL;
}

/* Does the answer speak of this kind, rightly or wrongly? */
static bool
describes(const struct hb46pp_answer *answer, uint32_t kinds)
{
	enum offer_kind kind;

	for (uint32_t i = 0; i < answer->entry_count; i++) {
		if (hb46pp_method_kind(answer->entries[i].method, &kind) && (kinds & 1u << kind) != 0)
			return true;
	}
	return false;
}

const struct offer *
hb46pp_choose(const struct hb46pp_answer *answer, uint32_t kinds, const struct prefix6 *end_user_prefix,
    const struct offer *after, char reasons[HB46PP_REASONS_SIZE])
{
	const struct question question = {
		.kinds = kinds,
		.forced = __builtin_popcount(kinds) == 1,
		.end_user_prefix = end_user_prefix,
		.after = after,
		.reasons = reasons,
	};
	const struct offer *offer = NULL;

	reasons[0] = '\0';
	if (answer->entry_count == 0 || !answer->entries[0].listed) {
		lost(&question, "order: empty, the server offers nothing to this line%s",
		    answer->auth == HB46PP_AUTH_BAD       ? " (it does not know user and pass)"
			: answer->auth == HB46PP_AUTH_REQ ? " (it wants user and pass)"
							  : "");
		return NULL;
	}
	for (uint32_t i = 0; i < answer->entry_count && offer == NULL; i++)
		offer = choose_from(&question, answer, &answer->entries[i]);
	if (offer == NULL && question.forced && !describes(answer, kinds))
		lost(&question, "%s: not offered", offer_kind_word((enum offer_kind)__builtin_ctz(kinds)));
	return offer;
}
