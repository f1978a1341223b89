/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two CEs (hub and spoke; mesh) and a BR with rules of every kind, and laws that hold for every packet they send. An input
 * is a list of records: an operation, two bytes of length, and that many bytes.
 */
#ifndef MAPEDGE_TESTS_LAB_H
#define MAPEDGE_TESTS_LAB_H

#include "box.h"
#include "fuzz.h"

enum lab_operation {
	LAB_CE_UP, /* the bytes are a packet for one of the four ways */
	LAB_CE_DOWN,
	LAB_BR_UP,
	LAB_BR_DOWN,
	LAB_REPLY, /* the last packet that the CE sent comes back, ends exchanged; the bytes say what is changed in it */
	LAB_ERROR,   /* an ICMP error about it comes back; likewise */
	LAB_TIME,    /* seconds pass: the first two bytes */
	LAB_CONTROL, /* a new snapshot: filtering, or a flush */
};

/* Flags beside the operation. */
#define LAB_OPERATION 0x07
#define LAB_RAW 0x08    /* the bytes begin with the Ethernet header */
#define LAB_OUTER 0x10  /* from the softwire: they begin with the IPv6 header; else it is put in front */
#define LAB_MEND 0x20   /* lengths and checksums of the IPv4 packet are made right */
#define LAB_ONWARD 0x40 /* what comes out goes on into the other box */
#define LAB_MESH 0x80   /* the CE is the one with forwarding rules */

/* Runs a whole input; dies when a law is broken. */
void lab_run(struct input *input);

#endif
