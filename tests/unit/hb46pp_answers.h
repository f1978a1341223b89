/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of HB46PP servers, and the one that a test looks at. */
#ifndef MAPEDGE_TESTS_HB46PP_ANSWERS_H
#define MAPEDGE_TESTS_HB46PP_ANSWERS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provision/hb46pp.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL_KINDS (1u << OFFER_MAP_E | 1u << OFFER_LW4O6 | 1u << OFFER_IPIP | 1u << OFFER_DS_LITE)

#define RULE "{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/24','ea_length':12,'psid_offset':4}"
#define MAP_E "'map_e':{'version':0,'mesh':true,'br':'2001:db8:1::1','rules':[" RULE "]}"
#define DSLITE "'dslite':{'aftr':'aftr.example.net'}"
#define LW4O6                                                                                        \
	"'lw4o6':{'lwaftr':'lwaftr.example.net','ipv6':'2001:db8:3:100::/56','ipv4':'203.0.113.16'," \
	"'psid':3,'psid_length':8,'psid_offset':6}"
#define IPIP "'ipip':[{'ipv6_local':'2001:db8:7:100::7','ipv6_remote':'2001:db8:7::1','ipv4':'203.0.113.0/29'}]"
#define TOKEN "640756965820d3b9025b6941f9590af6802830ba58663fe8f043dc92b576f17a"

static struct hb46pp_answer *answer; /* of the test that runs */
static struct error err;

/* For JSON with ' for ", so that it can be read here. */
static inline struct hb46pp_answer *
parse(const char *text)
{
	char *json = strdup(text);

	for (char *c = json; *c != '\0'; c++) {
		if (*c == '\'')
			*c = '"';
	}
	free(answer);
	err = (struct error){ .text = "" };
	answer = hb46pp_answer_parse(json, strlen(json), &err);
	free(json);
	return answer;
}

static inline void
forget(void)
{
	free(answer);
	answer = NULL;
}

static inline struct prefix6
prefix(const char *text)
{
	struct prefix6 prefix6;

	ck_assert_int_eq(prefix6_parse(text, &prefix6), 0);
	return prefix6;
}

#endif
