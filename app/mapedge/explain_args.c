/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedge explain: its command line. */
#include <getopt.h>

#include "explain.h"

static void
usage(FILE *to)
{
	fputs("usage: mapedge explain -c CONF PACKET…\n"
	      "  -c, --config FILE  configuration; neighbours and routes that Linux would know are taken to be there\n"
	      "  PACKET             like \"udp 192.168.1.10:5000 > 192.0.2.1:53 len 1400\", one after the other in one "
	      "box:\n"
	      "                       2001:db8::1 > 2001:db8::2 | tcp 192.0.2.1:443 > 192.0.2.18:4928 ack\n"
	      "                       softwire udp 192.0.2.1:53 > 192.0.2.18:4928   with the outer addresses it ought "
	      "to have\n"
	      "                       reply                                         to what was sent because of the "
	      "one before\n"
	      "                     with tcp, udp, icmp or protocol N; ttl N; len N; df; id N; syn, ack, fin, rst\n",
	    to);
}

int
explain_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *config = NULL;
	struct conf *conf;
	struct error err = { 0 };
	int option, rc;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option != 'c') {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
		config = optarg;
	}
	if (config == NULL || optind == argc || argc - optind > EXPLAIN_PACKETS_MAX) {
		usage(stderr);
		return 2;
	}
	conf = conf_load(config, &err);
	rc = conf == NULL ? -EINVAL
			  : explain_packets(conf, argv + optind, (unsigned int)(argc - optind), NULL, stdout, &err);
	fflush(stdout);
	if (rc < 0) {
		fprintf(stderr, "%s\n", err.text);
		if (err.hint[0] != '\0')
			fprintf(stderr, "hint: %s\n", err.hint);
	}
	conf_free(conf);
	return rc == 0 ? 0 : 1;
}
