/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/record.h"
#include "base/sha256.h"
#include "clock.h"
#include "log.h"
#include "timer.h"

struct history {
	char file[CONF_TEXT_SIZE];
	struct event *daily;
	struct report_rule_log report;
	uint64_t generation; /* of the rules in use; 0: none yet */
	enum conf_role role;
	struct record_domain *domains; /* as they were when they were loaded */
	size_t count;
};

/* ---- the file --------------------------------------------------------------------------------------------------- */

/* What a crash or a full disk left unfinished must not swallow the next line. */
static bool
ends_in_line(int fd)
{
	const off_t size = lseek(fd, 0, SEEK_END);
	char last = '\n';

	return size <= 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n';
}

/* The whole text in one write, behind what other writers may have appended, and on the disk. */
static int
append(const char *file, const char *text)
{
	const size_t len = strlen(text);
	const int fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (!ends_in_line(fd) && write(fd, "\n", 1) != 1)
		rc = -errno;
	if (rc == 0) {
		const ssize_t written = write(fd, text, len);

		if (written < 0)
			rc = -errno;
		else if ((size_t)written < len)
			rc = -ENOSPC;
	}
	if (rc == 0 && fsync(fd) < 0 && errno != EINVAL && errno != EROFS) /* a FIFO has nothing to sync */
		rc = -errno;
	close(fd);
	return rc;
}

/* Takes the text over. */
static void
put(struct history *history, char *text)
{
	const int rc = text != NULL ? append(history->file, text) : -ENOMEM;

	free(text);
	if (rc == 0) {
		history->report.records++;
		return;
	}
	history->report.failures++;
	log_error("rule-log: cannot write file=%s: %s", history->file, strerror(-rc));
}

static struct record_head
head_now(const struct history *history, enum record_event event)
{
	return (struct record_head){ .time_ms = wall_clock_ms(), .event = event, .generation = history->generation };
}

/* ---- rules ------------------------------------------------------------------------------------------------------ */

static void
free_domains(struct record_domain *domains, size_t count)
{
	for (size_t i = 0; domains != NULL && i < count; i++)
		free(domains[i].text);
	free(domains);
}

static char *
domain_text(const struct conf_softwire *conf, const uint64_t *bindings)
{
	char sha256[SHA256_TEXT_SIZE];
	const bool readable = sha256_file(conf->bindings_file, sha256) == 0;
	const struct record_file file = { .bindings = bindings != NULL ? (int64_t)*bindings : -1,
		.sha256 = readable ? sha256 : NULL };

	return record_domain_text(conf, conf->bindings_file[0] != '\0' ? &file : NULL);
}

/* NULL when there is no memory. */
static struct record_domain *
make_domains(const struct conf *conf, const uint64_t *bindings)
{
	struct record_domain *domains = calloc(conf->softwire_count + 1, sizeof(*domains));

	for (size_t i = 0; domains != NULL && i < conf->softwire_count; i++) {
		memcpy(domains[i].name, conf->softwires[i].name, sizeof(domains[i].name));
		domains[i].text = domain_text(&conf->softwires[i], bindings != NULL ? &bindings[i] : NULL);
		if (domains[i].text == NULL) {
			free_domains(domains, i);
			return NULL;
		}
	}
	return domains;
}

static const struct record_domain *
find_domain(const struct record_domain *domains, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(domains[i].name, name) == 0)
			return &domains[i];
	}
	return NULL;
}

/* From what the last record said to the new domains: RFC 8676's added, modified and removed entries, domain by domain. */
static struct record_changes
compare(const struct history *history, const struct record_domain *domains, size_t count)
{
	const struct record_changes changes = { json_array(), json_array(), json_array() };

	for (size_t i = 0; i < count; i++) {
		const struct record_domain *before = find_domain(history->domains, history->count, domains[i].name);

		if (before == NULL)
			json_array_append_new(changes.added, json_string(domains[i].name));
		else if (strcmp(before->text, domains[i].text) != 0)
			json_array_append_new(changes.modified, json_string(domains[i].name));
	}
	for (size_t i = 0; i < history->count; i++) {
		if (find_domain(domains, count, history->domains[i].name) == NULL)
			json_array_append_new(changes.removed, json_string(history->domains[i].name));
	}
	return changes;
}

void
history_rules(struct history *history, const struct conf *conf, uint64_t generation, const uint64_t *bindings)
{
	struct record_domain *domains;
	struct record_changes changes;
	struct record_head head;
	bool is_first;

	if (history == NULL)
		return;
	is_first = history->generation == 0;
	history->generation = generation;
	history->role = conf->role;
	head = head_now(history, is_first ? RECORD_START : RECORD_RELOAD);
	domains = make_domains(conf, bindings);
	if (domains != NULL) {
		changes = compare(history, domains, conf->softwire_count);
		put(history,
		    record_rules(&head, conf->role, is_first ? NULL : &changes, domains, conf->softwire_count));
		json_decref(changes.added);
		json_decref(changes.removed);
		json_decref(changes.modified);
	} else {
		put(history, NULL);
	}
	/* Without memory for the new ones there is no daily record: the old ones are not in use any more. */
	free_domains(history->domains, history->count);
	history->domains = domains;
	history->count = domains != NULL ? conf->softwire_count : 0;
}

static void
on_daily(evutil_socket_t fd, short what, void *argument)
{
	struct history *history = argument;
	const struct record_head head = head_now(history, RECORD_DAILY);

	(void)fd;
	(void)what;
	if (history->domains != NULL)
		put(history, record_rules(&head, history->role, NULL, history->domains, history->count));
}

/* ---- single events ---------------------------------------------------------------------------------------------- */

void
history_binding(struct history *history, bool added, const char *domain, const struct binding *binding)
{
	struct record_head head;

	if (history == NULL)
		return;
	head = head_now(history, added ? RECORD_BINDING_ADD : RECORD_BINDING_REMOVE);
	put(history, record_binding(&head, domain, binding));
}

void
history_refused(struct history *history, const char *why)
{
	struct record_head head;

	if (history == NULL)
		return;
	head = head_now(history, RECORD_REFUSED);
	put(history, record_text(&head, why));
}

void
history_stop(struct history *history)
{
	struct record_head head;

	if (history == NULL)
		return;
	head = head_now(history, RECORD_STOP);
	put(history, record_text(&head, NULL));
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct history *
history_new(struct event_base *base, const char *file, time_t repeat_s, struct error *err)
{
	const struct timeval repeat = { .tv_sec = repeat_s };
	struct history *history = calloc(1, sizeof(*history));

	if (history == NULL)
		goto fail;
	snprintf(history->file, sizeof(history->file), "%s", file);
	history->daily = event_new(base, -1, EV_PERSIST, on_daily, history);
	if (history->daily == NULL || event_add(history->daily, &repeat) < 0)
		goto fail;
	return history;

fail:
	error_set(err, ENOMEM, "out of memory for the rule log");
	history_free(history);
	return NULL;
}

void
history_free(struct history *history)
{
	if (history == NULL)
		return;
	event_end(history->daily);
	free_domains(history->domains, history->count);
	free(history);
}

const struct report_rule_log *
history_report(const struct history *history)
{
	return history != NULL ? &history->report : NULL;
}
