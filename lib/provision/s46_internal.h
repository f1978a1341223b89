/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the S46 options share and nobody else needs. */
#ifndef MAPEDGE_PROVISION_S46_INTERNAL_H
#define MAPEDGE_PROVISION_S46_INTERNAL_H

#include "provision/dhcp6_message.h"
#include "provision/s46.h"

/* What a container is read with. */
struct s46_context {
	const struct dhcp6_lease *lease;
	const struct s46_policy *policy;
	struct s46_choice *choice;
};

/* Options inside of containers. 0, or -EINVAL with the reason. */
int s46_read_br(const struct s46_context *context, const struct dhcp6_option *option, struct error *err);
int s46_read_rule(const struct s46_context *context, const struct dhcp6_option *option, struct error *err);

struct s46_ports {
	uint8_t offset;   /* a */
	uint8_t psid_len; /* k */
	uint16_t psid;    /* right-aligned */
};

/* The port parameters among these options, or what is true without them. */
int s46_read_ports(struct dhcp6_reader options, struct s46_ports *ports, struct error *err);

/* A line for the log; those that find no room are left out. */
void s46_note(struct s46_choice *choice, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
