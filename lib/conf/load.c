/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/ipv6_forward.h"
#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/source.h"
#include "conf/text.h"

static const char *const role_words[] = { [CONF_CE] = "ce", [CONF_BR] = "br", NULL };

static const struct reader_key root_keys[] = {
	{ .name = "role", .type = READER_WORD, .required = true, .words = role_words, .example = "\"ce\"" },
	{ .name = "host", .type = READER_BOOL },
	{ .name = "host_limits", .type = READER_GROUP, .example = "{ icmp = 1000; }" },
	{ .name = "control", .type = READER_GROUP, .example = "{ socket = \"/run/mapedge/mapedge.sock\"; }" },
	{ .name = "dpdk", .type = READER_GROUP, .example = "{ workers = 1; }" },
	{ .name = "interfaces",
	    .type = READER_GROUPS,
	    .required = true,
	    .min = 1,
	    .max = 64,
	    .example = "( { name = \"lan\"; ... }, { name = \"wan\"; ... } )" },
	{ .name = "softwires", .type = READER_GROUPS, .min = 1, .max = 64, .example = "( { name = \"map0\"; ... } )" },
	{ .name = "nat", .type = READER_GROUP, .example = "{ sessions = 65536; }" },
	{ .name = "domains",
	    .type = READER_GROUPS,
	    .min = 1,
	    .max = CONF_MAX_DOMAINS,
	    .example = "( { name = \"isp\"; ... } )" },
	{ .name = "fragments", .type = READER_GROUP, .example = "{ timeout = 15; }" },
	{ .name = "icmp", .type = READER_GROUP, .example = "{ rate = 1000; }" },
	{ .name = "access", .type = READER_GROUP, .example = "{ prefix_hint = 56; }" },
	{ IPV6_FORWARD_KEY },
	{ IPV6_MARTIANS_KEY },
	{ .name = "lan", .type = READER_GROUP, .example = "{ services = true; }" },
};

static const struct reader_key control_keys[] = {
	{ .name = "socket",
	    .type = READER_TEXT,
	    .max = CONF_PATH_SIZE - 1,
	    .example = "\"/run/mapedge/mapedge.sock\"" },
	{ .name = "rule_log",
	    .type = READER_TEXT,
	    .max = CONF_TEXT_SIZE - 1,
	    .example = "\"/var/log/mapedge/rules.log\"" },
	{ .name = "http",
	    .type = READER_TEXT,
	    .max = CONF_PATH_SIZE + sizeof("unix:") - 2,
	    .example = "\"unix:/run/mapedge/http.sock\"" },
};

static const struct reader_key dpdk_keys[] = {
	{ .name = "eal",
	    .type = READER_VALUES,
	    .element = READER_TEXT,
	    .max = CONF_MAX_EAL_ARGS,
	    .example = "[ \"--no-pci\", \"--in-memory\" ]" },
	{ .name = "workers", .type = READER_INT, .min = 1, .max = CONF_MAX_WORKERS, .example = "1" },
	{ .name = "buffers", .type = READER_INT, .min = 1024, .max = 1048576, .example = "16384" },
	{ .name = "poll", .type = READER_BOOL },
};

/* ---- control and dpdk ------------------------------------------------------------------------------------------- */

static int
read_control(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "control");
	const char *path, *rule_log;

	if (reader_check(group, control_keys, READER_COUNT(control_keys), err) < 0)
		return -EINVAL;
	path = reader_get_text(group, "socket");
	rule_log = reader_get_text(group, "rule_log");
	snprintf(conf->control_socket, sizeof(conf->control_socket), "%s",
	    path != NULL ? path : "/run/mapedge/mapedge.sock");
	snprintf(conf->rule_log, sizeof(conf->rule_log), "%s", rule_log != NULL ? rule_log : "");
	return conf_read_http(conf, group, err);
}

/* Is `argument` this option, alone ("--lcores") or with its value ("--lcores=1", "-l1")? */
static bool
is_option(const char *argument, const char *option)
{
	const size_t len = strlen(option);

	if (strncmp(argument, option, len) != 0)
		return false;
	return option[1] != '-' || argument[len] == '\0' || argument[len] == '=';
}

static int
check_eal_argument(const config_setting_t *place, const char *argument, struct error *err)
{
	static const char *const lcore_options[] = { "-l", "-c", "--lcores", "--main-lcore" };

	for (size_t i = 0; i < READER_COUNT(lcore_options); i++) {
		if (!is_option(argument, lcore_options[i]))
			continue;
		place_error(err, place, "eal: %s: mapedge chooses the lcores itself", lcore_options[i]);
		error_hint(err, "set dpdk.workers");
		return -EINVAL;
	}
	if (!is_option(argument, "--proc-type") || strstr(argument, "primary") != NULL)
		return 0;
	place_error(err, place, "eal: --proc-type: mapedge is always a primary process");
	error_hint(err, "leave it out");
	return -EINVAL;
}

static bool
has_eal(const struct conf *conf, const char *option)
{
	for (size_t i = 0; i < conf->eal_count; i++) {
		if (is_option(conf->eal[i], option))
			return true;
	}
	return false;
}

static int
read_eal(struct conf *conf, const config_setting_t *dpdk, struct error *err)
{
	static const char *const standard[] = { "--no-pci", "--in-memory" };

	if (dpdk == NULL || config_setting_get_member(dpdk, "eal") == NULL) {
		conf->eal_count = READER_COUNT(standard);
		for (size_t i = 0; i < conf->eal_count; i++)
			snprintf(conf->eal[i], sizeof(conf->eal[i]), "%s", standard[i]);
		return 0;
	}
	for (size_t i = 0; i < reader_length(dpdk, "eal"); i++) {
		const char *argument = reader_value(dpdk, "eal", i);

		if (check_eal_argument(reader_element(dpdk, "eal", i), argument, err) < 0)
			return -EINVAL;
		snprintf(conf->eal[conf->eal_count++], sizeof(conf->eal[0]), "%s", argument);
	}
	if (has_eal(conf, "--in-memory") && has_eal(conf, "--no-huge")) {
		place_error(err, reader_place(dpdk, "eal"), "eal: --no-huge and --in-memory exclude each other");
		error_hint(err, "use --no-huge with --no-shconf and -m");
		return -EINVAL;
	}
	return 0;
}

static int
read_dpdk(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "dpdk");

	if (reader_check(group, dpdk_keys, READER_COUNT(dpdk_keys), err) < 0)
		return -EINVAL;
	conf->workers = (unsigned int)reader_get_int(group, "workers", 1);
	conf->buffers = (uint32_t)reader_get_int(group, "buffers", 16384);
	conf->poll = reader_get_bool(group, "poll", false);
	return read_eal(conf, group, err);
}

/* ---- fragments and icmp ----------------------------------------------------------------------------------------- */

#define FRAGMENTS_HELD 2048
#define FRAGMENTS_PATH_MRU \
	1540 /* Ethernet's 1500 bytes of IPv4 in a softwire, and more than RFC 8200 section 5 asks for */

enum { REASSEMBLY_OFF, REASSEMBLY_VIRTUAL };

static const char *const reassembly_words[] = {
	[REASSEMBLY_OFF] = "off",
	[REASSEMBLY_VIRTUAL] = "virtual",
	NULL,
};

static const struct reader_key fragments_keys[] = {
	{ .name = "reassembly", .type = READER_WORD, .words = reassembly_words, .example = "\"virtual\"" },
	{ .name = "datagrams", .type = READER_INT, .min = 64, .max = 1048576, .example = "4096" },
	{ .name = "held", .type = READER_INT, .min = 64, .max = 65536, .example = "2048" },
	{ .name = "timeout", .type = READER_INT, .min = 1, .max = 120, .example = "15" },
	{ .name = "path_mru", .type = READER_INT, .min = 1280, .max = 2000, .example = "1540" },
};

static const struct reader_key icmp_keys[] = {
	{ .name = "rate", .type = READER_INT, .max = 1000000, .example = "1000" },
	{ .name = "burst", .type = READER_INT, .min = 1, .max = 1000000, .example = "200" },
	{ .name = "source", .type = READER_ADDRESS, .example = "\"203.0.113.1\"" },
};

/* Fragments that wait keep their buffers, and the other half of all buffers is for packets on their way. */
static int
read_held(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const uint32_t room = conf->buffers / 2 / conf->workers;
	const uint32_t standard = room < FRAGMENTS_HELD ? room : FRAGMENTS_HELD;

	conf->fragments.held = (uint32_t)reader_get_int(group, "held", (int)standard);
	if (conf->fragments.held <= room)
		return 0;
	place_error(err, reader_place(group, "held"),
	    "held: %u in each of %u workers are %u, more than half of the %u buffers", conf->fragments.held,
	    conf->workers, conf->fragments.held * conf->workers, conf->buffers);
	error_hint(err, "leave it out to have %u, or raise dpdk.buffers", standard);
	return -EINVAL;
}

/* What a softwire sends in one piece its other end may send in fragments, and we must take it. */
static int
read_path_mru(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const struct conf_softwire *largest = &conf->softwires[0];
	int needed, mru;

	for (size_t i = 1; i < conf->softwire_count; i++)
		largest = conf->softwires[i].mtu > largest->mtu ? &conf->softwires[i] : largest;
	needed = largest->mtu + CONF_SOFTWIRE_OVERHEAD;
	mru = reader_get_int(group, "path_mru", needed > FRAGMENTS_PATH_MRU ? needed : FRAGMENTS_PATH_MRU);
	conf->fragments.path_mru = (uint16_t)mru;
	if (mru >= needed)
		return 0;
	place_error(err, reader_place(group, "path_mru"), "path_mru: %d is less than \"%s\" carries: mtu %u + %d", mru,
	    largest->name, largest->mtu, CONF_SOFTWIRE_OVERHEAD);
	error_hint(err, "at least %d; or leave it out", needed);
	return -EINVAL;
}

static int
read_fragments(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "fragments");

	if (reader_check(group, fragments_keys, READER_COUNT(fragments_keys), err) < 0)
		return -EINVAL;
	conf->fragments.reassembly =
	    reader_get_word(group, "reassembly", reassembly_words, REASSEMBLY_VIRTUAL) == REASSEMBLY_VIRTUAL;
	conf->fragments.datagrams = (uint32_t)reader_get_int(group, "datagrams", 4096);
	conf->fragments.timeout = (uint32_t)reader_get_int(group, "timeout", 15);
	return read_held(conf, group, err) < 0 ? -EINVAL : read_path_mru(conf, group, err);
}

static int
read_icmp(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "icmp");
	struct conf_address source;
	char text[PREFIX_TEXT_SIZE];

	if (reader_check(group, icmp_keys, READER_COUNT(icmp_keys), err) < 0)
		return -EINVAL;
	conf->icmp.rate = (uint32_t)reader_get_int(group, "rate", 1000);
	conf->icmp.burst = (uint32_t)reader_get_int(group, "burst", 200);
	if (!reader_get_address(group, "source", &source))
		return 0;
	if (conf->role == CONF_CE) {
		place_error(err, reader_place(group, "source"), "icmp.source in the configuration of a CE");
		error_hint(err, "leave it out: a CE's ICMP errors come from its own addresses");
		return -EINVAL;
	}
	if (!source.ipv4) {
		place_error(err, reader_place(group, "source"), "source: %s is not an IPv4 address",
		    text_format(&source, text));
		error_hint(err, "ICMPv6 errors come from the BR address or the map interface's");
		return -EINVAL;
	}
	conf->icmp.source = source.v4;
	return 0;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int
check_role(const struct conf *conf, const config_setting_t *root, struct error *err)
{
	const bool ce = conf->role == CONF_CE;
	const char *needed = ce ? "softwires" : "domains", *wrong = ce ? "domains" : "softwires";
	const config_setting_t *place = config_setting_get_member(root, wrong);

	if (place != NULL) {
		place_error(err, place, "%s in the configuration of a %s", wrong, ce ? "CE" : "BR");
		error_hint(err, "a %s has %s; or is role wrong?", ce ? "CE" : "BR", needed);
		return -EINVAL;
	}
	place = config_setting_get_member(root, "nat");
	if (!ce && place != NULL) {
		place_error(err, place, "nat in the configuration of a BR");
		error_hint(err, "leave it out: the CEs translate, a BR does not");
		return -EINVAL;
	}
	if (config_setting_get_member(root, needed) == NULL) {
		place_error(err, root, "%s is missing", needed);
		error_hint(err, "a %s needs at least one; docs/config.md has an example", ce ? "CE" : "BR");
		return -EINVAL;
	}
	return 0;
}

static bool
is_pci(const char *port)
{
	const size_t len = strcspn(port, ",");

	return strspn(port, "0123456789abcdefABCDEF:.") == len && memchr(port, ':', len) != NULL &&
	    memchr(port, '.', len) != NULL;
}

/* The default of dpdk.eal keeps hands off a machine's NICs; whoever names one must say so there, too. */
static int
check_ports(const struct conf *conf, const config_setting_t *root, struct error *err)
{
	if (!has_eal(conf, "--no-pci"))
		return 0;
	for (size_t i = 0; i < reader_length(root, "interfaces"); i++) {
		const config_setting_t *group = reader_element(root, "interfaces", i);
		const char *port = reader_get_text(group, "port");

		if (port == NULL || !is_pci(port))
			continue;
		place_error(err, reader_place(group, "port"), "port: %.40s is a PCI device, but dpdk.eal has --no-pci",
		    port);
		error_hint(err, "for example: dpdk = { eal = [ \"--in-memory\" ]; };");
		return -EINVAL;
	}
	return 0;
}

static int
read_all(struct conf *conf, const config_setting_t *root, struct error *err)
{
	if (reader_check(root, root_keys, READER_COUNT(root_keys), err) < 0)
		return -EINVAL;
	conf->role = (enum conf_role)reader_get_word(root, "role", role_words, CONF_CE);
	if (check_role(conf, root, err) < 0 || read_control(conf, root, err) < 0 || read_dpdk(conf, root, err) < 0 ||
	    conf_read_host(conf, root, err) < 0 || conf_read_ipv6_forward(conf, root, err) < 0 ||
	    conf_read_interfaces(conf, root, err) < 0 || conf_check_host(conf, root, err) < 0 ||
	    check_ports(conf, root, err) < 0 || conf_read_nat(conf, root, err) < 0 ||
	    conf_read_access(conf, root, err) < 0 || conf_read_softwires(conf, root, err) < 0 ||
	    conf_read_lan(conf, root, err) < 0 || read_fragments(conf, root, err) < 0 || read_icmp(conf, root, err) < 0)
		return -EINVAL;
	return conf_check(conf, root, err);
}

struct conf *
conf_load(const char *file, struct error *err)
{
	struct conf *conf = NULL;
	config_t source;

	if (source_open(&source, file, err) < 0)
		return NULL;
	conf = calloc(1, sizeof(*conf));
	if (conf == NULL) {
		error_set(err, ENOMEM, "out of memory for the configuration %s", file);
		goto close_source;
	}
	snprintf(conf->file, sizeof(conf->file), "%s", file);
	if (read_all(conf, config_root_setting(&source), err) < 0) {
		conf_free(conf);
		conf = NULL;
	}

close_source:
	source_close(&source);
	return conf;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < CONF_MAX_INTERFACES; i++)
		free(conf->interfaces[i].neighbours);
	for (size_t i = 0; i < conf->softwire_count; i++) {
		free(conf->softwires[i].rules);
		free(conf->softwires[i].rule_lines);
	}
	free(conf->softwires);
	free(conf);
}
