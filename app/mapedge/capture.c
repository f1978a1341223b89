/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)
#define SNAPLEN 65535

struct capture_reader {
	pcap_t *pcap;
	const char *file;
};

struct capture_writer {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
};

struct capture_reader *
capture_open(const char *file, struct error *err)
{
	struct capture_reader *reader = calloc(1, sizeof(*reader));
	char reason[PCAP_ERRBUF_SIZE];

	if (reader == NULL) {
		error_set(err, ENOMEM, "%s: out of memory", file);
		return NULL;
	}
	reader->file = file;
	reader->pcap = pcap_open_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (reader->pcap == NULL) {
		/* libpcap names the file only when it could not be opened. */
		error_set(err, EINVAL, "%s%s%.150s", strstr(reason, file) != NULL ? "" : file,
		    strstr(reason, file) != NULL ? "" : ": ", reason);
		goto fail;
	}
	if (pcap_datalink(reader->pcap) != DLT_EN10MB) {
		error_set(err, EINVAL, "%s: not an Ethernet capture (link type %d)", file, pcap_datalink(reader->pcap));
		goto fail;
	}
	return reader;

fail:
	capture_close(reader);
	return NULL;
}

int
capture_read(struct capture_reader *reader, struct capture_packet *packet, struct error *err)
{
	struct pcap_pkthdr *header;
	const u_char *data;

	switch (pcap_next_ex(reader->pcap, &header, &data)) {
	case 1:
		break;
	case PCAP_ERROR_BREAK:
		return 0;
	default:
		return error_set(err, EIO, "%s: %s", reader->file, pcap_geterr(reader->pcap));
	}
	if (header->caplen != header->len)
		return error_set(err, EINVAL, "%s: a packet of %u bytes was captured with %u only", reader->file,
		    header->len, header->caplen);
	/* With nanosecond precision tv_usec holds nanoseconds. */
	packet->time_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
	packet->data = data;
	packet->len = header->caplen;
	return 1;
}

void
capture_close(struct capture_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->pcap != NULL)
		pcap_close(reader->pcap);
	free(reader);
}

struct capture_writer *
capture_create(const char *file, struct error *err)
{
	struct capture_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL) {
		error_set(err, ENOMEM, "%s: out of memory", file);
		return NULL;
	}
	writer->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	if (writer->pcap != NULL)
		writer->dumper = pcap_dump_open(writer->pcap, file);
	if (writer->dumper == NULL) {
		error_set(err, EIO, "%s: %s", file, writer->pcap == NULL ? "out of memory" : pcap_geterr(writer->pcap));
		capture_finish(writer);
		return NULL;
	}
	return writer;
}

void
capture_write(struct capture_writer *writer, uint64_t time_ns, const void *data, size_t len)
{
	const struct pcap_pkthdr header = {
		.ts = { .tv_sec = (time_t)(time_ns / NS_PER_S), .tv_usec = (suseconds_t)(time_ns % NS_PER_S) },
		.caplen = (bpf_u_int32)len,
		.len = (bpf_u_int32)len,
	};

	pcap_dump((u_char *)writer->dumper, &header, data);
}

int
capture_finish(struct capture_writer *writer)
{
	int rc = 0;

	if (writer == NULL)
		return 0;
	if (writer->dumper != NULL) {
		if (pcap_dump_flush(writer->dumper) < 0)
			rc = -EIO;
		pcap_dump_close(writer->dumper);
	}
	if (writer->pcap != NULL)
		pcap_close(writer->pcap);
	free(writer);
	return rc;
}
