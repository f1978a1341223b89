/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timer.h"

#define CONNECT_LIMIT_MS 15000L
#define LIMIT_MS 60000L
#define SOCKETS 8

struct watch {
	curl_socket_t fd;
	struct event *event; /* NULL: free */
};

struct fetch {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	CURL *easy; /* NULL: no request */
	struct curl_slist *way;
	struct watch watch[SOCKETS];
	fetch_done *done;
	void *context;
	char trouble[CURL_ERROR_SIZE];
	bool too_long;
	size_t len;
	char body[HB46PP_MAX_BODY + 1];
};

/* ---- the end of a request ----------------------------------------------------------------------------------------- */

void
fetch_forget(struct fetch *fetch)
{
	if (fetch->easy == NULL)
		return;
	(void)curl_multi_remove_handle(fetch->multi, fetch->easy);
	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->way);
	fetch->easy = NULL;
	fetch->way = NULL;
}

/* With a deadline, a size or a certificate it is libcurl that knows best what went wrong. */
static const char *
why(const struct fetch *fetch, CURLcode code)
{
	if (fetch->too_long)
		return "the answer is longer than 256 KiB";
	return fetch->trouble[0] != '\0' ? fetch->trouble : curl_easy_strerror(code);
}

static void
finish(struct fetch *fetch, CURLcode code)
{
	struct hb46pp_reply reply = { .body = fetch->body, .len = fetch->len };
	struct curl_header *header;
	char location[HB46PP_URL_SIZE], trouble[CURL_ERROR_SIZE];
	long status = 0;

	if (code == CURLE_OK) {
		(void)curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
		reply.status = (int)status;
	} else {
		snprintf(trouble, sizeof(trouble), "%s", why(fetch, code));
		reply.error = trouble;
	}
	if (code == CURLE_OK && curl_easy_header(fetch->easy, "Location", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
		snprintf(location, sizeof(location), "%s", header->value);
		reply.location = location;
	}
	/* The answer may lead to the next request: this one is over. */
	fetch_forget(fetch);
	fetch->done(fetch->context, &reply);
}

/* ---- libcurl in the loop ------------------------------------------------------------------------------------------ */

static void
act(struct fetch *fetch, curl_socket_t fd, int what)
{
	CURLMsg *message;
	int running, left;

	(void)curl_multi_socket_action(fetch->multi, fd, what, &running);
	message = curl_multi_info_read(fetch->multi, &left);
	if (message != NULL && message->msg == CURLMSG_DONE)
		finish(fetch, message->data.result);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	act(argument, CURL_SOCKET_TIMEOUT, 0);
}

static void
on_socket(evutil_socket_t fd, short what, void *argument)
{
	act(argument, fd,
	    ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static int
set_timer(CURLM *multi, long ms, void *argument)
{
	struct fetch *fetch = argument;

	(void)multi;
	if (ms < 0)
		(void)event_del(fetch->timer);
	else
		timer_start(fetch->timer, (uint64_t)ms);
	return 0;
}

static struct watch *
find_watch(struct fetch *fetch, curl_socket_t fd)
{
	struct watch *room = NULL;

	for (size_t i = 0; i < SOCKETS; i++) {
		if (fetch->watch[i].event == NULL)
			room = &fetch->watch[i];
		else if (fetch->watch[i].fd == fd)
			return &fetch->watch[i];
	}
	return room;
}

static int
watch_socket(CURL *easy, curl_socket_t fd, int wanted, void *argument, void *unused)
{
	const bool reads = wanted == CURL_POLL_IN || wanted == CURL_POLL_INOUT;
	const bool writes = wanted == CURL_POLL_OUT || wanted == CURL_POLL_INOUT;
	struct fetch *fetch = argument;
	struct watch *watch = find_watch(fetch, fd);

	(void)easy;
	(void)unused;
	if (watch == NULL)
		return -1;
	event_end(watch->event);
	watch->event = NULL;
	if (!reads && !writes)
		return 0;
	watch->fd = fd;
	watch->event = event_new(fetch->base, fd, (short)((reads ? EV_READ : 0) | (writes ? EV_WRITE : 0) | EV_PERSIST),
	    on_socket, fetch);
	return watch->event != NULL && event_add(watch->event, NULL) == 0 ? 0 : -1;
}

/* ---- a request ---------------------------------------------------------------------------------------------------- */

static size_t
on_body(char *bytes, size_t size, size_t count, void *argument)
{
	struct fetch *fetch = argument;

	if (fetch->len + size * count > HB46PP_MAX_BODY) {
		fetch->too_long = true;
		return 0;
	}
	memcpy(fetch->body + fetch->len, bytes, size * count);
	fetch->len += size * count;
	return size * count;
}

int
fetch_host(const char *url, char host[OFFER_NAME_SIZE], struct error *err)
{
	CURLU *parts = curl_url();
	char *found = NULL;
	int rc = -EINVAL;

	if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &found, 0) == CURLUE_OK && strlen(found) < OFFER_NAME_SIZE) {
		const size_t brackets = found[0] == '[';

		snprintf(host, OFFER_NAME_SIZE, "%.*s", (int)(strlen(found) - 2 * brackets), found + brackets);
		rc = 0;
	}
	curl_free(found);
	curl_url_cleanup(parts);
	return rc < 0 ? error_set(err, EINVAL, "no host in the URL") : 0;
}

/* Whatever host and port the URL has: to this address, and that port. libcurl would ask other resolvers than the line's. */
static struct curl_slist *
make_way(u128 server)
{
	char address[IP6_TEXT_SIZE], line[IP6_TEXT_SIZE + 8];

	snprintf(line, sizeof(line), "::[%s]:", ip6_format(server, address));
	return curl_slist_append(NULL, line);
}

static void
set_options(struct fetch *fetch, const struct fetch_request *request)
{
	CURL *easy = fetch->easy;
	char from[64], source[IP6_TEXT_SIZE];

	if (request->source != 0)
		snprintf(from, sizeof(from), "host!%s", ip6_format(request->source, source));
	else
		snprintf(from, sizeof(from), "if!%s", request->device);
	(void)curl_easy_setopt(easy, CURLOPT_URL, request->url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V6);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, fetch->way);
	(void)curl_easy_setopt(easy, CURLOPT_INTERFACE, from);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* nor that of the environment */
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_LIMIT_MS);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, LIMIT_MS);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->verify ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->verify ? 2L : 0L);
	if (request->ca_file[0] != '\0')
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "mapedge/" MAPEDGE_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->trouble);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
}

void
fetch_get(struct fetch *fetch, const struct fetch_request *request, fetch_done *done, void *context)
{
	fetch_forget(fetch);
	fetch->done = done;
	fetch->context = context;
	fetch->len = 0;
	fetch->too_long = false;
	fetch->trouble[0] = '\0';
	fetch->easy = curl_easy_init();
	/* Without memory it is as if nobody answered: the asker has a limit of his own. */
	if (fetch->easy == NULL)
		return;
	fetch->way = make_way(request->server);
	set_options(fetch, request);
	(void)curl_multi_add_handle(fetch->multi, fetch->easy);
}

/* ---- life --------------------------------------------------------------------------------------------------------- */

struct fetch *
fetch_new(struct event_base *base)
{
	struct fetch *fetch = calloc(1, sizeof(*fetch));

	if (fetch == NULL)
		return NULL;
	fetch->base = base;
	fetch->timer = evtimer_new(base, on_timer, fetch);
	fetch->multi = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_multi_init() : NULL;
	if (fetch->timer == NULL || fetch->multi == NULL) {
		fetch_free(fetch);
		return NULL;
	}
	(void)curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	(void)curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETDATA, fetch);
	(void)curl_multi_setopt(fetch->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(fetch->multi, CURLMOPT_TIMERDATA, fetch);
	return fetch;
}

void
fetch_free(struct fetch *fetch)
{
	if (fetch == NULL)
		return;
	fetch_forget(fetch);
	if (fetch->multi != NULL)
		(void)curl_multi_cleanup(fetch->multi);
	event_end(fetch->timer);
	for (size_t i = 0; i < SOCKETS; i++)
		event_end(fetch->watch[i].event);
	free(fetch);
}
