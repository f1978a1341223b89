/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HB46PP, HTTP-Based IPv4 over IPv6 Provisioning Protocol: how lines in Japan tell a CE which softwire to make. Sections are
 * those of the specification, revision 1.1 (github.com/v6pc/v6mig-prov, spec.md); what 1.2 adds is marked.
 *
 *   hb46pp_txt.c      the TXT record of 4over6.info            -> struct hb46pp_server   (3.1)
 *   hb46pp_request.c  who we are                               -> the URL to get         (3.3)
 *   hb46pp_answer.c, hb46pp_methods.c  the JSON of the server  -> struct hb46pp_answer   (3.4)
 *   hb46pp_choose.c   which of its offers we take
 *   hb46pp.c          the client: when to ask, what to do with what came                 (3.6)
 *
 * Nothing here has a socket or a clock: the caller looks up names, gets URLs, and says what time it is.
 */
#ifndef MAPEDGE_PROVISION_HB46PP_H
#define MAPEDGE_PROVISION_HB46PP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "provision/offer.h"

#define HB46PP_DOMAIN "4over6.info"    /* section 3.1; asked of the resolvers of the access line, no others */
#define HB46PP_URL_SIZE 1024           /* of a server, without our query */
#define HB46PP_GET_SIZE 2048           /* with it */
#define HB46PP_TEXT_SIZE 65            /* vendorid, product, version, user, pass: at most 32 characters */
#define HB46PP_NAME_SIZE 255           /* section 3.4: 256 bytes with the quotation marks */
#define HB46PP_TOKEN_SIZE 65           /* 256 bits as 64 lower-case hexadecimal digits */
#define HB46PP_MAX_BODY (256u * 1024u) /* longer answers are refused: 256 rules are some 30 kB */
#define HB46PP_MAX_TTL 604800u         /* seconds; section 3.4 */
#define HB46PP_MIN_TTL 60u             /* seconds: what a server may do to itself */
#define HB46PP_MAX_REDIRECTS 5
#define HB46PP_MAX_IPIP 8

/* ---- methods ---------------------------------------------------------------------------------------------------- */

/* Words of `order` and `capability`, in the order of the alphabet. */
enum hb46pp_method {
	HB46PP_464XLAT,
	HB46PP_DSLITE,
	HB46PP_IPIP,
	HB46PP_LW4O6,
	HB46PP_MAP_E,
	HB46PP_MAP_T,
	HB46PP_METHODS,
	HB46PP_UNKNOWN = HB46PP_METHODS, /* a later revision's */
};

/* Capabilities: 1 << method, and the modes of MAP-E. */
#define HB46PP_CAN(method) (1u << (method))
#define HB46PP_CAN_HUBSPOKE (1u << 8)
#define HB46PP_CAN_MESH (1u << 9)

const char *hb46pp_method_word(enum hb46pp_method method); /* "map_e"; "unknown" */

/* ---- discovery -------------------------------------------------------------------------------------------------- */

/* One character-string of a TXT record (RFC 1035 section 3.3.14), as the resolver library has it. */
struct hb46pp_string {
	const char *text; /* need not end with NUL */
	size_t len;
	bool starts_record; /* the first of its record; the others are its continuation */
};

struct hb46pp_server {
	char url[HB46PP_URL_SIZE]; /* http or https; printable ASCII only */
	bool verify;               /* t=b: the certificate must be good. t=a: whatever it is */
};

/*
 * Finds the one record that begins with v=v6mig-1. 0, or with the reason: -ENOENT when there is none (what is there
 * instead is named: a resolver outside the line says v=spf1), -EINVAL when there are several or it is wrong.
 */
int
hb46pp_txt_parse(const struct hb46pp_string *strings, size_t count, struct hb46pp_server *server, struct error *err);

/*
 * Where a redirection leads to: an absolute URL or a reference (RFC 3986 section 4.2). The check of the certificate stays
 * as it was. 0, or -EINVAL with the reason; -EPERM when it leads from a checked server to http.
 */
int
hb46pp_redirect(const struct hb46pp_server *from, const char *location, struct hb46pp_server *to, struct error *err);

/* ---- request ---------------------------------------------------------------------------------------------------- */

struct hb46pp_identity {
	char vendorid[HB46PP_TEXT_SIZE];   /* OUI as 6 hexadecimal digits, then perhaps "-" and [0-9A-Za-z_]{1,24} */
	char product[HB46PP_TEXT_SIZE];    /* [A-Za-z0-9_-]{1,32} */
	char version[HB46PP_TEXT_SIZE];    /* [0-9_]{1,32} */
	uint32_t capabilities;             /* HB46PP_CAN…; the methods that configuration allows */
	char user[HB46PP_TEXT_SIZE];       /* "": none; else [A-Za-z0-9_-]{1,32}, and pass too */
	char pass[HB46PP_TEXT_SIZE];       /* a secret: in no log */
	char server_name[OFFER_NAME_SIZE]; /* "", or the only host that user and pass may be sent to */
};

/* 0, or -EINVAL with the reason; the texts never quote user or pass. */
int hb46pp_identity_check(const struct hb46pp_identity *identity, struct error *err);

/* The kinds of softwire that we tell the server we can make: 1 << enum offer_kind. */
uint32_t hb46pp_kinds(const struct hb46pp_identity *identity);

/*
 * A certificate is good from one moment to another. -EINVAL with the reason where the clock of this box cannot be right: it shows a
 * moment before the program was built.
 */
int hb46pp_clock_check(uint64_t wall_ms, uint64_t built_ms, struct error *err);

/*
 * May user and pass go to this server? When the operator has entered a server name: only to that host, by https, with its
 * certificate checked. Section 3.3.
 */
bool hb46pp_may_send_pass(const struct hb46pp_server *server, const struct hb46pp_identity *identity);

struct hb46pp_get {
	char url[HB46PP_GET_SIZE];   /* may hold user, pass and token: in no log */
	char shown[HB46PP_URL_SIZE]; /* without the query: for logs and `status` */
	bool verify;                 /* check the certificate (RFC 6125 name included); https only */
	bool with_pass;
};

/* The request; token is "" or of an earlier answer. 0, or -ENAMETOOLONG with the reason. */
int hb46pp_request(const struct hb46pp_server *server, const struct hb46pp_identity *identity, const char *token,
    struct hb46pp_get *get, struct error *err);

/* ---- answer ----------------------------------------------------------------------------------------------------- */

enum hb46pp_auth {
	HB46PP_AUTH_NONE, /* absent */
	HB46PP_AUTH_REQ,  /* with user and pass there may be more */
	HB46PP_AUTH_BAD,
	HB46PP_AUTH_OK,
};

/* One element of `order`; behind them, methods that the answer describes without listing them there. */
struct hb46pp_entry {
	enum hb46pp_method method;
	bool listed;           /* in `order` */
	bool broken;           /* its object breaks section 3.4 */
	uint32_t first, count; /* its offers in hb46pp_answer.offers; only ipip has more than one */
	char reason[240];      /* why it has none; "" otherwise */
};

#define HB46PP_MAX_ORDER 16
#define HB46PP_MAX_ENTRIES (HB46PP_MAX_ORDER + HB46PP_METHODS)
#define HB46PP_MAX_OFFERS (3 + HB46PP_MAX_IPIP)

struct hb46pp_answer {
	char enabler_name[HB46PP_NAME_SIZE]; /* UTF-8, without control characters; "": absent */
	char service_name[HB46PP_NAME_SIZE];
	char isp_name[HB46PP_NAME_SIZE];
	bool has_ttl;
	uint32_t ttl;                  /* seconds, at most HB46PP_MAX_TTL */
	char token[HB46PP_TOKEN_SIZE]; /* "": none. A secret */
	enum hb46pp_auth auth;
	bool ipv6_mostly; /* 1.2 */
	struct hb46pp_entry entries[HB46PP_MAX_ENTRIES];
	uint32_t entry_count;
	char note[240];  /* what was left out, because it breaks section 3.4 and can be done without; "" */
	char digest[65]; /* of what decides about the softwire: the same for answers that differ in ttl or token only */
	uint32_t offer_count;
	struct offer offers[HB46PP_MAX_OFFERS]; /* in the order of the entries */
};

/*
 * Reads an answer. Unknown keys are ignored. NULL with the reason when it is not JSON, longer than HB46PP_MAX_BODY, or has
 * no `order`; a method whose object is wrong makes that entry broken. Reasons name key and value. Free with free().
 */
struct hb46pp_answer *hb46pp_answer_parse(const char *text, size_t len, struct error *err);

/* ---- choice ----------------------------------------------------------------------------------------------------- */

#define HB46PP_REASONS_SIZE 1024

/*
 * The first offer, in the server's order, of one of the kinds (1 << enum offer_kind). Where there is only one kind, the
 * operator forces it: then it need not stand in `order`, as long as that is not empty (section 3.4). With an End-user IPv6 prefix a map_e that has no rule for it is passed over; NULL: unknown. `after`: begin
 * behind this offer of the same answer, which has not worked; NULL at first.
 *
 * NULL when there is none. In both cases `reasons` says, separated by "; ", why each one passed over has lost.
 */
const struct offer *hb46pp_choose(const struct hb46pp_answer *answer, uint32_t kinds,
    const struct prefix6 *end_user_prefix, const struct offer *after, char reasons[HB46PP_REASONS_SIZE]);

/* ---- what is kept over a restart (3.5) -------------------------------------------------------------------------- */

/*
 * The text of the file: a line with the time (RFC 3339), then the answer as it came. A new string to free(), or NULL without
 * memory. It may hold a token: for the owner's eyes only.
 */
char *hb46pp_stored_format(uint64_t wall_ms, const char *body, size_t len, size_t *size);

/* The other way round; *body points into the text. 0, or -EINVAL with the reason. */
int hb46pp_stored_parse(const char *text, size_t size, uint64_t *wall_ms, const char **body, size_t *len,
    struct error *err);

/* ---- client ----------------------------------------------------------------------------------------------------- */

enum hb46pp_state {
	HB46PP_OFF,        /* not started */
	HB46PP_NO_ADDRESS, /* the line has no global IPv6 address, so there is nobody to ask */
	HB46PP_ASK_DNS,    /* b: waits for the TXT record */
	HB46PP_ASK_SERVER, /* e: waits for the answer */
	HB46PP_RETRY,      /* something failed: waits for the next attempt */
	HB46PP_NO_SERVICE, /* c.2: the line has no HB46PP; asks again all the same */
	HB46PP_DONE,       /* k: has an answer, waits for the end of its ttl */
};

/* What the caller has to do now: a mask, from the first to the last. */
enum hb46pp_action {
	HB46PP_QUERY = 1 << 0,     /* look up TXT HB46PP_DOMAIN, then hb46pp_dns() with client->serial */
	HB46PP_GET = 1 << 1,       /* get client->get over IPv6 without following redirections, then hb46pp_http() */
	HB46PP_DISABLE = 1 << 2,   /* take the softwire down that an earlier HB46PP_CONFIGURE has brought */
	HB46PP_ERASE = 1 << 3,     /* remove what HB46PP_STORE has stored */
	HB46PP_STORE = 1 << 4,     /* keep the body of this reply: hb46pp_stored_format() */
	HB46PP_CONFIGURE = 1 << 5, /* make a softwire of client->answer: hb46pp_choose() */
};

enum hb46pp_dns {
	HB46PP_DNS_OK, /* there are TXT records */
	HB46PP_DNS_NODATA,
	HB46PP_DNS_NXDOMAIN,
	HB46PP_DNS_SERVFAIL, /* and REFUSED, FORMERR … */
	HB46PP_DNS_TIMEOUT,
};

struct hb46pp_reply {
	int status;           /* of HTTP; 0: no reply */
	const char *location; /* of a redirection, or NULL */
	const char *body;
	size_t len;
	const char *error; /* without a reply: why, for people; not NULL then */
};

struct hb46pp_client {
	struct hb46pp_identity identity;
	struct random random;
	enum hb46pp_state state;
	uint64_t next_ms;              /* when the client acts by itself: hb46pp_tick(); UINT64_MAX: never */
	uint64_t since_ms;             /* of this state */
	uint64_t asked_ms;             /* the last query */
	uint32_t serial;               /* of the query or request that is under way */
	uint32_t redirects;            /* of this request */
	bool active;                   /* the caller has been told to configure, and not yet to disable */
	bool from_store;               /* the answer was stored: of no server yet */
	bool fresh_address;            /* since the last HB46PP_CONFIGURE */
	char reason[240];              /* why it is in this state; one line, printable, without secrets */
	char token[HB46PP_TOKEN_SIZE]; /* of the last answer that had one */
	struct hb46pp_server server;   /* of the last good TXT record */
	struct hb46pp_server at;       /* after redirections */
	struct hb46pp_get get;         /* of HB46PP_GET */
	struct hb46pp_answer *answer;  /* the last good one, or NULL */
	struct hb46pp_answer *stored;  /* for the case that no server can be reached, or NULL */
};

/* The identity must have passed hb46pp_identity_check(). */
void hb46pp_init(struct hb46pp_client *client, const struct hb46pp_identity *identity, const struct random *random);
void hb46pp_fini(struct hb46pp_client *client);

/* The body of an answer of an earlier life, before hb46pp_start(). 0, or -EINVAL with the reason. */
int hb46pp_restore(struct hb46pp_client *client, const char *body, size_t len, struct error *err);

/*
 * Events. now_ms comes from a clock that never goes back. Each returns the mask of what is to be done.
 *
 * A reply that does not bear client->serial is of an earlier attempt, and ignored.
 */
uint32_t hb46pp_start(struct hb46pp_client *client, uint64_t now_ms);
uint32_t hb46pp_dns(struct hb46pp_client *client, uint64_t now_ms, uint32_t serial, enum hb46pp_dns result,
    const struct hb46pp_string *strings, size_t count);
uint32_t hb46pp_http(struct hb46pp_client *client, uint64_t now_ms, uint32_t serial, const struct hb46pp_reply *reply);

/*
 * Our IPv6 address or prefix is another one; or, when there is none, gone. Begins again. What client->answer means for the new
 * prefix is the caller's to derive at once: HB46PP_CONFIGURE comes when the server has been asked.
 */
uint32_t hb46pp_address(struct hb46pp_client *client, uint64_t now_ms, bool present);

/* At client->next_ms or later; earlier calls do nothing. */
uint32_t hb46pp_tick(struct hb46pp_client *client, uint64_t now_ms);

/* The operator wants another answer at once; or wants the stored one, and the token, forgotten. */
uint32_t hb46pp_refresh(struct hb46pp_client *client, uint64_t now_ms);
uint32_t hb46pp_forget(struct hb46pp_client *client);

/* "off", "no-address", "asking-dns", "asking-server", "retry", "no-service", "done" */
const char *hb46pp_state_word(enum hb46pp_state state);

#endif
