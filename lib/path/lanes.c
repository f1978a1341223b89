/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/express.h"

const struct lanes express_lanes = {
#if defined(__AVX2__)
	.cpu = "x86-64-v3",
#else
	.cpu = "every CPU",
#endif
	.of = {
		[WORK_BR] = { br_down_express, br_up_express },
		[WORK_CE] = { ce_up_express, ce_down_express },
		[WORK_CE_PLAIN] = { forward_express, forward_express },
		[WORK_CE_OFF] = { forward_express, forward_express },
	},
};
