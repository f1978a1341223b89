/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/telemetry.h"

#include <pthread.h>
#include <rte_telemetry.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "timer.h"

#define PATIENCE_S 2 /* until control has answered */
#define NAME_SIZE 64

/*
 * Commands are run by threads of DPDK's, and the statistics are control's: whoever wants them asks, wakes control and waits.
 * Static, because a command cannot be taken back and may come after control has gone.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	const struct api_backend *backend; /* control's alone */
	struct event *on_question;
	int wake; /* an eventfd; -1: nobody is there to answer */
	uint64_t questions;
	uint64_t answers;
	json_t *document; /* to the last of them */
} desk = { .lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER, .wake = -1 };

/* ---- asking and answering --------------------------------------------------------------------------------------- */

static void
on_question(evutil_socket_t fd, short what, void *argument)
{
	struct report report;
	json_t *document;
	eventfd_t count;

	(void)what;
	(void)argument;
	(void)eventfd_read(fd, &count);
	desk.backend->report(desk.backend->context, &report);
	document = report_json(&report, true);
	pthread_mutex_lock(&desk.lock);
	json_decref(desk.document);
	desk.document = document;
	desk.answers = desk.questions;
	pthread_cond_broadcast(&desk.answered);
	pthread_mutex_unlock(&desk.lock);
}

/* The statistics of now, to be read with the lock held, as it must be here; NULL: control is not there, or busy. */
static const json_t *
ask(void)
{
	const uint64_t question = ++desk.questions;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	if (desk.wake >= 0)
		(void)eventfd_write(desk.wake, 1);
	while (desk.wake >= 0 && desk.answers < question) {
		if (pthread_cond_timedwait(&desk.answered, &desk.lock, &until) != 0)
			return NULL;
	}
	return desk.wake >= 0 ? desk.document : NULL;
}

/* ---- from JSON to DPDK's flat dictionaries ---------------------------------------------------------------------- */

/* All numbers of an object; those of an object in it get its name in front. Texts are left out: readers want numbers. */
static void
add_numbers(struct rte_tel_data *data, const char *before, const json_t *object)
{
	char name[NAME_SIZE];
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		snprintf(name, sizeof(name), "%s%s%s", before, before[0] != '\0' ? "_" : "", key);
		if (json_is_object(value))
			add_numbers(data, name, value);
		else if (json_is_integer(value))
			(void)rte_tel_data_add_dict_u64(data, name, (uint64_t)json_integer_value(value));
	}
}

/* What one of a list is called by: its name, or its number. */
static void
write_key(const json_t *one, char key[NAME_SIZE])
{
	const char *name = json_string_value(json_object_get(one, "name"));

	if (name != NULL)
		snprintf(key, NAME_SIZE, "%s", name);
	else
		snprintf(key, NAME_SIZE, "%lld", (long long)json_integer_value(json_object_get(one, "id")));
}

static int
add_keys(struct rte_tel_data *data, const json_t *list)
{
	char key[NAME_SIZE];
	const json_t *one;
	size_t i;

	(void)rte_tel_data_start_array(data, RTE_TEL_STRING_VAL);
	json_array_foreach(list, i, one)
	{
		write_key(one, key);
		(void)rte_tel_data_add_array_string(data, key);
	}
	return 0;
}

static int
add_one(struct rte_tel_data *data, const json_t *list, const char *wanted)
{
	char key[NAME_SIZE];
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		write_key(one, key);
		if (wanted == NULL || strcmp(key, wanted) != 0)
			continue;
		(void)rte_tel_data_start_dict(data);
		add_numbers(data, "", one);
		return 0;
	}
	return -ENOENT;
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

enum form { FORM_NUMBERS, FORM_KEYS, FORM_ONE };

static const struct {
	const char *command;
	const char *member; /* of the document */
	enum form form;
	const char *help;
} commands[] = {
	{ "/mapedge/stats", "conservation", FORM_NUMBERS,
	    "Packets received, created, transmitted, merged, dropped, held." },
	{ "/mapedge/traffic", "traffic_stat", FORM_NUMBERS, "RFC 8676 traffic-stat of the whole box." },
	{ "/mapedge/drops", "drops", FORM_NUMBERS, "Packets dropped, by reason." },
	{ "/mapedge/events", "events", FORM_NUMBERS, "What else was counted." },
	{ "/mapedge/nat", "nat", FORM_NUMBERS, "Sessions and ports of a CE." },
	{ "/mapedge/bindings", "bindings", FORM_NUMBERS, "Bindings of a BR with pools." },
	{ "/mapedge/interfaces", "interfaces", FORM_KEYS, "Names of interfaces." },
	{ "/mapedge/interface", "interfaces", FORM_ONE, "Counters of an interface. Parameter: its name." },
	{ "/mapedge/softwires", "softwires", FORM_KEYS, "Names of softwires or domains." },
	{ "/mapedge/softwire", "softwires", FORM_ONE, "Counters of a softwire or domain. Parameter: its name." },
	{ "/mapedge/workers", "workers", FORM_KEYS, "Numbers of workers." },
	{ "/mapedge/worker", "workers", FORM_ONE, "Counters of a worker. Parameter: its number." },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static int
add_member(struct rte_tel_data *data, const json_t *member, enum form form, const char *wanted)
{
	if (member == NULL)
		return -ENOENT;
	if (form == FORM_KEYS)
		return add_keys(data, member);
	if (form == FORM_ONE)
		return add_one(data, member, wanted);
	(void)rte_tel_data_start_dict(data);
	add_numbers(data, "", member);
	return 0;
}

static int
on_command(const char *command, const char *parameter, struct rte_tel_data *data)
{
	const json_t *document;
	size_t i = 0;
	int rc = -EAGAIN;

	while (i + 1 < COMMAND_COUNT && strcmp(commands[i].command, command) != 0)
		i++;
	pthread_mutex_lock(&desk.lock);
	document = ask();
	if (document != NULL)
		rc = add_member(data, json_object_get(document, commands[i].member), commands[i].form, parameter);
	pthread_mutex_unlock(&desk.lock);
	return rc;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

int
telemetry_open(struct event_base *base, const struct api_backend *backend, struct error *err)
{
	const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (wake < 0)
		return error_set(err, errno, "no eventfd: %s", strerror(errno));
	desk.backend = backend;
	desk.on_question = event_new(base, wake, EV_READ | EV_PERSIST, on_question, NULL);
	pthread_mutex_lock(&desk.lock);
	desk.wake = wake;
	pthread_mutex_unlock(&desk.lock);
	if (desk.on_question == NULL || event_add(desk.on_question, NULL) < 0)
		return error_set(err, ENOMEM, "no event for telemetry");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)rte_telemetry_register_cmd(commands[i].command, on_command, commands[i].help);
	return 0;
}

void
telemetry_close(void)
{
	event_end(desk.on_question);
	desk.on_question = NULL;
	pthread_mutex_lock(&desk.lock);
	if (desk.wake >= 0)
		close(desk.wake);
	desk.wake = -1;
	json_decref(desk.document);
	desk.document = NULL;
	pthread_cond_broadcast(&desk.answered);
	pthread_mutex_unlock(&desk.lock);
}
