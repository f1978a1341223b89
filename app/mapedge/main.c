/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedge: the daemon, the check of its configuration, and the replay of captures. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "api/metrics.h"
#include "engine/bindings.h"
#include "engine/compile.h"
#include "daemon.h"
#include "control/notes.h"
#include "explain.h"
#include "path/path.h"
#include "replay.h"

#define DEFAULT_CONFIG "/etc/mapedge/mapedge.conf"

static void
usage(FILE *to)
{
	fputs("usage: mapedge [-c FILE]         run as CE or BR, as the configuration says\n"
	      "       mapedge -t [-c FILE]      check the configuration and exit\n"
	      "       mapedge replay …          run captures through the data path, see mapedge replay --help\n"
	      "       mapedge explain …         what would become of a packet, see mapedge explain --help\n"
	      "       mapedge --list-metrics    print the tables of docs/metrics.md\n"
	      "       mapedge -V                print the version, and for which CPUs the fast path is\n"
	      "  -c, --config FILE  default " DEFAULT_CONFIG "\n",
	    to);
}

static void
print_error(const struct error *err)
{
	fprintf(stderr, "%s\n", err->text);
	if (err->hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", err->hint);
}

static void
print_note(void *context, const char *note)
{
	(void)context;
	puts(note);
}

/* Everything that can be known without the ports: syntax, meaning, and that it compiles. */
static int
check_config(const char *file)
{
	const struct mac macs[INTERFACE_COUNT] = { { { 0 } } };
	struct snapshot *snapshot = NULL;
	struct bindings *bindings = NULL;
	struct error err = { 0 };
	struct conf *conf = conf_load(file, &err);

	if (conf != NULL && bindings_load(conf, 1, &bindings, &err) == 0)
		snapshot = snapshot_compile(conf, macs, NULL, &err);
	if (snapshot != NULL) {
		notes_each(conf, print_note, NULL);
		printf("%s: good, %u rules, %u bindings\n", file, snapshot->rules->count6, bindings_count(bindings));
	} else {
		print_error(&err);
	}
	snapshot_free(snapshot);
	bindings_free(bindings);
	conf_free(conf);
	return snapshot != NULL ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "test", no_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ "list-metrics", no_argument, NULL, 'm' },
		{ 0 },
	};
	const char *file = DEFAULT_CONFIG;
	struct error err = { 0 };
	bool check = false;
	int option;

	if (argc > 1 && strcmp(argv[1], "explain") == 0)
		return explain_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "replay") == 0)
		return replay_main(argc - 1, argv + 1);
	while ((option = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 't':
			check = true;
			break;
		case 'V':
			printf("mapedge " MAPEDGE_VERSION ", express lanes for %s\n", path_cpu());
			return 0;
		case 'm':
			metrics_list(stdout);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		usage(stderr);
		return 2;
	}
	if (check)
		return check_config(file);
	if (daemon_run(file, &err) < 0) {
		print_error(&err);
		return 1;
	}
	return 0;
}
