// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that lies: libFuzzer's bytes play it (refdev/hostile/), and one test of the suite drives it. Whatever it does, the
 * test must end with a verdict, in bounded time, and touch no memory that is not the probe's: the sanitizers and libFuzzer's
 * own limits watch over that.
 *
 * The first bytes of an input say which device, which test of its plan, and how: see struct header.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "avps/clock.h"
#include "avps/devicetree.h"
#include "avps/discover.h"
#include "avps/plan.h"
#include "avps/sim.h"
#include "avps/trace.h"
#include "leftovers.h"
#include "refdev/hostile/hostile.h"
#include "refdev/machine.h"

struct header {
	u8 device; /* number in the reference machine */
	u8 test[2]; /* number in the plan of that device */
	u8 how; /* enum how */
} __attribute__((packed));

enum how {
	ALONE = 0x1, /* no reference device behind it: all it says is from the input */
	FROM_THE_START = 0x2, /* it lies while it is discovered, too */
};

#define PATIENCE_MS 200 /* of the devices' clock: enough for a few hundred looks at it */

static struct {
	void *machine; /* the reference machine */
	void *fresh; /* how it was at the start */
	const struct refdev_memory *memory;
	struct refdev_hostile hostile;
	struct avps_device devices[AVPS_MAX_DEVICES];
	struct avps_outcome outcome;
	bool in_test;
	jmp_buf after_test;
} fuzz;

/* A test that stops ends its process, which here is the fuzzer's: the linker sends its calls to us. */
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

void __wrap__exit(int status)
{
	if (fuzz.in_test)
		longjmp(fuzz.after_test, 1);
	__real__exit(status);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* For run.sh: how many devices the reference machine has. */
static void __attribute__((noreturn)) tell_devices(void)
{
	printf("%u\n", refdev_machine_ports(NULL));
	exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct avps_test *const *tests;

	if (*argc == 2 && !strcmp((*argv)[1], "--devices"))
		tell_devices();
	avps_all_tests(&tests); /* which it keeps: not to be taken for a leftover of a test */
	avps_tests_in_process = true;
	avps_set_patience_ms(PATIENCE_MS);
	fuzz.machine = calloc(1, refdev_machine_size());
	fuzz.fresh = malloc(refdev_machine_size());
	/* kselftest tells the story of each test on stdout. */
	if (!fuzz.machine || !fuzz.fresh || avps_trace_init() || avps_sim_init() || !freopen("/dev/null", "w", stdout))
		abort();
	fuzz.memory = avps_sim_memory();
	refdev_machine_init(fuzz.machine, fuzz.memory);
	memcpy(fuzz.fresh, fuzz.machine, refdev_machine_size());
	avps_tree_simulate(refdev_machine_tree(fuzz.machine), refdev_machine_tree_path);
	return 0;
}

static void run_test(const struct avps_run *run)
{
	static const struct avps_options options = { .test_limit_s = 10 };

	fuzz.in_test = true;
	if (!setjmp(fuzz.after_test))
		avps_plan_run(run, 1, NULL, &options, &fuzz.outcome);
	fuzz.in_test = false;
}

/* Makes the device of the input, and runs its test. */
static void drive(const struct header *header, const u8 *bytes, size_t len)
{
	static const struct avps_options options;
	struct avps_run *plan = NULL;
	int n;

	refdev_hostile_init(&fuzz.hostile,
			    refdev_machine_port(fuzz.machine, header->device % refdev_machine_ports(fuzz.machine)),
			    header->how & ALONE, fuzz.memory);
	if (header->how & FROM_THE_START)
		refdev_hostile_play(&fuzz.hostile, bytes, len);
	if (avps_sim_plug(&fuzz.hostile.port))
		abort();
	n = avps_plan_make(fuzz.devices, avps_discover_simulated(fuzz.devices), &options, &plan);
	if (n > 0) {
		if (!(header->how & FROM_THE_START))
			refdev_hostile_play(&fuzz.hostile, bytes, len);
		run_test(&plan[(header->test[0] << 8 | header->test[1]) % n]);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct header header;

	if (size < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	memcpy(fuzz.machine, fuzz.fresh, refdev_machine_size());
	avps_sim_clear();
	leftovers_begin();
	drive(&header, data + sizeof(header), size - sizeof(header));
	leftovers_free();
	return 0;
}
