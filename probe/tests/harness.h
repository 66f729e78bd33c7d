/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kselftest's harness for the unit tests, and what they need beyond it. Expected comes before seen in EXPECT_EQ(). */
#ifndef UNIT_HARNESS_H
#define UNIT_HARNESS_H

#include <kselftest_harness.h>
#include <signal.h>

/*
 * Whether @function ends the process by SIGABRT. Not TEST_SIGNAL: the harness takes that signal for a failed assertion,
 * also where it was asked for.
 */
static inline bool aborts(void (*function)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		function();
		_exit(0);
	}
	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
