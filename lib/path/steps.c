/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/steps.h"

/* RFC 1812 section 4.3.2.7 knows more cases; here: only a packet that asks for it learns about its size. */
static bool
wants_error(const struct packet *p, enum drop_reason reason)
{
	return reason != DROP_too_big || ipv4_has_df(p);
}

enum verdict
refuse_to_ipv4(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error)
{
	const struct interface *interface = &w->snapshot->interface[INTERFACE_V4];
	struct packet answer;

	if (wants_error(p, reason) && icmp_error_build(w, p, error, interface->address, &answer))
		ethernet_out_ipv4(w, &answer, interface);
	return drop(w, p, reason);
}

enum verdict
refuse_to_softwire(struct worker *w, struct packet *p, enum drop_reason reason, struct icmp_error error,
    const struct softwire *softwire, uint32_t src)
{
	struct packet answer;

	if (wants_error(p, reason) && icmp_error_build(w, p, error, src, &answer) &&
	    encapsulate(w, &answer, softwire, p->outer_src) == VERDICT_NEXT)
		ethernet_out_softwire(w, &answer, &w->snapshot->interface[INTERFACE_V6]);
	return drop(w, p, reason);
}
