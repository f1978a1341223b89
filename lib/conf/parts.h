/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of conf_load(), in the order in which it calls them. */
#ifndef MAPEDGE_CONF_PARTS_H
#define MAPEDGE_CONF_PARTS_H

#include <libconfig.h>

#include "conf/conf.h"
#include "map/portset.h"

#define CONF_SOFTWIRE_OVERHEAD 40 /* the outer IPv6 header */

/* Each reads one part of the root group into conf; 0, or -EINVAL with the reason. */
int conf_read_host(struct conf *conf, const config_setting_t *root, struct error *err);
int conf_read_ipv6_forward(struct conf *conf, const config_setting_t *root, struct error *err);
int conf_read_interfaces(struct conf *conf, const config_setting_t *root, struct error *err);
int conf_read_nat(struct conf *conf, const config_setting_t *root, struct error *err);
int conf_read_softwires(struct conf *conf, const config_setting_t *root, struct error *err);

/* Is the address in a subnet of one of the interface's addresses? */
bool conf_has_subnet_of(const struct conf_interface *interface, const struct conf_address *address);

/* The softwire's own device, for what Linux itself sends: may it have its name and address? */
int conf_read_device(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group,
    struct error *err);

/* The softwire's probe; its device has been read. */
int conf_read_probe(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group,
    struct error *err);

/* May the interfaces have host interfaces of their names? */
int conf_check_host(const struct conf *conf, const config_setting_t *root, struct error *err);

/*
 * The settings of a CE's softwire that depend on its kind, rules and end-user prefix excepted. The words are in the order of
 * enum offer_kind.
 */
extern const char *const conf_kind_words[];
extern const char *const conf_provision_words[]; /* by enum source_kind */
int conf_read_kind(struct conf_softwire *softwire, const config_setting_t *group, struct error *err);

int conf_read_access(struct conf *conf, const config_setting_t *root, struct error *err);

/*
 * The first line of the file that `pass_file` of a group names; nothing where it is not given. 0, or -EINVAL: everybody may read it,
 * or there is nothing in it.
 */
int conf_read_pass(const struct conf *conf, const config_setting_t *group, char *pass, size_t size, struct error *err);

/* The groups `static`, `hb46pp` and `registration` in the group `access`. */
int conf_read_registration(struct conf *conf, const config_setting_t *access, struct error *err);
int conf_read_static(struct conf *conf, const config_setting_t *access, struct error *err);
int conf_read_hb46pp(struct conf *conf, const config_setting_t *access, struct error *err);
/* The group `lan`; the interfaces and softwires have been read. */
int conf_read_lan(struct conf *conf, const config_setting_t *root, struct error *err);

/* The setting "networks" of that group. */
int conf_read_networks(struct conf *conf, const config_setting_t *group, struct error *err);

/* The setting "dhcp" of a group: it must be inside the subnet of the device. */
int conf_read_dhcp(const config_setting_t *group, const struct prefix4 *subnet, const char *device,
    struct conf_dhcp *dhcp, struct error *err);

/* The same as conf_check_lan() for the networks: 0, or -EINVAL with the reason. */
int conf_check_networks(const struct conf_lan *lan, const struct map_ce *ce, struct error *err);

/*
 * RFC 4787 REQ-7: a host in the LAN could not tell inside from outside. The index of the LAN's address whose subnet overlaps the
 * IPv4 address of the softwire, with the reason; or the number of addresses.
 */
size_t conf_check_lan(const struct conf_interface *lan, const struct map_ce *ce, struct error *err);

/* Fills in how many ports of each forward are in the port set. */
void conf_count_forwards(struct conf *conf, const struct portset *set);

/* The settings "pools" and "bindings_file" of a domain, of which a softwire has none; `config` is the main file. */
int conf_read_pools(struct conf_softwire *domain, const char *config, const config_setting_t *group, struct error *err);

/* The setting "forwards" of the group `nat`, as far as it can be judged by itself. */
int conf_read_forwards(struct conf *conf, const config_setting_t *nat, struct error *err);

/* Do the forwards fit the LAN and the CE's port set? Fills their port_count in. */
int conf_check_forwards(struct conf *conf, const struct portset *set, const config_setting_t *root, struct error *err);

/* The setting "http" of the group `control`. */
int conf_read_http(struct conf *conf, const config_setting_t *group, struct error *err);

/* Does everything that has been read fit together? The settings only serve as places for errors. */
int conf_check(struct conf *conf, const config_setting_t *root, struct error *err);

#endif
