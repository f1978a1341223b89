/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/registration.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *
registration_state_word(enum registration_state state)
{
	static const char *const words[] = {
		[REGISTRATION_NONE] = "none",
		[REGISTRATION_WAITING] = "waiting",
		[REGISTRATION_ASKING] = "asking",
		[REGISTRATION_DONE] = "registered",
		[REGISTRATION_REFUSED] = "refused",
		[REGISTRATION_FAILED] = "failed",
	};

	return words[state];
}

static void
go(struct registration *registration, enum registration_state state, uint64_t next_ms)
{
	registration->state = state;
	registration->next_ms = next_ms;
}

void
registration_set(struct registration *registration, u128 local, uint64_t now_ms)
{
	if (local == registration->local && registration->state != REGISTRATION_NONE)
		return;
	registration->local = local;
	if (local != 0) {
		registration_again(registration, now_ms);
		return;
	}
	go(registration, REGISTRATION_NONE, UINT64_MAX);
	snprintf(registration->reason, sizeof(registration->reason), "there is no softwire");
}

void
registration_again(struct registration *registration, uint64_t now_ms)
{
	if (registration->local == 0)
		return;
	registration->tries = 0;
	snprintf(registration->reason, sizeof(registration->reason), "our end is new");
	go(registration, REGISTRATION_WAITING, now_ms + REGISTRATION_SETTLE_MS);
}

bool
registration_tick(struct registration *registration, uint64_t now_ms)
{
	static const char late[] = "no answer in time";

	if (now_ms < registration->next_ms)
		return false;
	if (registration->state == REGISTRATION_ASKING) {
		registration_answer(registration, 0, late, sizeof(late) - 1, now_ms);
		return false;
	}
	if (registration->state != REGISTRATION_WAITING)
		return false;
	registration->tries++;
	go(registration, REGISTRATION_ASKING, now_ms + REGISTRATION_LIMIT_MS);
	return true;
}

/* A line of what a stranger says, without what a terminal or a log would not bear. */
static void
take_line(char *line, size_t size, const char *text, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < len && text[i] != '\n' && used + 1 < size; i++) {
		if (isprint((unsigned char)text[i]))
			line[used++] = text[i];
	}
	line[used] = '\0';
}

void
registration_answer(struct registration *registration, int status, const char *text, size_t len, uint64_t now_ms)
{
	char line[100];

	if (registration->state != REGISTRATION_ASKING)
		return;
	take_line(line, sizeof(line), text, len);
	if (status == 0)
		snprintf(registration->reason, sizeof(registration->reason), "try %u of %u: %s", registration->tries,
		    REGISTRATION_TRIES, line);
	else
		snprintf(registration->reason, sizeof(registration->reason), "the server answers %d: %s", status, line);
	if (status == 200)
		go(registration, REGISTRATION_DONE, UINT64_MAX);
	else if (status != 0)
		go(registration, REGISTRATION_REFUSED, UINT64_MAX);
	else if (registration->tries == REGISTRATION_TRIES)
		go(registration, REGISTRATION_FAILED, UINT64_MAX);
	else
		go(registration, REGISTRATION_WAITING, now_ms + REGISTRATION_RETRY_MS);
}

/* ---- the URL ---------------------------------------------------------------------------------------------------- */

static bool
append(char url[REGISTRATION_URL_SIZE], size_t *len, char c)
{
	if (*len + 1 >= REGISTRATION_URL_SIZE)
		return false;
	url[(*len)++] = c;
	return true;
}

static bool
append_encoded(char url[REGISTRATION_URL_SIZE], size_t *len, const char *text)
{
	bool fits = true;

	for (; *text != '\0' && fits; text++) {
		const unsigned char c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~", c) != NULL)
			fits = append(url, len, (char)c);
		else
			fits = append(url, len, '%') && append(url, len, "0123456789ABCDEF"[c >> 4]) &&
			    append(url, len, "0123456789ABCDEF"[c & 15]);
	}
	return fits;
}

int
registration_url(const char *shape, const char *user, const char *pass, char url[REGISTRATION_URL_SIZE])
{
	static const char user_here[] = "{user}", pass_here[] = "{pass}";
	size_t len = 0;
	bool fits = true;

	while (*shape != '\0' && fits) {
		if (strncmp(shape, user_here, sizeof(user_here) - 1) == 0) {
			fits = append_encoded(url, &len, user);
			shape += sizeof(user_here) - 1;
		} else if (strncmp(shape, pass_here, sizeof(pass_here) - 1) == 0) {
			fits = append_encoded(url, &len, pass);
			shape += sizeof(pass_here) - 1;
		} else {
			fits = append(url, &len, *shape++);
		}
	}
	url[len] = '\0';
	return fits ? 0 : -ENAMETOOLONG;
}
