/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/ident.h"

#define ROUNDS 4 /* of a Feistel network with a pseudo-random round function: Luby and Rackoff */

/* A step that divides 2^32 leads back to the worker's own numbers when the counter comes round, any other to its neighbour's. */
void
ident_init(struct ident *ident, const struct hash_key *key, uint32_t worker, uint32_t workers)
{
	*ident = (struct ident){ .key = *key, .counter = worker, .step = 1 };
	while (ident->step < workers)
		ident->step *= 2;
}

uint32_t
ident_next(struct ident *ident)
{
	uint32_t left = ident->counter >> 16, right = ident->counter & 0xffff;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		const uint32_t next = left ^ (uint32_t)(hash_sip(&ident->key, round << 16 | right) & 0xffff);

		left = right;
		right = next;
	}
	ident->counter += ident->step;
	return left << 16 | right;
}

void
ident4_init(struct ident4 *ident, struct random *random, uint32_t worker, uint32_t workers)
{
	*ident = (struct ident4){ .key = random_fork(random).key, .worker = (uint16_t)worker, .step = 1 };
	while (ident->step < workers)
		ident->step = (uint16_t)(ident->step * 2);
	for (unsigned int i = 0; i < IDENT4_COUNTERS; i++)
		ident->counter[i] = (uint16_t)random_u64(random);
}

uint16_t
ident4_next(struct ident4 *ident, uint32_t dst, uint8_t protocol)
{
	uint16_t *counter = &ident->counter[hash_pair(&ident->key, dst, protocol) % IDENT4_COUNTERS];
	uint16_t id;

	do
		id = (uint16_t)((*counter)++ * ident->step + ident->worker);
	while (id == 0);
	return id;
}
