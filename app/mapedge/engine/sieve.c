/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/sieve.h"

#define LONGEST 65535 /* bytes of a packet that a filter may look at */

static int
compile(const char *filter, int link, struct bpf_program *program, struct error *err)
{
	pcap_t *pcap = pcap_open_dead(link, LONGEST);
	int rc = 0;

	if (pcap == NULL)
		return error_set(err, ENOMEM, "out of memory");
	if (pcap_compile(pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		rc = error_set(err, EINVAL, "the filter is none: %s", pcap_geterr(pcap));
		error_hint(err, "filters are those of tcpdump, e.g. \"host 192.0.2.1 and udp\"");
	}
	pcap_close(pcap);
	return rc;
}

int
sieve_init(struct sieve *sieve, const char *filter, struct error *err)
{
	*sieve = (struct sieve){ .is_on = filter[0] != '\0' };
	if (!sieve->is_on)
		return 0;
	if (compile(filter, DLT_EN10MB, &sieve->frames, err) < 0)
		return -EINVAL;
	return compile(filter, DLT_RAW, &sieve->packets, err);
}

void
sieve_free(struct sieve *sieve)
{
	pcap_freecode(&sieve->frames);
	pcap_freecode(&sieve->packets);
}

/* A frame begins where the port has put it, or its first byte is no version of IP. */
bool
sieve_begins_with_ip(const struct rte_mbuf *mbuf)
{
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	return mbuf->data_off != RTE_PKTMBUF_HEADROOM && mbuf->data_len > 0 && (data[0] >> 4 == 4 || data[0] >> 4 == 6);
}

bool
sieve_passes(const struct sieve *sieve, const struct rte_mbuf *mbuf, bool is_ip)
{
	const struct bpf_program *program = is_ip ? &sieve->packets : &sieve->frames;

	return !sieve->is_on ||
	    bpf_filter(program->bf_insns, rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->pkt_len, mbuf->data_len) != 0;
}
