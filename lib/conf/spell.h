/* SPDX-License-Identifier: BSD-3-Clause */
/* "Did you mean …?": the known word that is nearest to a mistyped one. */
#ifndef MAPEDGE_CONF_SPELL_H
#define MAPEDGE_CONF_SPELL_H

struct spell {
	const char *word;      /* what was written; set this and leave the rest zero */
	const char *best;      /* nearest of the words tried so far; NULL when none is near enough */
	unsigned int distance; /* edits between the two */
};

void spell_try(struct spell *spell, const char *known);

#endif
