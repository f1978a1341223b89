/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/mss.h"

#include "pkt/tcp_option.h"

#define OPTION_MSS 2
#define OPTION_MSS_LEN 4

static bool
lower(struct packet *p, uint8_t *value, uint16_t mss)
{
	uint16_t before, after;
	uint8_t *word;
	size_t len;

	if (load16(value) <= mss)
		return false;
	/* The value may start at an odd byte and so lie in two words of the sum; both are inside the header. */
	word = value - ((value - p->l4) & 1);
	len = word == value ? 2 : 4;
	before = checksum_fold(checksum_add(0, word, len));
	store16(value, mss);
	after = checksum_fold(checksum_add(0, word, len));
	checksum_patch(p->l4 + 16, checksum_difference16(before, after));
	return true;
}

/* Hosts that see several MSS options differ in which they take. */
void
mss_lower(struct worker *w, struct packet *p, uint16_t mss)
{
	bool lowered = false;

	for (size_t at = TCP_MIN_LEN; (at = tcp_option(p->l4, at, OPTION_MSS, OPTION_MSS_LEN)) != 0;
	     at += OPTION_MSS_LEN)
		lowered |= lower(p, p->l4 + at + 2, mss);
	if (lowered)
		event(w, EVENT_mss_clamped);
}
