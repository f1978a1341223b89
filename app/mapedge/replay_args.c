/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "replay_parts.h"

void
replay_usage(FILE *to)
{
	fputs("usage: mapedge replay -c CONF --in NAME=FILE… [--out NAME=FILE…] [--stats FILE] [--trace FILE]\n"
	      "                      [--seed N] [--workers N]\n"
	      "  -c, --config FILE    configuration; every interface needs a mac\n"
	      "      --in NAME=FILE   capture of what interface NAME receives\n"
	      "      --out NAME=FILE  where to write what it sends\n"
	      "      --stats FILE     where to write the statistics (JSON), default: standard output\n"
	      "      --trace FILE     where to write each packet's steps and what became of it, - for standard output\n"
	      "      --seed N         seed of the port choice, default 0: the same input gives the same output\n"
	      "      --workers N      number of workers, default: as configured\n",
	    to);
}

int
replay_bind_files(struct replay *r, const struct named_file *named, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *equals = strchr(named[i].text, '=');
		const char **file = NULL;

		for (int j = 0; j < INTERFACE_COUNT && equals != NULL; j++) {
			const char *name = r->conf->interfaces[j].name;

			if (strlen(name) == (size_t)(equals - named[i].text) &&
			    strncmp(name, named[i].text, strlen(name)) == 0)
				file = named[i].option[0] == 'i' ? &r->in[j] : &r->out[j];
		}
		if (equals == NULL)
			return error_set(err, EINVAL, "--%s %s: say which interface: NAME=FILE", named[i].option,
			    named[i].text);
		if (file == NULL)
			return error_set(err, EINVAL, "--%s %s: no such interface, it is %s or %s", named[i].option,
			    named[i].text, r->conf->interfaces[0].name, r->conf->interfaces[1].name);
		*file = equals + 1;
	}
	return 0;
}

static int
parse_number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 0);
	return errno != 0 || end == text || *end != '\0' || *value > max ? -EINVAL : 0;
}

int
replay_options(struct replay *r, int argc, char **argv, struct named_file named[REPLAY_MAX_FILES], size_t *count)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "in", required_argument, NULL, 'i' },
		{ "out", required_argument, NULL, 'o' },
		{ "stats", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'S' },
		{ "trace", required_argument, NULL, 't' },
		{ "workers", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned long value = 0;
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			r->config = optarg;
			break;
		case 'i':
		case 'o':
			if (*count == REPLAY_MAX_FILES)
				return -EINVAL;
			named[(*count)++] = (struct named_file){ option == 'i' ? "in" : "out", optarg };
			break;
		case 's':
			r->stats = optarg;
			break;
		case 't':
			r->trace_file = optarg;
			break;
		case 'S':
			if (parse_number(optarg, ULONG_MAX, &value) < 0)
				return -EINVAL;
			r->seed = value;
			break;
		case 'w':
			if (parse_number(optarg, CONF_MAX_WORKERS, &value) < 0 || value == 0)
				return -EINVAL;
			r->workers = (unsigned int)value;
			break;
		default:
			return -EINVAL;
		}
	}
	return r->config == NULL || optind != argc ? -EINVAL : 0;
}
