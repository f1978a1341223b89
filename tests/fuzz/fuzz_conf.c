/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration file, from its text to the snapshot that the workers would read. What is refused is refused with a
 * place and a reason; what is accepted keeps its promises and compiles.
 *
 * Inputs that name other files are left out, but for rules.conf and bindings.txt, which are there: what they would open is
 * not ours.
 */
#include <string.h>
#include <unistd.h>

#include "engine/compile.h"
#include "fuzz.h"

/* libconfig 1.5 loses the text of strings around a syntax error; everything else it and we must give back. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

static char config[256], rules[256], bindings[256]; /* paths */

static void
remove_files(void)
{
	(void)unlink(config);
	(void)unlink(rules);
	(void)unlink(bindings);
	*strrchr(config, '/') = '\0';
	(void)rmdir(config);
}

static void
write_file(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	require(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, "cannot write a file");
}

static void
set_up(void)
{
	static const char service[] =
	    "source = \"a test\"; date = \"2026-01\"; services = ( { name = \"s\"; br = \"2001:db8:ffff::1\"; iid = "
	    "\"draft03\";"
	    " rules = ( { ipv6 = \"2001:db8::/40\"; ipv4 = \"192.0.2.0/24\"; ea = 16; offset = 4; } ); } );";
	static const char binding[] = "203.0.113.129 0x34 2001:db8:100::1\n";
	const char *parent = getenv("TMPDIR");
	char directory[200];

	snprintf(directory, sizeof(directory), "%s/mapedge-fuzz-conf-XXXXXX", parent == NULL ? "/tmp" : parent);
	require(mkdtemp(directory) != NULL, "no directory");
	snprintf(config, sizeof(config), "%s/test.conf", directory);
	snprintf(rules, sizeof(rules), "%s/rules.conf", directory);
	snprintf(bindings, sizeof(bindings), "%s/bindings.txt", directory);
	require(atexit(remove_files) == 0, "atexit");
	write_file(rules, service, sizeof(service) - 1);
	write_file(bindings, binding, sizeof(binding) - 1);
}

/* Does the text name a file that is not ours? */
static bool
leads_elsewhere(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "include", "/dev", "/proc", "/sys", "test.conf", ".." };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memmem(data, size, words[i], strlen(words[i])) != NULL)
			return true;
	}
	return false;
}

static void
check_domain(const struct conf *conf, size_t index)
{
	const struct conf_softwire *softwire = &conf->softwires[index];

	require(softwire->mtu >= 576 && softwire->mtu + 40 <= conf->interfaces[1].mtu, "the MTU of a softwire");
	require(softwire->traffic_class >= CONF_TRAFFIC_CLASS_COPY && softwire->traffic_class < 64,
	    "the traffic class");
	require(softwire->hop_limit > 0, "the hop limit");
	require(conf->fragments.path_mru >= softwire->mtu + 40, "the longest packet made whole");
	require(softwire->rule_count + softwire->pool_count > 0, "neither rules nor pools");
	require(softwire->pool_count <= (conf->role == CONF_BR ? CONF_MAX_POOLS : 0), "the number of pools");
	require(softwire->bindings_file[0] == '\0' || softwire->pool_count > 0, "bindings without pools");
	for (size_t j = 0; j < softwire->rule_count; j++)
		require(softwire->rules[j].domain == index && !softwire->rules[j].bound, "the domain of a rule");
	for (size_t j = 0; j < softwire->pool_count; j++)
		require(softwire->pools[j].psid_offset + softwire->pools[j].psid_len <= 16 ||
			softwire->pools[j].psid_len == 0,
		    "the port sets of a pool");
}

/* What conf.h says about a configuration that was accepted. */
static void
check_conf(const struct conf *conf)
{
	const bool is_ce = conf->role == CONF_CE;

	require(conf->interface_count == 2, "not two interfaces");
	require(conf->workers >= 1 && conf->workers <= CONF_MAX_WORKERS, "the number of workers");
	require(conf->eal_count <= CONF_MAX_EAL_ARGS, "the number of EAL arguments");
	require(is_ce ? conf->softwire_count == 1
		      : conf->softwire_count >= 1 && conf->softwire_count <= CONF_MAX_DOMAINS,
	    "the number of softwires");
	require(conf->interfaces[0].role == (is_ce ? CONF_LAN : CONF_INTERNET), "[0] is not the IPv4 side");
	require(conf->interfaces[1].role == (is_ce ? CONF_WAN : CONF_MAP), "[1] is not the IPv6 side");
	for (size_t i = 0; i < conf->interface_count; i++) {
		const struct conf_interface *interface = &conf->interfaces[i];

		require(interface->address_count <= CONF_MAX_ADDRESSES, "the number of addresses");
		require(!interface->has_gateway || interface->gateway < interface->neighbour_count, "the gateway");
		require(interface->mtu >= (i == 0 ? 576 : 1280) && interface->mtu <= 2000, "the MTU of an interface");
		require(interface->martian_count <= (interface->role == CONF_INTERNET ? CONF_MAX_MARTIANS : 0),
		    "the number of martians");
		require(memchr(interface->name, 0, sizeof(interface->name)) != NULL, "an endless name");
	}
	require(conf->fragments.held <= conf->buffers / 2 / conf->workers, "fragments that wait");
	for (size_t i = 0; i < conf->softwire_count; i++)
		check_domain(conf, i);
}

/* The rules of all domains, then the pools of all. */
static void
check_rules(const struct conf *conf, const struct ruleset *set)
{
	uint32_t at = 0;

	for (size_t i = 0; i < conf->softwire_count; i++)
		at += (uint32_t)conf->softwires[i].rule_count;
	require(set->count6 == at, "the number of rules");
	for (size_t i = 0; i < conf->softwire_count; i++) {
		for (size_t j = 0; j < conf->softwires[i].pool_count; j++, at++)
			require(set->rules[at].bound && set->rules[at].domain == i, "a pool among the rules");
	}
	require(set->count == at, "the number of rules and pools");
}

static void
check_compiled(const struct conf *conf)
{
	const struct mac macs[INTERFACE_COUNT] = { { { 2 } }, { { 2 } } };
	struct error err = { .text = "" };
	struct snapshot *snapshot = snapshot_compile(conf, macs, NULL, &err), *next;

	if (snapshot == NULL) {
		require(err.text[0] != '\0', "a configuration that is good and does not compile, without a reason");
		return;
	}
	require(snapshot->rules != NULL && snapshot->softwire_count == conf->softwire_count, "the snapshot");
	if (snapshot->work != WORK_BR)
		require(portset_count(&snapshot->ports) > 0, "a CE without ports");
	else
		check_rules(conf, snapshot->rules);
	next = snapshot_compile(conf, macs, snapshot, &err);
	require(next != NULL && next->generation == 2 && next->nat_epoch == snapshot->nat_epoch, "the same again");
	snapshot_free(next);
	snapshot_free(snapshot);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { .text = "" };
	struct conf *conf;

	if (config[0] == '\0')
		set_up();
	if (leads_elsewhere(data, size))
		return 0;
	write_file(config, data, size);
	conf = conf_load(config, &err);
	if (conf == NULL) {
		require(strstr(err.text, ".conf:") != NULL && strstr(err.text, ": error: ") != NULL,
		    "an error without a place");
		return 0;
	}
	check_conf(conf);
	check_compiled(conf);
	conf_free(conf);
	return 0;
}
