/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Services with a fixed IPv4 address (IPIP) learn by an HTTP request where the address is now: it comes from our end of the
 * softwire, at every start and whenever that end is another one. v6 plus, transix and Xpass have such servers; they differ in
 * the URL. When to ask, and what to make of an answer; no socket and no clock.
 */
#ifndef MAPEDGE_PROVISION_REGISTRATION_H
#define MAPEDGE_PROVISION_REGISTRATION_H

#include "base/addr.h"
#include "base/error.h"

#define REGISTRATION_URL_SIZE 512
#define REGISTRATION_TEXT_SIZE 65 /* user, pass */
#define REGISTRATION_TRIES 3
#define REGISTRATION_SETTLE_MS 3000u /* a new address is tested for duplicates first (RFC 4862 section 5.4) */
#define REGISTRATION_RETRY_MS 10000u
#define REGISTRATION_LIMIT_MS 30000u /* for one try: name, connection, answer */

enum registration_state {
	REGISTRATION_NONE,    /* there is no end to register */
	REGISTRATION_WAITING, /* until next_ms */
	REGISTRATION_ASKING,  /* given up at next_ms */
	REGISTRATION_DONE,
	REGISTRATION_REFUSED, /* by the server: nothing is tried again */
	REGISTRATION_FAILED,  /* three times nobody answered */
};

const char *registration_state_word(enum registration_state state); /* "waiting" */

/* All zero is the state at the start. */
struct registration {
	enum registration_state state;
	u128 local; /* our end; 0: none */
	unsigned int tries;
	uint64_t next_ms; /* UINT64_MAX: nothing happens by itself */
	char reason[160];
};

/* Our end from now on. */
void registration_set(struct registration *registration, u128 local, uint64_t now_ms);

/* Once more, if there is an end. */
void registration_again(struct registration *registration, uint64_t now_ms);

/* It is next_ms. True: the server is to be asked now. */
bool registration_tick(struct registration *registration, uint64_t now_ms);

/* What came of it: a status of HTTP and what the server says; or 0, and why there was no answer. */
void registration_answer(struct registration *registration, int status, const char *text, size_t len, uint64_t now_ms);

/*
 * The URL with {user} and {pass} replaced, percent-encoded (RFC 3986 section 2.1). 0, or -ENAMETOOLONG. The result is a secret.
 */
int registration_url(const char *shape, const char *user, const char *pass, char url[REGISTRATION_URL_SIZE]);

#endif
