/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CE without a softwire: the provider has not said yet what it is, or the line has lost its prefix (RFC 7597 section 7.1). Hosts
 * learn at once that there is no way; native IPv6 goes on.
 */
#include "path/lan.h"
#include "path/outer.h"

static enum verdict
refuse(struct worker *w, struct packet *p)
{
	TRY(lan_in(w, p));
	return refuse_to_ipv4(w, p, DROP_softwire_off, ICMP_NET_UNREACHABLE);
}

/* Whatever is IPv4 inside has nowhere to go: the address it came to is not ours any more. */
static enum verdict
not_for_us(struct worker *w, struct packet *p)
{
	TRY(softwire_in(w, p));
	return drop(w, p, DROP_softwire_off);
}

/* What one worker began while there was a softwire, and another one takes up too late. */
static enum verdict
too_late(struct worker *w, struct packet *p)
{
	return drop(w, p, DROP_softwire_off);
}

void
ce_off_up(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, refuse);
}

void
ce_off_down(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, not_for_us);
}

void
ce_off_late(struct worker *w, struct burst *burst)
{
	STAGE(w, burst, too_late);
}
