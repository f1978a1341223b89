/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "command.h"
#include "words.h"

#define HISTORY_SIZE 500
#define SPACE " \t\r\n"

/* ---- a line ----------------------------------------------------------------------------------------------------- */

/* Cuts the line into words; quotes are not needed, as no value has a space. `#` begins a comment. */
static int
split(char *line, char *words[WORDS_MAX])
{
	int count = 0;
	char *rest;

	for (char *word = strtok_r(line, SPACE, &rest); word != NULL && word[0] != '#' && count < WORDS_MAX;
	     word = strtok_r(NULL, SPACE, &rest))
		words[count++] = word;
	return count;
}

/* True when that was the last one. */
static bool
run_line(const char *path, char *line, int *status)
{
	char *words[WORDS_MAX];
	const int count = split(line, words);

	if (count == 0)
		return false;
	if (count == 1 && (strcmp(words[0], "exit") == 0 || strcmp(words[0], "quit") == 0))
		return true;
	*status = client_run(path, words, count);
	return false;
}

static int
run_file(const char *path)
{
	char *line = NULL;
	size_t size = 0;
	int status = EXIT_SUCCESS;

	while (status == EXIT_SUCCESS && getline(&line, &size, stdin) >= 0) {
		if (run_line(path, line, &status))
			break;
	}
	free(line);
	return status;
}

/* ---- a terminal ------------------------------------------------------------------------------------------------- */

struct found {
	unsigned int count;
	size_t common; /* bytes that all of them begin with */
	char first[128];
	bool listing;
};

static void
on_found(void *context, const char *word, const char *help)
{
	struct found *found = context;
	size_t same = 0;

	if (found->listing) {
		printf("  %-24s %s\n", word, help);
		return;
	}
	if (found->count++ == 0) {
		snprintf(found->first, sizeof(found->first), "%s", word);
		found->common = strlen(found->first);
	}
	while (same < found->common && word[same] == found->first[same])
		same++;
	found->common = same;
}

/* The words up to the cursor; the last one is begun, and empty behind a space. */
static int
words_before_cursor(EditLine *edit, char copy[1024], char *words[WORDS_MAX])
{
	static char nothing[1];
	const LineInfo *line = el_line(edit);
	const int len = (int)(line->cursor - line->buffer);
	int count;

	snprintf(copy, 1024, "%.*s", len, line->buffer);
	count = split(copy, words);
	if (count == 0 || (len > 0 && strchr(SPACE, line->buffer[len - 1]) != NULL && count < WORDS_MAX))
		words[count++] = nothing;
	return count;
}

static unsigned char
list_choices(EditLine *edit)
{
	struct found found = { .listing = true };
	char copy[1024], *words[WORDS_MAX];
	const int count = words_before_cursor(edit, copy, words);

	putchar('\n');
	words_complete(words, count, on_found, &found);
	return CC_REDISPLAY;
}

static unsigned char
on_question(EditLine *edit, int key)
{
	(void)key;
	return list_choices(edit);
}

static unsigned char
on_tab(EditLine *edit, int key)
{
	struct found found = { 0 };
	char copy[1024], *words[WORDS_MAX];
	const int count = words_before_cursor(edit, copy, words);
	const size_t begun = strlen(words[count - 1]);

	(void)key;
	words_complete(words, count, on_found, &found);
	if (found.count == 0)
		return CC_ERROR;
	if (found.common == begun && found.count > 1)
		return list_choices(edit);
	/* What is complete and wants no value is followed by the next word. */
	snprintf(found.first + found.common, sizeof(found.first) - found.common, "%s",
	    found.count == 1 && found.first[found.common - 1] != '=' ? " " : "");
	el_insertstr(edit, found.first + begun);
	return CC_REFRESH;
}

static char *
prompt(EditLine *edit)
{
	static char text[] = "mapedge> ";

	(void)edit;
	return text;
}

static void
run_terminal(const char *path, EditLine *edit, History *lines)
{
	const char *line;
	int count, status = EXIT_SUCCESS;
	HistEvent event;
	bool done = false;

	while (!done && (line = el_gets(edit, &count)) != NULL && count > 0) {
		char *copy = strdup(line);

		if (copy == NULL)
			return;
		history(lines, &event, H_ENTER, line);
		done = run_line(path, copy, &status);
		free(copy);
	}
}

int
shell_main(const char *path)
{
	History *lines;
	HistEvent event;
	EditLine *edit;

	if (!isatty(STDIN_FILENO))
		return run_file(path);
	edit = el_init("mapedgectl", stdin, stdout, stderr);
	lines = history_init();
	if (edit == NULL || lines == NULL)
		return EXIT_FAILURE;
	history(lines, &event, H_SETSIZE, HISTORY_SIZE);
	el_set(edit, EL_PROMPT, prompt);
	el_set(edit, EL_EDITOR, "emacs");
	el_set(edit, EL_HIST, history, lines);
	el_set(edit, EL_ADDFN, "complete", "complete the word", on_tab);
	el_set(edit, EL_ADDFN, "choices", "list what could stand here", on_question);
	el_set(edit, EL_BIND, "\t", "complete", NULL);
	el_set(edit, EL_BIND, "?", "choices", NULL);
	run_terminal(path, edit, lines);
	putchar('\n');
	history_end(lines);
	el_end(edit);
	return EXIT_SUCCESS;
}
