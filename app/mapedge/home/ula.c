/* SPDX-License-Identifier: BSD-3-Clause */
#include "home/ula.h"

#include <stdio.h>
#include <sys/random.h>

#include "kept.h"
#include "log.h"
#include "provision/home.h"

#define STATE_FILE "ula"

static bool
recall(const char *file, struct prefix6 *ula)
{
	char text[PREFIX_TEXT_SIZE];
	const int len = kept_read(file, (uint8_t *)text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return prefix6_parse(text, ula) == 0 && home_is_ula(ula);
}

/* One that cannot be kept is none: with the next start hosts would have another one. */
static int
make(const char *file, struct prefix6 *ula, struct error *err)
{
	char text[PREFIX_TEXT_SIZE + 1];
	uint64_t random;
	size_t len;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return error_set(err, EIO, "no random numbers from the system");
	*ula = home_ula(random);
	log_notice("lan: new unique local prefix=%s", prefix6_format(ula, text));
	len = strlen(text);
	text[len++] = '\n';
	return kept_write(file, (const uint8_t *)text, len, err);
}

int
ula_open(const struct conf *conf, struct prefix6 *ula, struct error *err)
{
	char file[CONF_TEXT_SIZE + sizeof("/" STATE_FILE)];

	*ula = conf->lan.ula;
	if (!conf->lan.generates_ula)
		return 0;
	snprintf(file, sizeof(file), "%s/" STATE_FILE, conf->access.state);
	return recall(file, ula) ? 0 : make(file, ula, err);
}
