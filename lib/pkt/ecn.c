/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/ecn.h"

#include "pkt/checksum.h"

enum ecn { NOT_ECT = 0, ECT_1 = 1, ECT_0 = 2, CE = 3 };

#define ODD 0x10  /* RFC 6040: a combination that nothing produces today, worth an event */
#define LOST 0x20 /* the mark cannot be delivered: drop */

/* [inner][outer] -> the ECN field that goes on. */
/* clang-format off */
static const uint8_t combination[4][4] = {
	/* outer:     NOT_ECT   ECT_1          ECT_0          CE */
	[NOT_ECT] = { NOT_ECT,  NOT_ECT | ODD, NOT_ECT | ODD, LOST },
	[ECT_1] =   { ECT_1,    ECT_1,         ECT_1 | ODD,   CE   },
	[ECT_0] =   { ECT_0,    ECT_1,         ECT_0,         CE   },
	[CE] =      { CE,       CE | ODD,      CE,            CE   },
};
/* clang-format on */

static void
set_tos(struct packet *p, uint8_t tos)
{
	uint16_t before, after;

	memcpy(&before, p->ip, sizeof(before));
	p->tos = tos;
	p->ip[1] = tos;
	memcpy(&after, p->ip, sizeof(after));
	checksum_patch(p->ip + 10, checksum_difference16(before, after));
}

enum verdict
class_combine(struct worker *w, struct packet *p, uint8_t mask)
{
	const uint8_t action = combination[p->tos & ECN_MASK][p->outer_class & ECN_MASK];
	const uint8_t dscp = (p->outer_class & mask & ~ECN_MASK) | (p->tos & ~mask);

	if (action & LOST)
		return drop(w, p, DROP_ecn_drop);
	if (action & ODD)
		event(w, EVENT_ecn_odd);
	set_tos(p, dscp | (action & ECN_MASK));
	return VERDICT_NEXT;
}
