/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/fib6.h"

#include <errno.h>
#include <stdlib.h>

int
fib6_init(struct fib6 *fib, struct routes *routes, const struct interface interfaces[FIB6_INTERFACES])
{
	*fib = (struct fib6){ .table = routes->table6, .routes = routes };
	routes->users++;
	for (int i = 0; i < FIB6_INTERFACES; i++) {
		fib->hops[i] = next_hops(routes, &interfaces[i].neighbours);
		if (fib->hops[i] == NULL) {
			fib6_clear(fib);
			return -ENOMEM;
		}
	}
	return 0;
}

void
fib6_clear(struct fib6 *fib)
{
	for (int i = 0; i < FIB6_INTERFACES; i++)
		free(fib->hops[i]);
	routes_free(fib->routes);
	*fib = (struct fib6){ 0 };
}
