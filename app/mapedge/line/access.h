/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CE's line: asks for its prefix and its softwire by DHCPv6 through the WAN's host interface, keeps what it got over restarts,
 * and puts it into the configuration. When to ask and what the answers mean is lib/provision's.
 */
#ifndef MAPEDGE_APP_ACCESS_H
#define MAPEDGE_APP_ACCESS_H

#include <event2/event.h>

#include "api/line.h"
#include "conf/conf.h"
#include "home/lan.h"

struct access;

typedef void access_news(void *context);
typedef void access_stepped(void *context, int64_t step_ms);

struct access_listener {
	access_news *news;       /* what is known about the line is other than it was: access_apply() again */
	access_news *moved;      /* only lifetimes or name servers are */
	access_stepped *stepped; /* the clock was moved */
	void *context;
};

/*
 * `wan`: index of the WAN's device, whose MAC address names us where the configuration does not. *access is NULL when no softwire
 * wants to be provisioned. 0, or a negative errno with the reason. Nothing is sent yet.
 */
int access_open(const struct conf *conf, unsigned int wan, const struct mac *mac, struct access **access,
    struct error *err);

/* From now on. 0, or a negative errno with the reason. NULL is allowed. */
int
access_start(struct access *access, struct event_base *base, const struct access_listener *listener, struct error *err);

/* The WAN had no link, and has one again: is it still the same line? NULL is allowed. */
void access_link_up(struct access *access);

/* Linux has other addresses, or routes: who asks from them is another one now. NULL is allowed. */
void access_addresses(struct access *access);

/* Sets the configuration's softwire up as the line has it at the moment, or takes it down. NULL is allowed. */
void access_apply(struct access *access, struct conf *conf);

/*
 * Before access_apply() for a configuration that may yet be refused, and when it was: what is known of the line, and why, is as before.
 * NULL is allowed.
 */
void access_hold(struct access *access);
void access_revert(struct access *access);

/* The configuration that access_apply() has seen to is in use. NULL is allowed. */
void access_use(struct access *access, const struct conf *conf);

/* What the line has for the LAN; whether it has a default router is for others to say. NULL: nothing. */
void access_line(const struct access *access, struct lan_line *line);

/* Gives the lease back (RFC 8415 section 18.2.7); nothing is asked for until the next start. 0, or a negative errno with the reason. */
int access_release(struct access *access, struct error *err);

/*
 * What `status` says; valid until the next event. NULL without a line to ask. `replies`: packets to a DHCPv6 client that have come in
 * on the line so far.
 */
struct line_report *access_report(struct access *access, const struct conf *conf, uint64_t replies);

/* The operator wants all sources asked at once; or what HB46PP has stored forgotten. */
void access_refresh(struct access *access);
void access_forget(struct access *access);

/* Without a word to the server: the next start goes on with the lease (RFC 9096 section 3.1). NULL is allowed. */
void access_close(struct access *access);

#endif
