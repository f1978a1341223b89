/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/mss.h"

enum tcp_option {
	TCP_OPTION_END = 0,
	TCP_OPTION_NOP = 1,
	TCP_OPTION_MSS = 2,
};

#define MSS_OPTION_LEN 4

/* The two bytes of the next MSS value, or NULL when there is no whole MSS option (any more). */
static uint8_t *
find_mss(uint8_t *option, const uint8_t *end)
{
	while (option < end && *option != TCP_OPTION_END) {
		if (*option == TCP_OPTION_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			return NULL;
		if (option[0] == TCP_OPTION_MSS && option[1] == MSS_OPTION_LEN)
			return option + 2;
		option += option[1];
	}
	return NULL;
}

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
	const uint8_t *end = p->l4 + (p->l4[12] >> 4) * 4;
	bool lowered = false;

	for (uint8_t *value = find_mss(p->l4 + TCP_MIN_LEN, end); value != NULL; value = find_mss(value + 2, end))
		lowered |= lower(p, value, mss);
	if (lowered)
		event(w, EVENT_mss_clamped);
}
