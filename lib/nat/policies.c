/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/parts.h"

static const struct nat_policy *
find(const struct nat_config *config, uint64_t inside)
{
	const uint32_t addr = session_end_addr(inside);
	const uint16_t port = session_end_port(inside);

	for (uint32_t i = 0; i < config->policy_count; i++) {
		const struct nat_policy *policy = &config->policies[i];

		if ((addr & policy->mask) == policy->addr &&
		    (policy->space == NAT_ANY_SPACE || policy->space == (uint8_t)inside) &&
		    port >= policy->first_port && port <= policy->last_port)
			return policy;
	}
	return NULL;
}

enum nat_filtering
policy_filtering(const struct nat_config *config, uint64_t inside)
{
	const struct nat_policy *policy = find(config, inside);

	if (policy == NULL || policy->filtering == NAT_FILTERING_UNSAID)
		return config->filtering;
	return (enum nat_filtering)policy->filtering;
}

bool
policy_reserves(const struct nat_config *config, uint64_t inside)
{
	const struct nat_policy *policy = find(config, inside);

	return policy != NULL && policy->reserved;
}
