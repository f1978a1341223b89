/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/express.h"

express_of_ways express_lanes = {
	[WORK_BR] = { br_down_express, br_up_express },
	[WORK_CE] = { ce_up_express, ce_down_express },
	[WORK_CE_PLAIN] = { forward_express, forward_express },
	[WORK_CE_OFF] = { forward_express, forward_express },
};
