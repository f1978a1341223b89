/* SPDX-License-Identifier: BSD-3-Clause */
#include "mask.h"

#include <ctype.h>
#include <string.h>

#define TOKEN "0123456789abcdefABCDEF:."

static void
write_name(struct mask *mask, char kind, u128 addr, FILE *out)
{
	unsigned int i = 0;

	while (i < mask->count && (mask->known[i].kind != kind || mask->known[i].addr != addr))
		i++;
	if (i == mask->count && i < MASK_ADDRESSES) {
		mask->known[i].kind = kind;
		mask->known[i].addr = addr;
		mask->count++;
	}
	fprintf(out, "<%s-%u>", kind == 'm' ? "mac" : kind == '4' ? "v4" : "v6", i + 1);
}

/* True when the token was an address and its name is written. */
static bool
write_address(struct mask *mask, const char *token, FILE *out)
{
	uint32_t ipv4;
	u128 ipv6;
	struct mac mac;

	if (ip4_parse(token, &ipv4) == 0) {
		write_name(mask, '4', ipv4, out);
	} else if (mac_parse(token, &mac) == 0) {
		ipv6 = 0;
		for (int i = 0; i < 6; i++)
			ipv6 = ipv6 << 8 | mac.byte[i];
		write_name(mask, 'm', ipv6, out);
	} else if (strchr(token, ':') != NULL && ip6_parse(token, &ipv6) == 0) {
		write_name(mask, '6', ipv6, out);
	} else {
		return false;
	}
	return true;
}

/* "192.0.2.1:80" is an address and a port; what ends a sentence is no part of an address. */
static size_t
write_token(struct mask *mask, const char *text, size_t len, FILE *out)
{
	char token[64];

	if (len >= sizeof(token))
		return 0;
	for (; len > 2; len--) {
		snprintf(token, sizeof(token), "%.*s", (int)len, text);
		if (write_address(mask, token, out))
			return len;
		if (text[len - 1] != '.' && text[len - 1] != ':' && strchr(token, '.') == NULL)
			return 0;
	}
	return 0;
}

void
mask_write(struct mask *mask, const char *text, FILE *out)
{
	while (*text != '\0') {
		const size_t len = strspn(text, TOKEN);
		size_t written = 0;

		if (len > 2 && (strcspn(text, ":.") < len))
			written = write_token(mask, text, len, out);
		text += written;
		if (written > 0)
			continue;
		/* The whole word goes, or its tail would be taken for an address. */
		do {
			fputc(*text++, out);
		} while (*text != '\0' && (isalnum((unsigned char)text[-1]) != 0 || strchr(":.", text[-1]) != NULL) &&
		    (isalnum((unsigned char)*text) != 0 || strchr(":.", *text) != NULL));
	}
}
