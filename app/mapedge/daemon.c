/* SPDX-License-Identifier: BSD-3-Clause */
#include "daemon.h"

#include <rte_eal.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "engine/compile.h"
#include "control/control.h"
#include "log.h"
#include "control/notes.h"
#include "control/socket.h"

#define MAX_ARGS (2 * CONF_MAX_EAL_ARGS)
#define CPU_LIST_SIZE 1024

/* ---- EAL -------------------------------------------------------------------------------------------------------- */

/* "(0-3,8-11)": the CPUs we may use. Every lcore may run on all of them; pinning is the affinity we are started with. */
static int
cpu_list(char *text, size_t size)
{
	cpu_set_t set;
	size_t used = 0;
	int first = -1;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	for (int cpu = 0; cpu <= CPU_SETSIZE; cpu++) {
		const bool usable = cpu < CPU_SETSIZE && CPU_ISSET(cpu, &set);

		if (usable && first < 0)
			first = cpu;
		if (usable || first < 0)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%d-%d", used > 0 ? "," : "(", first, cpu - 1);
		first = -1;
		if (used + 2 >= size)
			return -ENAMETOOLONG;
	}
	snprintf(text + used, size - used, ")");
	return 0;
}

/* lcore 0 is control, 1..n are workers. */
static int
lcore_list(unsigned int workers, char *text, size_t size)
{
	char cpus[CPU_LIST_SIZE];
	size_t used = 0;
	int rc = cpu_list(cpus, sizeof(cpus));

	for (unsigned int i = 0; i <= workers && rc == 0; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u@%s", i > 0 ? "," : "", i, cpus);
	return rc;
}

/* A PCI address is probed at start, and only if it is named: other network cards stay with their drivers. */
static bool
is_pci(const char *port)
{
	unsigned int part[4];

	return sscanf(port, "%x:%x:%x.%x", &part[0], &part[1], &part[2], &part[3]) == 4 ||
	    sscanf(port, "%x:%x.%x", &part[0], &part[1], &part[2]) == 3;
}

static int
start_eal(struct conf *conf, struct error *err)
{
	static char name[] = "mapedge", lcores_option[] = "--lcores", allow_option[] = "-a";
	static char lcores[(CONF_MAX_WORKERS + 1) * (CPU_LIST_SIZE + 8)];
	char *argv[MAX_ARGS];
	int argc = 0;

	argv[argc++] = name;
	if (lcore_list(conf->workers, lcores, sizeof(lcores)) < 0)
		return error_set(err, EINVAL, "cannot tell which CPUs may be used; start mapedge with fewer (taskset)");
	argv[argc++] = lcores_option;
	argv[argc++] = lcores;
	for (size_t i = 0; i < conf->eal_count; i++)
		argv[argc++] = conf->eal[i];
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		if (is_pci(conf->interfaces[i].port)) {
			argv[argc++] = allow_option;
			argv[argc++] = conf->interfaces[i].port;
		}
	}
	if (rte_eal_init(argc, argv) < 0) {
		error_set(err, EIO, "DPDK does not start: %s", rte_strerror(rte_errno));
		error_hint(err,
		    "reserve huge pages (/proc/sys/vm/nr_hugepages), or try dpdk.eal = [ \"--no-pci\", "
		    "\"--no-huge\", \"-m\", \"512\", \"--no-shconf\" ]");
		return -EIO;
	}
	return 0;
}

/* ---- ports ------------------------------------------------------------------------------------------------------ */

static int
open_ports(struct engine *engine, const struct conf *conf, struct error *err)
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		const struct conf_interface *interface = &conf->interfaces[i];
		const struct port_config config = { .device = interface->port,
			.workers = (uint16_t)conf->workers,
			.mtu = interface->mtu,
			.has_mac = interface->has_mac,
			.mac = interface->mac,
			.pool = engine->pool };
		char mac[MAC_TEXT_SIZE];
		int rc;

		if (interface->port[0] == '\0')
			return error_set(err, EINVAL, "%s:%u: error: interface %s has no port", conf->file,
			    interface->line, interface->name);
		rc = port_open(&config, &engine->port[i], err);
		if (rc < 0)
			return rc;
		engine->ports_open++;
		log_notice("port: up name=%s device=%s mac=%s rx_queues=%u", interface->name, interface->port,
		    mac_format(&engine->port[i].mac, mac), engine->port[i].rx_queues);
	}
	return 0;
}

static void
close_ports(struct engine *engine)
{
	while (engine->ports_open > 0)
		port_close(&engine->port[--engine->ports_open]);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static int
launch_workers(struct engine *engine, struct engine_lcore *lcores, struct error *err)
{
	for (unsigned int i = 0; i < engine->workers; i++) {
		lcores[i] = (struct engine_lcore){ engine, engine->worker[i] };
		if (rte_eal_remote_launch(engine_lcore_main, &lcores[i], i + 1) < 0)
			return error_set(err, EBUSY, "worker %u does not start", i);
	}
	return 0;
}

static void
stop_workers(struct engine *engine)
{
	__atomic_store_n(&engine->stop, true, __ATOMIC_RELAXED);
	rte_eal_mp_wait_lcore();
}

/*
 * Ports are open; the snapshot that the engine was made with lacks only their MAC addresses, and what Linux knows. Nobody has
 * worked with that one, so this one takes over its number; but the workers have its ports, which therefore go along.
 */
static struct snapshot *
final_snapshot(const struct engine *engine, const struct conf *conf, struct hosts *hosts, struct error *err)
{
	const struct mac macs[INTERFACE_COUNT] = { engine->port[0].mac, engine->port[1].mac };
	struct snapshot *snapshot = snapshot_compile(conf, macs, engine->published, err);

	if (snapshot != NULL)
		snapshot->generation = engine->published->generation;
	if (snapshot != NULL && hosts_link(hosts, snapshot, conf, NULL, err) < 0) {
		snapshot_free(snapshot);
		return NULL;
	}
	return snapshot;
}

static int
serve(struct engine *engine, struct conf *conf, struct snapshot *snapshot, struct bindings *bindings,
    struct hosts *hosts, struct error *err)
{
	struct engine_lcore lcores[WORKER_MAX];
	struct control *control = control_new(engine, conf, snapshot, bindings, hosts, err);
	int rc;

	if (control == NULL) {
		snapshot_free(snapshot);
		bindings_free(bindings);
		conf_free(conf);
		return -EINVAL;
	}
	rc = launch_workers(engine, lcores, err);
	if (rc == 0) {
		log_notice("ready: role=%s workers=%u rules=%u bindings=%u", conf->role == CONF_CE ? "ce" : "br",
		    engine->workers, snapshot->rules->count6, bindings_count(bindings));
		notes_log(conf);
		control_run(control);
	}
	stop_workers(engine);
	if (rc == 0)
		control_print_stats(control);
	control_free(control);
	return rc;
}

static int
run_with_eal(struct conf *conf, struct error *err)
{
	const struct mac no_macs[INTERFACE_COUNT] = { { { 0 } } };
	struct snapshot *first = snapshot_compile(conf, no_macs, NULL, err), *snapshot = NULL;
	struct bindings *bindings = NULL;
	struct hosts *hosts = NULL;
	struct engine engine = { 0 };
	int rc = -EINVAL;

	if (first != NULL)
		rc = bindings_load(conf, conf->workers, &bindings, err);
	if (rc == 0)
		rc = engine_init(&engine, first, conf->workers, conf->buffers, err);
	if (rc == 0)
		rc = open_ports(&engine, conf, err);
	if (rc == 0)
		rc = hosts_open(&engine, conf, &hosts, err);
	if (rc == 0) {
		engine.poll = conf->poll;
		engine_wait_for_ports(&engine);
		snapshot = final_snapshot(&engine, conf, hosts, err);
		rc = snapshot == NULL ? -EINVAL : 0;
	}
	if (rc == 0) {
		bindings_attach(bindings, snapshot);
		engine.published = snapshot;
		rc = serve(&engine, conf, snapshot, bindings, hosts, err);
	} else {
		hosts_close(hosts);
		bindings_free(bindings);
		conf_free(conf);
	}
	close_ports(&engine);
	engine_free(&engine);
	snapshot_free(first);
	return rc;
}

/* Every receive ring is full of buffers while nothing comes; what is on its way, in caches and stocks comes on top. */
static int
check_buffers(const struct conf *conf, struct error *err)
{
	const unsigned int needed = conf->workers * (INTERFACE_COUNT * PORT_RX_DESCRIPTORS + 1024);

	if (conf->buffers >= needed)
		return 0;
	error_set(err, EINVAL, "dpdk.buffers is %u, but %u workers need at least %u", conf->buffers, conf->workers,
	    needed);
	error_hint(err, "set dpdk.buffers to %u or more", needed);
	return -EINVAL;
}

int
daemon_run(const char *config_file, struct error *err)
{
	struct conf *conf = conf_load(config_file, err);
	int rc;

	if (conf == NULL)
		return -EINVAL;
	/* A client or a log reader that goes away is no reason to stop forwarding. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* Short sleeps of idle workers shall be short. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	/* Whatever can be known to fail fails before any port is touched. */
	rc = socket_check(conf->control_socket, err);
	if (rc == 0 && conf->http.kind == CONF_HTTP_UNIX)
		rc = socket_check(conf->http.path, err);
	if (rc == 0)
		rc = check_buffers(conf, err);
	if (rc == 0)
		rc = start_eal(conf, err);
	if (rc < 0) {
		conf_free(conf);
		return rc;
	}
	rc = run_with_eal(conf, err);
	(void)rte_eal_cleanup();
	return rc;
}
