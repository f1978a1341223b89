/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/report.h"
#include "buffer.h"
#include "engine/compile.h"
#include "replay_parts.h"
#include "trail.h"

_Static_assert(CONF_MAX_WORKERS == WORKER_MAX && CONF_MAX_WORKERS == REPORT_MAX_WORKERS,
    "as many as can be configured can be run and told of");

/* ---- running ---------------------------------------------------------------------------------------------------- */

static void
empty_outlets(struct replay *r, struct worker *w)
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		struct outlet *outlet = &w->transmit[i];

		for (uint16_t j = 0; j < outlet->count; j++) {
			struct rte_mbuf *mbuf = outlet->mbufs[j];

			r->sent(r, (unsigned int)i, rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->pkt_len);
			traffic_add(&w->counters.interface[i].tx, mbuf->pkt_len);
			free(mbuf);
		}
		outlet->count = 0;
	}
	for (uint16_t j = 0; j < w->dropped.count; j++)
		free(w->dropped.mbufs[j]);
	w->dropped.count = 0;
	for (uint16_t j = 0; j < w->to_host.count; j++) /* there is no Linux beside a replay */
		free(w->to_host.mbufs[j]);
	w->to_host.count = 0;
}

/* What a worker hands over goes on with its owner at once, where handoff_on() has noted; a fragment may be handed on. */
static void
hand_over(struct replay *r, struct worker *w, struct worker *owner)
{
	struct outlet handed = w->handoff[owner->id];

	w->handoff[owner->id].count = 0;
	for (uint16_t i = 0, count; i < handed.count; i += count) {
		const uint16_t way = handed.mbufs[i]->port;

		for (count = 1; count < BURST_SIZE && i + count < handed.count; count++) {
			if (handed.mbufs[i + count]->port != way)
				break;
		}
		replay_burst(r, owner, (enum way)way, &handed.mbufs[i], count);
	}
}

/* What a burst left, and fragments that may go on because of it. A stock that cannot be refilled shows as no_buffer. */
static void
after_burst(struct replay *r, struct worker *w)
{
	do {
		empty_outlets(r, w);
		for (uint16_t i = 0; i < w->count; i++)
			hand_over(r, w, &r->worker[i]);
		(void)buffer_refill(w);
	} while (path_resume(w) > 0);
}

void
replay_burst(struct replay *r, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	r->run(r, w, way, mbufs, count);
	after_burst(r, w);
}

static void
run_way(struct replay *r, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	if (r->trace != NULL)
		trail_run(r->trace, w, way, mbufs, count,
		    way == WAY_FROM_DEVICE ? "linux" : r->conf->interfaces[way_interface(way)].name,
		    r->now_ns - r->start_ns);
	else
		path_run(w, way, mbufs, count);
}

static void
write_frame(struct replay *r, unsigned int interface, const uint8_t *frame, size_t len)
{
	if (r->output[interface] != NULL)
		capture_write(r->output[interface], r->now_ns, frame, (uint32_t)len);
}

/* What a worker remembers of fragments. */
static uint32_t
remembered(const struct worker *w)
{
	uint32_t count = 0;

	if (w->fragments != NULL)
		count += virtual_datagrams(w->fragments) + virtual_held(w->fragments);
	if (w->reassembly != NULL)
		count += reassembly_datagrams(w->reassembly);
	return count;
}

/* All that is due at this moment, however much; one tick does no more than the outlets hold. */
static void
tick(struct replay *r, struct worker *w)
{
	uint32_t before;

	do {
		before = remembered(w);
		path_tick(w, UINT32_MAX);
		after_burst(r, w);
	} while (remembered(w) < before);
}

/* What arrived at the same moment on one interface is one burst, as a poll would find it. */
static int
collect_burst(struct replay *r, unsigned int interface, struct rte_mbuf **mbufs, struct worker *w, struct error *err)
{
	struct input *input = &r->input[interface];
	int count = 0;

	while (input->has_next && count < BURST_SIZE && input->next.time_ns == r->now_ns) {
		struct rte_mbuf *mbuf = buffer_new(input->next.len);
		int rc;

		if (mbuf == NULL)
			return error_set(err, ENOMEM, "out of memory");
		memcpy(rte_pktmbuf_mtod(mbuf, void *), input->next.data, input->next.len);
		mbuf->data_len = (uint16_t)input->next.len;
		mbuf->pkt_len = (uint32_t)input->next.len;
		traffic_add(&w->counters.interface[interface].rx, input->next.len);
		mbufs[count++] = mbuf;
		rc = capture_read(input->reader, &input->next, err);
		if (rc < 0)
			return rc;
		input->has_next = rc > 0;
	}
	return count;
}

/* The interface whose next packet is the earliest, INTERFACE_COUNT when all are done. */
static unsigned int
earliest(const struct replay *r)
{
	unsigned int found = INTERFACE_COUNT;

	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		if (r->input[i].has_next &&
		    (found == INTERFACE_COUNT || r->input[i].next.time_ns < r->input[found].next.time_ns))
			found = i;
	}
	return found;
}

static int
run(struct replay *r, struct error *err)
{
	struct rte_mbuf *mbufs[BURST_SIZE];
	const unsigned int workers = r->worker[0].count;
	unsigned int interface;
	int count;

	while ((interface = earliest(r)) != INTERFACE_COUNT) {
		const unsigned int turn = (unsigned int)(r->bursts++ % workers);

		/* Time does not run backwards, whatever the capture says. */
		if (r->bursts == 1)
			r->start_ns = r->input[interface].next.time_ns;
		if (r->input[interface].next.time_ns > r->now_ns)
			r->now_ns = r->input[interface].next.time_ns;
		else
			r->input[interface].next.time_ns = r->now_ns;
		for (unsigned int i = 0; i < workers; i++) {
			struct worker *w = &r->worker[i];

			w->now_ms = (r->now_ns - r->start_ns) / 1000000;
			w->now = (uint32_t)(w->now_ms / 1000);
			if (buffer_refill(w) < 0)
				return error_set(err, ENOMEM, "out of memory");
			tick(r, w);
		}
		count = collect_burst(r, interface, mbufs, &r->worker[turn], err);
		if (count < 0)
			return count;
		replay_burst(r, &r->worker[turn], (enum way)interface, mbufs, (uint16_t)count);
	}
	for (unsigned int i = 0; i < workers; i++)
		tick(r, &r->worker[i]);
	return 0;
}

/* ---- set-up ----------------------------------------------------------------------------------------------------- */

static int
open_files(struct replay *r, struct error *err)
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		struct input *input = &r->input[i];

		if (r->in[i] != NULL) {
			int rc;

			input->reader = capture_open(r->in[i], err);
			if (input->reader == NULL)
				return -EINVAL;
			rc = capture_read(input->reader, &input->next, err);
			if (rc < 0)
				return rc;
			input->has_next = rc > 0;
		}
		if (r->out[i] != NULL) {
			r->output[i] = capture_create(r->out[i], err);
			if (r->output[i] == NULL)
				return -EIO;
		}
	}
	if (r->trace_file != NULL) {
		r->trace = strcmp(r->trace_file, "-") == 0 ? stdout : fopen(r->trace_file, "we");
		if (r->trace == NULL)
			return error_set(err, errno, "%s: %s", r->trace_file, strerror(errno));
	}
	return 0;
}

static int
make_workers(struct replay *r, struct error *err)
{
	const unsigned int count = r->conf->workers;
	struct random seed = { .key = { { r->seed, ~r->seed } } };
	const size_t size = path_memory_size(r->snapshot);
	struct hash_key box_key;

	r->worker = aligned_alloc(64, (count * sizeof(*r->worker) + 63) / 64 * 64);
	r->memory = calloc(count, sizeof(*r->memory));
	if (r->worker == NULL || r->memory == NULL)
		return error_set(err, ENOMEM, "out of memory");
	memset(r->worker, 0, count * sizeof(*r->worker));
	box_key = random_fork(&seed).key;
	for (unsigned int i = 0; i < count; i++) {
		struct worker *w = &r->worker[i];

		w->id = (uint16_t)i;
		w->count = (uint16_t)count;
		w->random = random_fork(&seed);
		r->memory[i] = aligned_alloc(64, size);
		if (r->memory[i] == NULL)
			return error_set(err, ENOMEM, "out of memory for %zu MiB of tables", size >> 20);
		path_init(w, r->memory[i], r->snapshot, &box_key);
	}
	return 0;
}

int
replay_make(struct replay *r, struct error *err)
{
	const struct mac macs[INTERFACE_COUNT] = { { { 0 } } };

	if (r->workers != 0)
		r->conf->workers = r->workers;
	r->snapshot = snapshot_compile(r->conf, macs, NULL, err);
	if (r->snapshot == NULL || bindings_load(r->conf, r->conf->workers, &r->bindings, err) < 0)
		return -EINVAL;
	bindings_attach(r->bindings, r->snapshot);
	return make_workers(r, err);
}

static int
set_up(struct replay *r, struct error *err)
{
	r->conf = conf_load(r->config, err);
	if (r->conf == NULL)
		return -EINVAL;
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		if (!r->conf->interfaces[i].has_mac)
			return error_set(err, EINVAL, "%s:%u: error: interface %s needs a mac for a replay", r->config,
			    r->conf->interfaces[i].line, r->conf->interfaces[i].name);
	}
	return replay_make(r, err);
}

static void
free_held(struct worker *w)
{
	struct rte_mbuf *mbuf;

	while (w->fragments != NULL && virtual_drain(w->fragments, &mbuf, 1) > 0)
		free(mbuf);
}

void
replay_tear_down(struct replay *r)
{
	for (unsigned int i = 0; r->worker != NULL && i < r->conf->workers; i++) {
		while (r->worker[i].stock_count > 0)
			free(r->worker[i].stock[--r->worker[i].stock_count]);
		free_held(&r->worker[i]);
		if (r->memory != NULL)
			free(r->memory[i]);
	}
	if (r->trace != NULL && r->trace != stdout)
		fclose(r->trace);
	for (int i = 0; i < INTERFACE_COUNT; i++)
		capture_close(r->input[i].reader);
	free(r->memory);
	free(r->worker);
	snapshot_free(r->snapshot);
	bindings_free(r->bindings);
	conf_free(r->conf);
}

static int
write_stats(const struct replay *r, struct error *err)
{
	struct report report = { .is_ce = r->snapshot->work != WORK_BR,
		.generation = r->snapshot->generation,
		.since_ms = r->start_ns / 1000000,
		.softwire_count = r->snapshot->softwire_count,
		.worker_count = r->conf->workers,
		.port_reuse = conf_port_reuse_word(&r->conf->nat),
		.df = conf_df_word(&r->conf->nat) };
	json_t *document;
	int rc;

	for (int i = 0; i < INTERFACE_COUNT; i++)
		report.interface[i] = r->conf->interfaces[i].name;
	for (unsigned int i = 0; i < report.softwire_count; i++)
		report.softwire[i] = (struct report_softwire){ .name = r->conf->softwires[i].name,
			.slot = r->snapshot->softwire[i].index,
			.since_ms = report.since_ms };
	for (unsigned int i = 0; i < report.worker_count; i++) {
		report.held += gauge_get(&r->worker[i].gauges.held);
		report.counters[i] = &r->worker[i].counters;
		report.gauges[i] = &r->worker[i].gauges;
	}
	bindings_report(r->bindings, &report);
	document = report_json(&report, false);
	if (r->stats == NULL)
		rc = json_dumpf(document, stdout, JSON_INDENT(2)) < 0 || puts("") < 0 ? -EIO : 0;
	else
		rc = json_dump_file(document, r->stats, JSON_INDENT(2));
	json_decref(document);
	return rc < 0 ? error_set(err, EIO, "cannot write %s", r->stats == NULL ? "the statistics" : r->stats) : 0;
}

int
replay_main(int argc, char **argv)
{
	struct named_file named[REPLAY_MAX_FILES];
	struct replay r = { .run = run_way, .sent = write_frame };
	struct error err = { 0 };
	size_t count = 0;
	int rc;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		replay_usage(stdout);
		return 0;
	}
	if (replay_options(&r, argc, argv, named, &count) < 0) {
		replay_usage(stderr);
		return 2;
	}
	rc = set_up(&r, &err);
	if (rc == 0)
		rc = replay_bind_files(&r, named, count, &err);
	if (rc == 0)
		rc = open_files(&r, &err);
	if (rc == 0)
		rc = run(&r, &err);
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		if (capture_finish(r.output[i]) < 0 && rc == 0)
			rc = error_set(&err, EIO, "cannot write %s", r.out[i]);
	}
	if (rc == 0)
		rc = write_stats(&r, &err);
	if (rc < 0) {
		fprintf(stderr, "%s\n", err.text);
		if (err.hint[0] != '\0')
			fprintf(stderr, "hint: %s\n", err.hint);
	}
	replay_tear_down(&r);
	return rc == 0 ? 0 : 1;
}
