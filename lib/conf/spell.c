/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/spell.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SPELL_MAX 32 /* longer words are nobody's typing error */

static unsigned int
least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits that lead from one word to the other: a letter more, less, other, or two swapped. Case is no edit. */
static unsigned int
edits(const char *a, const char *b)
{
	const size_t a_len = strlen(a), b_len = strlen(b);
	unsigned int cost[SPELL_MAX + 1][SPELL_MAX + 1];

	for (unsigned int i = 0; i <= a_len; i++)
		cost[i][0] = i;
	for (unsigned int j = 0; j <= b_len; j++)
		cost[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			cost[i][j] = least(cost[i - 1][j - 1] + !same(a[i - 1], b[j - 1]),
			    least(cost[i - 1][j], cost[i][j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[a_len][b_len];
}

void
spell_try(struct spell *spell, const char *known)
{
	const size_t word_len = strlen(spell->word), known_len = strlen(known);
	unsigned int distance;

	if (word_len > SPELL_MAX || known_len > SPELL_MAX)
		return;
	/* A third of the letters wrong is another word. */
	distance = edits(spell->word, known);
	if (distance > (known_len + 2) / 3 || distance >= word_len)
		return;
	if (spell->best == NULL || distance < spell->distance) {
		spell->best = known;
		spell->distance = distance;
	}
}
