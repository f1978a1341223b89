/* SPDX-License-Identifier: BSD-3-Clause */
#include "trail.h"

#include <string.h>

#include "pkt/worker.h"
#include "summary.h"

struct page {
	FILE *out;
	const char *interface;
	uint64_t time_ns;
	struct rte_mbuf *const *mbufs;
	uint16_t count;
	char came[BURST_SIZE][SUMMARY_SIZE];
};

static const char *
summary(const struct rte_mbuf *mbuf, char text[SUMMARY_SIZE])
{
	return frame_summary(rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len, text);
}

/* "lan_in(w, p)" is told as lan_in. */
void
trail_print_steps(FILE *out, const struct trail *trail)
{
	for (unsigned int i = 0; i < trail->count && i < TRAIL_STEPS; i++) {
		const struct trail_step *step = &trail->step[i];

		fprintf(out, "    %*s%.*s", 2 * step->depth, "", (int)strcspn(step->step, "("), step->step);
		fprintf(out, step->verdict == VERDICT_NEXT ? "\n" : ": %s\n",
		    step->verdict == VERDICT_NEXT ? "" : verdict_name(step->verdict));
	}
	if (trail->count > TRAIL_STEPS)
		fprintf(out, "    and %u more\n", trail->count - TRAIL_STEPS);
}

static void
print_end(FILE *out, const struct packet *p, unsigned int verdict)
{
	char text[SUMMARY_SIZE];
	const unsigned int reason = dropped_reason(p->mbuf);

	if (verdict == VERDICT_DROP && reason < DROP_COUNT)
		fprintf(out, "  dropped as %s: %s\n  hint: %s\n\n", drop_info[reason].name, drop_info[reason].text,
		    drop_info[reason].hint);
	else if (verdict == VERDICT_FORWARD)
		fprintf(out, "  sent: %s\n\n", summary(p->mbuf, text));
	else if (verdict == VERDICT_HOST)
		fprintf(out, "  given to Linux\n\n");
	else
		fprintf(out, "  goes on later\n\n");
}

static void
on_done(void *context, const struct packet *p, unsigned int verdict, const struct trail *trail)
{
	struct page *page = context;
	uint16_t i = 0;

	while (i < page->count && page->mbufs[i] != p->mbuf)
		i++;
	fprintf(page->out, "%lu.%06lu s, from %s: %s\n", (unsigned long)(page->time_ns / 1000000000),
	    (unsigned long)(page->time_ns / 1000 % 1000000), page->interface, i < page->count ? page->came[i] : "");
	trail_print_steps(page->out, trail);
	print_end(page->out, p, verdict);
}

void
trail_run(FILE *out, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count, const char *interface,
    uint64_t time_ns)
{
	struct page page = { .out = out, .interface = interface, .time_ns = time_ns, .mbufs = mbufs, .count = count };
	struct trace trace = { .done = on_done, .context = &page };

	for (uint16_t i = 0; i < count; i++)
		(void)summary(mbufs[i], page.came[i]);
	path_trace(w, way, mbufs, count, &trace);
}
