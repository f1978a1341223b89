/* SPDX-License-Identifier: BSD-3-Clause */
#include "manual.h"

#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "words.h"

#define SHOW_OF "-get"

static const char *const statuses[] = {
	"0: done",
	"1: refused, failed, or the answer is no",
	"2: wrong usage",
	"4: no daemon at the socket",
};

#define STATUS_COUNT (sizeof(statuses) / sizeof(statuses[0]))

/* As it is typed: "show rules" for rules-get. */
static const char *
typed_name(const struct api_command *command, char text[80])
{
	const size_t len = strlen(command->name);

	if (len > strlen(SHOW_OF) && strcmp(command->name + len - strlen(SHOW_OF), SHOW_OF) == 0)
		snprintf(text, 80, "show %.*s", (int)(len - strlen(SHOW_OF)), command->name);
	else
		snprintf(text, 80, "%s", command->name);
	return text;
}

/* "[space=WORD]" and the like. */
static void
print_argument(FILE *out, const struct argument *argument)
{
	fprintf(out, argument->required ? " " : " [");
	if (argument->type == ARGUMENT_BOOL)
		fprintf(out, "%s", argument->name);
	else if (argument->type == ARGUMENT_WORD)
		fprintf(out, "%s=%s", argument->name, argument->words);
	else
		fprintf(out, "%s=…", argument->name);
	if (!argument->required)
		fputc(']', out);
}

/* ---- for a terminal --------------------------------------------------------------------------------------------- */

void
manual_usage(FILE *out)
{
	char name[80];

	fputs("Usage: mapedgectl [-s SOCKET] [COMMAND [ARGUMENT…]] [--json | --dump]\n"
	      "\n"
	      "Without a command: how the box is, on one screen.\n"
	      "\n"
	      "Of its own:\n",
	    out);
	for (const struct command *command = local_commands; command->name != NULL; command++)
		fprintf(out, "  %-20s %s\n", command->name, command->help);
	fputs("\nAsking the daemon (* changes something):\n", out);
	for (const struct api_command *command = api_commands; command->name != NULL; command++)
		fprintf(out, "%c %-20s %s\n", command->writes ? '*' : ' ', typed_name(command, name), command->help);
	fputs("\n"
	      "  shell                commands line by line, with TAB and `?`\n"
	      "  help COMMAND         its arguments\n"
	      "\n"
	      "  -s, --socket PATH  the daemon's socket, default " CLIENT_SOCKET "\n"
	      "      --json         the answer as JSON\n"
	      "      --dump         the answer as lines: path, tab, value\n"
	      "      --help, --version\n"
	      "\n"
	      "Exit status: 0 done, 1 refused, failed or no, 2 wrong usage, 4 no daemon at the socket.\n",
	    out);
}

static void
print_help(FILE *out, const struct api_command *command)
{
	char text[128];

	fprintf(out, "mapedgectl %s", typed_name(command, text));
	for (const struct argument *a = command->arguments; a->name != NULL; a++)
		print_argument(out, a);
	fprintf(out, "\n\n%s%s\n", command->help, command->writes ? " (changes the running system)" : "");
	if (words_short(command) != NULL)
		fprintf(out, "in short: mapedgectl %s\n", words_short(command));
	if (command->arguments[0].name != NULL)
		fputc('\n', out);
	for (const struct argument *a = command->arguments; a->name != NULL; a++)
		fprintf(out, "  %-12s %s (%s%s)\n", a->name, a->help, api_argument_text(a, text),
		    a->required ? ", required" : "");
}

int
manual_help(char *const *words, int count)
{
	static char help[] = "--help";
	const struct api_command *command;

	if (count == 0) {
		manual_usage(stdout);
		return EXIT_SUCCESS;
	}
	if (words_find(words, count, &command) == 0) {
		for (const struct command *own = local_commands; own->name != NULL; own++) {
			if (count == 1 && strcmp(words[0], own->name) == 0)
				return own->run(2, (char *[]){ words[0], help, NULL });
		}
		fprintf(stderr, "mapedgectl: there is no command \"%s\" of the daemon\n", words[count - 1]);
		return EXIT_USAGE;
	}
	print_help(stdout, command);
	return EXIT_SUCCESS;
}

/* ---- pages ------------------------------------------------------------------------------------------------------ */

/* A hyphen as such, and nothing that troff takes for a request. */
static void
print_roff(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '-' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('\n', out);
}

/* A line may end behind each bar. */
static void
print_words(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		fputc(*text, out);
		if (*text == '|')
			fputs("\\:", out);
	}
}

static void
print_man_command(FILE *out, const struct api_command *command)
{
	char text[128];

	fprintf(out, ".TP\n.B ");
	print_roff(out, typed_name(command, text));
	if (words_short(command) != NULL)
		fprintf(out, "In short\n.BR %s :\n", words_short(command));
	print_roff(out, command->help);
	for (const struct argument *a = command->arguments; a->name != NULL; a++) {
		fprintf(out, ".br\n.I ");
		print_roff(out, a->name);
		fprintf(out, "\\(em %s (", a->help);
		print_words(out, api_argument_text(a, text));
		fprintf(out, "%s)\n", a->required ? ", required" : "");
	}
}

static void
print_man(FILE *out)
{
	fputs(".\\\" made from the tables of commands\n"
	      ".TH MAPEDGECTL 1 \"\" \"mapedge " MAPEDGE_VERSION "\"\n.ad l\n"
	      ".SH NAME\nmapedgectl \\- ask and command a running mapedge\n"
	      ".SH SYNOPSIS\n.B mapedgectl\n[\\-s SOCKET] [COMMAND [ARGUMENT...]] [\\-\\-json | \\-\\-dump]\n"
	      ".SH DESCRIPTION\nWithout a command, mapedgectl prints on one screen how the box is.\n"
	      "An argument is NAME=VALUE; a value alone is taken for the next argument without one, and the name of a\n"
	      "switch alone turns it on. The answer is text,\n.B \\-\\-json\nmakes it one JSON object,\n.B \\-\\-dump\n"
	      "lines of a path, a tab and a value, whose paths stay as they are when something is added.\n"
	      ".SH COMMANDS OF ITS OWN\n",
	    out);
	for (const struct command *command = local_commands; command->name != NULL; command++) {
		fprintf(out, ".TP\n.B ");
		print_roff(out, command->name);
		print_roff(out, command->help);
	}
	fputs(".SH COMMANDS FOR THE DAEMON\n", out);
	for (const struct api_command *command = api_commands; command->name != NULL; command++)
		print_man_command(out, command);
	fputs(".SH EXIT STATUS\n", out);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		fprintf(out, "%s\n.br\n", statuses[i]);
	fputs(".SH FILES\n.I " CLIENT_SOCKET "\n.SH SEE ALSO\n.BR mapedge (8)\n", out);
}

static void
print_markdown(FILE *out)
{
	char text[128];

	fputs("# Commands\n\n"
	      "Everything that the daemon's socket takes, made from its table by `mapedgectl manual markdown`. "
	      "`mapedgectl help "
	      "COMMAND` says the same on a terminal,\n"
	      "`mapedgectl shell` completes it with TAB, and the socket's names are those of `list-commands`: `show "
	      "NAME` is "
	      "`NAME-get` there. What each answers is\n"
	      "in [schema/replies.schema.json](schema/replies.schema.json).\n\n",
	    out);
	for (const struct api_command *command = api_commands; command->name != NULL; command++) {
		fprintf(out, "## %s\n\n", typed_name(command, text));
		fprintf(out, "`%s`", command->name);
		if (words_short(command) != NULL)
			fprintf(out, ", in short `mapedgectl %s`", words_short(command));
		fprintf(out, ": %s.%s\n\n", command->help, command->writes ? " It changes the running system." : "");
		if (command->arguments[0].name == NULL)
			continue;
		fputs("| argument | value | |\n|---|---|---|\n", out);
		for (const struct argument *a = command->arguments; a->name != NULL; a++)
			fprintf(out, "| `%s`%s | %s | %s |\n", a->name, a->required ? ", required" : "",
			    a->type == ARGUMENT_WORD ? "a word" : api_argument_text(a, text), a->help);
		fputc('\n', out);
	}
	fputs("## What is asked for elsewhere\n\n"
	      "Any argument is an option, too: `show drops --explain`, `apply --confirm-within 60`. Without a daemon, "
	      "or with "
	      "files, these do it:\n\n"
	      "| | |\n|---|---|\n"
	      "| `mapedgectl calc` | addresses and port sets from rules, both ways |\n"
	      "| `mapedgectl lookup --log FILE --at TIME ADDRESS:PORT` | who had it, from a rule log |\n"
	      "| `mapedgectl capture --drop REASON,… -c N -w FILE` | packets as pcapng, with the reason as comment |\n"
	      "| `mapedgectl trace add INTERFACE N [FILTER]` | the steps of the next packets |\n"
	      "| `mapedge replay -c CONF --in INTERFACE=FILE --trace -` | the same of a capture |\n"
	      "| `mapedge explain -c CONF PACKET` | what would become of a packet under a configuration |\n"
	      "| `mapedgectl monitor`, `top`, `techinfo --mask` | events as they come, traffic as it goes, all that "
	      "somebody who helps would ask for |\n\n",
	    out);
	fputs("## Exit status\n\n", out);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		fprintf(out, "- %s\n", statuses[i]);
}

static void
print_bash(FILE *out)
{
	fputs("# bash completion for mapedgectl, which itself knows what can stand where.\n"
	      "_mapedgectl() {\n"
	      "  local IFS=$'\\n'\n"
	      "  COMP_WORDBREAKS=${COMP_WORDBREAKS//=}\n"
	      "  mapfile -t COMPREPLY < <(\"${COMP_WORDS[0]}\" complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
	      "2>/dev/null)\n"
	      "  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
	      "}\n"
	      "complete -F _mapedgectl mapedgectl\n",
	    out);
}

int
manual_main(char *const *words, int count)
{
	static const struct {
		const char *name;
		void (*print)(FILE *out);
	} pages[] = { { "man", print_man }, { "markdown", print_markdown }, { "bash", print_bash } };

	for (size_t i = 0; count == 1 && i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(words[0], pages[i].name) == 0) {
			pages[i].print(stdout);
			return EXIT_SUCCESS;
		}
	}
	fputs("Usage: mapedgectl manual man|markdown|bash\n", stderr);
	return EXIT_USAGE;
}

/* ---- completion ------------------------------------------------------------------------------------------------- */

static void
print_word(void *context, const char *word, const char *help)
{
	(void)context;
	(void)help;
	puts(word);
}

int
manual_complete(char *const *words, int count)
{
	if (count == 0)
		return EXIT_USAGE;
	words_complete(words, count, print_word, NULL);
	for (const struct command *command = local_commands; count == 1 && command->name != NULL; command++) {
		if (strncmp(command->name, words[0], strlen(words[0])) == 0 && api_command_find(command->name) == NULL)
			puts(command->name);
	}
	return EXIT_SUCCESS;
}
