/* SPDX-License-Identifier: BSD-3-Clause */
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/spell.h"

#define NAME_SIZE 64
#define GET "-get"
#define CONFIG "config-"

/* ---- the command ------------------------------------------------------------------------------------------------ */

static bool
is_shown(const struct api_command *command, char what[NAME_SIZE])
{
	const size_t len = strlen(command->name);

	if (len <= strlen(GET) || len >= NAME_SIZE || strcmp(command->name + len - strlen(GET), GET) != 0)
		return false;
	snprintf(what, NAME_SIZE, "%.*s", (int)(len - strlen(GET)), command->name);
	return true;
}

static int
no_such_command(char *const *words, int count, struct error *err)
{
	const bool is_show = count > 1 && strcmp(words[0], "show") == 0;
	struct spell spell = { .word = words[is_show] };
	char what[NAME_SIZE], best[NAME_SIZE] = "";

	for (const struct api_command *command = api_commands; command->name != NULL; command++) {
		const bool is = is_shown(command, what);

		if (is == is_show)
			spell_try(&spell, is ? what : command->name);
		if (spell.best != NULL && spell.best != best) {
			snprintf(best, sizeof(best), "%s", spell.best); /* `what` will be another's */
			spell.best = best;
		}
	}
	error_set(err, EINVAL, "there is no command \"%s%s\"", is_show ? "show " : "", words[is_show]);
	if (best[0] != '\0')
		error_hint(err, "did you mean \"%s%s\"?", is_show ? "show " : "", best);
	else
		error_hint(err, "mapedgectl help lists all");
	return -EINVAL;
}

int
words_find(char *const *words, int count, const struct api_command **command)
{
	char name[2 * NAME_SIZE];

	*command = api_command_find(words[0]);
	if (*command == NULL) {
		snprintf(name, sizeof(name), CONFIG "%.50s", words[0]);
		*command = api_command_find(name);
	}
	if (*command != NULL)
		return 1;
	if (count < 2)
		return 0;
	if (strcmp(words[0], "show") == 0)
		snprintf(name, sizeof(name), "%.50s" GET, words[1]);
	else
		snprintf(name, sizeof(name), "%.50s-%.50s", words[0], words[1]);
	*command = api_command_find(name);
	return *command != NULL ? 2 : 0;
}

const char *
words_short(const struct api_command *command)
{
	const char *name = command->name + strlen(CONFIG);

	return strncmp(command->name, CONFIG, strlen(CONFIG)) == 0 && api_command_find(name) == NULL ? name : NULL;
}

/* ---- its arguments ---------------------------------------------------------------------------------------------- */

/* A value as its argument wants it, as far as the text can be that; else the text, for the check to refuse. */
static json_t *
read_value(const struct argument *argument, const char *text)
{
	char *end;
	long long number;
	json_t *value;

	switch (argument->type) {
	case ARGUMENT_BOOL:
		if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
			return json_boolean(text[0] == 't');
		break;
	case ARGUMENT_COUNT:
		errno = 0;
		number = strtoll(text, &end, 0);
		if (end != text && *end == '\0' && errno == 0)
			return json_integer(number);
		break;
	case ARGUMENT_LIST:
		value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		if (value != NULL)
			return value;
		break;
	default:
		break;
	}
	return json_string(text);
}

static const struct argument *
find_argument(const struct argument *arguments, const char *name, size_t len)
{
	for (; arguments->name != NULL; arguments++) {
		if (strlen(arguments->name) == len && strncmp(arguments->name, name, len) == 0)
			return arguments;
	}
	return NULL;
}

/* The first that has no value yet and is not just switched on by its name. */
static const struct argument *
next_argument(const struct argument *arguments, const json_t *values)
{
	while (arguments->name != NULL &&
	    (arguments->type == ARGUMENT_BOOL || json_object_get(values, arguments->name) != NULL))
		arguments++;
	return arguments->name != NULL ? arguments : NULL;
}

/*
 * As an option: "--confirm-within 60" or "--confirm-within=60" for confirm_within_s; as with getopt_long(), so much of a name will do
 * as makes it the only one. NULL with the reason.
 */
static const struct argument *
find_option(const struct api_command *command, const char *option, struct error *err)
{
	const size_t len = strcspn(option, "=");
	const struct argument *found = NULL;
	char name[NAME_SIZE];
	bool is_only = true;

	snprintf(name, sizeof(name), "%.*s", (int)len, option);
	for (char *c = name; *c != '\0'; c++)
		*c = *c == '-' ? '_' : *c;
	for (const struct argument *a = command->arguments; a->name != NULL; a++) {
		if (strcmp(a->name, name) == 0)
			return a;
		if (strncmp(a->name, name, strlen(name)) == 0) {
			is_only = found == NULL;
			found = a;
		}
	}
	if (found != NULL && is_only)
		return found;
	error_set(err, EINVAL, "%s has no option \"--%.*s\"", command->name, (int)len, option);
	error_hint(err, "mapedgectl help %s", command->name);
	return NULL;
}

static int
give(const struct api_command *command, const struct argument *argument, const char *text, json_t *values,
    struct error *err)
{
	if (json_object_get(values, argument->name) != NULL)
		return error_set(err, EINVAL, "%s: \"%s\" is given twice", command->name, argument->name);
	json_object_set_new(values, argument->name, read_value(argument, text));
	return 0;
}

/* The number of words that it took, or a negative errno. */
static int
read_option(const struct api_command *command, char *const *words, int count, json_t *values, struct error *err)
{
	const char *option = words[0] + strlen("--"), *equals = strchr(option, '=');
	const struct argument *argument = find_option(command, option, err);
	const char *text = equals != NULL ? equals + 1 : "true";
	int taken = 1, rc;

	if (argument == NULL)
		return -EINVAL;
	if (equals == NULL && argument->type != ARGUMENT_BOOL) {
		if (count < 2)
			return error_set(err, EINVAL, "%s: \"--%s\" needs a value", command->name, option);
		text = words[1];
		taken = 2;
	}
	rc = give(command, argument, text, values, err);
	return rc < 0 ? rc : taken;
}

static int
read_argument(const struct api_command *command, const char *word, json_t *values, struct error *err)
{
	const size_t len = strcspn(word, "=");
	const struct argument *argument = find_argument(command->arguments, word, len);
	const char *text = word[len] == '=' ? word + len + 1 : "true";

	if (word[len] != '=' && (argument == NULL || argument->type != ARGUMENT_BOOL)) {
		argument = next_argument(command->arguments, values);
		text = word;
	}
	if (argument == NULL) {
		error_set(err, EINVAL, "%s has no place for \"%s\"", command->name, word);
		error_hint(err, "mapedgectl help %s", command->name);
		return -EINVAL;
	}
	return give(command, argument, text, values, err);
}

/* All behind the command. */
static int
read_arguments(const struct api_command *command, char *const *words, int count, json_t *values, struct error *err)
{
	int rc;

	for (int i = 0; i < count; i += rc) {
		if (strncmp(words[i], "--", 2) == 0)
			rc = read_option(command, words + i, count - i, values, err);
		else
			rc = read_argument(command, words[i], values, err) < 0 ? -EINVAL : 1;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
check_request(const struct request *request, struct error *err)
{
	json_t *wrong = api_check_arguments(request->command->name, request->command->arguments, request->arguments);

	if (wrong == NULL)
		return 0;
	error_set(err, EINVAL, "%s", json_string_value(json_object_get(wrong, "text")));
	json_decref(wrong);
	return -EINVAL;
}

/* "dump" as the last word, too, as wg(8) has it: "show rules dump". */
static bool
read_form(const char *word, bool is_last, enum form *form)
{
	if (strcmp(word, "--json") == 0)
		*form = FORM_JSON;
	else if (strcmp(word, "--dump") == 0 || (is_last && strcmp(word, "dump") == 0))
		*form = FORM_DUMP;
	else
		return false;
	return true;
}

int
words_read(char *const *words, int count, struct request *request, struct error *err)
{
	char *kept[WORDS_MAX];
	int n = 0, taken, rc;

	*request = (struct request){ .form = FORM_TEXT };
	for (int i = 0; i < count && n < WORDS_MAX; i++) {
		if (!read_form(words[i], i > 0 && i + 1 == count, &request->form))
			kept[n++] = words[i];
	}
	if (n == 0)
		return error_set(err, EINVAL, "there is no command");
	taken = words_find(kept, n, &request->command);
	if (taken == 0)
		return no_such_command(kept, n, err);
	request->arguments = json_object();
	rc = read_arguments(request->command, kept + taken, n - taken, request->arguments, err);
	if (rc == 0)
		rc = check_request(request, err);
	if (rc < 0)
		json_decref(request->arguments);
	return rc;
}

/* ---- completion ------------------------------------------------------------------------------------------------- */

struct offers {
	void (*offer)(void *context, const char *word, const char *help);
	void *context;
	const char *begun;
};

static void
offer(const struct offers *offers, const char *word, const char *help)
{
	if (strncmp(word, offers->begun, strlen(offers->begun)) == 0)
		offers->offer(offers->context, word, help);
}

/* What can be said by "show" is offered there only. */
static void
offer_commands(const struct offers *offers, bool shown)
{
	char what[NAME_SIZE];

	for (const struct api_command *command = api_commands; command->name != NULL; command++) {
		const bool is = is_shown(command, what);

		if (is == shown)
			offer(offers, is ? what : command->name, command->help);
		if (!shown && words_short(command) != NULL)
			offer(offers, words_short(command), command->help);
	}
}

/* NAME=WORD for each word, when the name is there already. */
static void
offer_values(const struct offers *offers, const struct argument *argument)
{
	const char *words = argument->type == ARGUMENT_BOOL ? "true|false" : argument->words;
	char text[2 * NAME_SIZE];

	while (words != NULL && *words != '\0') {
		const size_t len = strcspn(words, "|");

		snprintf(text, sizeof(text), "%s=%.*s", argument->name, (int)len, words);
		offer(offers, text, "");
		words += len + (words[len] == '|');
	}
}

static bool
is_given(const struct argument *argument, char *const *words, int count)
{
	for (int i = 0; i < count; i++) {
		const size_t len = strcspn(words[i], "=");

		if (len == strlen(argument->name) && strncmp(words[i], argument->name, len) == 0)
			return true;
	}
	return false;
}

static void
offer_arguments(const struct offers *offers, const struct api_command *command, char *const *words, int count)
{
	const size_t len = strcspn(offers->begun, "=");
	char text[NAME_SIZE];

	for (const struct argument *argument = command->arguments; argument->name != NULL; argument++) {
		if (offers->begun[len] == '=' && strlen(argument->name) == len &&
		    strncmp(argument->name, offers->begun, len) == 0)
			offer_values(offers, argument);
		if (offers->begun[len] == '=' || is_given(argument, words, count))
			continue;
		snprintf(text, sizeof(text), "%s%s", argument->name, argument->type == ARGUMENT_BOOL ? "" : "=");
		offer(offers, text, argument->help);
	}
}

void
words_complete(char *const *words, int count, void (*take)(void *context, const char *word, const char *help),
    void *context)
{
	const struct offers offers = { take, context, words[count - 1] };
	const struct api_command *command;

	if (offers.begun[0] == '-') {
		offer(&offers, "--json", "the answer as JSON");
		offer(&offers, "--dump", "the answer as lines of path and value");
	} else if (count == 1) {
		offer(&offers, "show", "what there is");
		offer_commands(&offers, false);
	} else if (count == 2 && strcmp(words[0], "show") == 0) {
		offer_commands(&offers, true);
	} else if (words_find(words, count - 1, &command) > 0) {
		offer_arguments(&offers, command, words, count - 1);
	}
}
