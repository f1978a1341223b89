/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/trace.h"

#include "pkt/worker.h"

_Thread_local struct trace *trace_now;

const char *
verdict_name(unsigned int verdict)
{
	static const char *const names[] = {
		[VERDICT_NEXT] = "next",
		[VERDICT_FORWARD] = "sent",
		[VERDICT_HANDOFF] = "handed over",
		[VERDICT_HOST] = "for linux",
		[VERDICT_HELD] = "waits",
		[VERDICT_DROP] = "dropped",
	};

	return names[verdict];
}
