/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/bank.h"

#include <stdlib.h>
#include <string.h>

#define PROBES 8 /* before all bits are looked at */
#define NO_ORDINAL UINT32_MAX

/* Where a port's bit is, in words from the beginning. */
struct place {
	uint32_t word;
	uint64_t bit;
};

static struct place
place_of(const struct bank *bank, uint16_t port)
{
	const uint32_t index = portset_index(&bank->set, port);
	const uint32_t home = index % bank->workers, ordinal = index / bank->workers;

	return (struct place){ home * bank->words + ordinal / 64, UINT64_C(1) << ordinal % 64 };
}

struct bank *
bank_new(const struct portset *set, uint16_t workers)
{
	const uint32_t count = portset_count(set), each = (count + workers - 1) / workers;
	struct bank *bank = aligned_alloc(64, sizeof(*bank));

	if (bank == NULL)
		return NULL;
	memset(bank, 0, sizeof(*bank));
	bank->users = 1;
	bank->set = *set;
	bank->workers = workers;
	bank->each = each;
	bank->words = (uint16_t)((each + BANK_LINE_PORTS - 1) / BANK_LINE_PORTS * (BANK_LINE_PORTS / 64));
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		for (uint32_t i = 0; i < count; i++) {
			const uint16_t port = portset_port(set, i);
			const struct place place = place_of(bank, port);

			bank->free[space][place.word] |= place.bit;
			bank->owner[space][port] = (uint8_t)(i % workers);
		}
	}
	return bank;
}

void
bank_free(struct bank *bank)
{
	if (bank != NULL && --bank->users == 0)
		free(bank);
}

bool
bank_is_taken(const struct bank *bank, unsigned int space, uint16_t port)
{
	const struct place place = place_of(bank, port);

	return (__atomic_load_n(&bank->free[space][place.word], __ATOMIC_RELAXED) & place.bit) == 0;
}

void
bank_allow_none(const struct bank *bank, struct bank_ports *ports)
{
	memset(ports->bits, 0, (size_t)bank->workers * bank->words * sizeof(ports->bits[0]));
}

void
bank_allow(const struct bank *bank, struct bank_ports *ports, uint16_t port)
{
	const struct place place = place_of(bank, port);

	ports->bits[place.word] |= place.bit;
}

/* ---- taking and giving back ------------------------------------------------------------------------------------- */

/* What the worker before has written about the port's last use is read after this. */
static bool
claim(struct bank *bank, unsigned int space, struct place place)
{
	return (__atomic_fetch_and(&bank->free[space][place.word], ~place.bit, __ATOMIC_ACQUIRE) & place.bit) != 0;
}

bool
bank_claim(struct bank *bank, unsigned int space, uint16_t port, uint16_t worker)
{
	if (!claim(bank, space, place_of(bank, port)))
		return false;
	bank_set_owner(bank, space, port, worker);
	return true;
}

void
bank_give_back(struct bank *bank, unsigned int space, uint16_t port)
{
	const struct place place = place_of(bank, port);

	(void)__atomic_fetch_or(&bank->free[space][place.word], place.bit, __ATOMIC_RELEASE);
}

/* The bits of a word of the home that would do. */
static inline uint64_t
fitting(const struct bank *bank, const struct bank_wish *wish, uint32_t word)
{
	const uint32_t at = (uint32_t)wish->home * bank->words + word;

	return __atomic_load_n(&bank->free[wish->space][at], __ATOMIC_RELAXED) & wish->allowed->bits[at] & wish->of_64;
}

/* The n-th fitting bit of the home, counted from 0, as its ordinal; NO_ORDINAL when meanwhile there are fewer. */
static uint32_t
nth_fitting(const struct bank *bank, const struct bank_wish *wish, uint32_t n)
{
	for (uint32_t word = 0; word < bank->words; word++) {
		uint64_t bits = fitting(bank, wish, word);
		const uint32_t count = (uint32_t)__builtin_popcountll(bits);

		if (n >= count) {
			n -= count;
			continue;
		}
		for (; n > 0; n--)
			bits &= bits - 1;
		return word * 64 + (uint32_t)__builtin_ctzll(bits);
	}
	return NO_ORDINAL;
}

static uint32_t
count_fitting(const struct bank *bank, const struct bank_wish *wish)
{
	uint32_t count = 0;

	for (uint32_t word = 0; word < bank->words; word++)
		count += (uint32_t)__builtin_popcountll(fitting(bank, wish, word));
	return count;
}

uint16_t
bank_take_at(struct bank *bank, const struct bank_wish *wish, uint32_t ordinal)
{
	const struct place place = { (uint32_t)wish->home * bank->words + ordinal / 64, UINT64_C(1) << ordinal % 64 };
	uint16_t port;

	if ((fitting(bank, wish, ordinal / 64) & place.bit) == 0 || !claim(bank, wish->space, place))
		return 0;
	port = bank_port_at(bank, wish->home, ordinal);
	bank_set_owner(bank, wish->space, port, wish->worker);
	return port;
}

/* Where most ports are free a few guesses find one; else the free ones are counted, and somebody may be faster each time. */
uint16_t
bank_take(struct bank *bank, const struct bank_wish *wish, struct random *random)
{
	uint32_t count, ordinal;
	uint16_t port = 0;

	for (int i = 0; i < PROBES && port == 0; i++)
		port = bank_take_at(bank, wish, bank_draw(bank, random));
	while (port == 0 && (count = count_fitting(bank, wish)) > 0) {
		ordinal = nth_fitting(bank, wish, random_below(random, count));
		if (ordinal != NO_ORDINAL)
			port = bank_take_at(bank, wish, ordinal);
	}
	return port;
}
