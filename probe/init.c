// SPDX-License-Identifier: GPL-2.0-or-later
/* Process 1 of the guest: makes the machine usable, has the session, powers off. */
#include "avps/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "avps/clock.h"
#include "avps/discover.h"
#include "avps/dma.h"
#include "avps/report.h"
#include "avps/session.h"
#include "avps/trace.h"

#define OPTIONS_PATH "/avps.json"
#define DMA_PAGES 4

static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY)
		fprintf(stderr, "avps: mounting %s: %s\n", where, strerror(errno));
}

/*
 * Declares the kernel's random numbers ready. JSON-C asks for some to seed its hash tables, and a virtual machine without
 * RDRAND would make it wait for seconds; nothing in the probe needs a secret.
 */
static void seed_random(void)
{
	struct {
		struct rand_pool_info info;
		u32 data[8];
	} seed = { .info = { .entropy_count = 256, .buf_size = sizeof(seed.data) } };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	seed.data[0] = avps_now_us();
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		perror("avps: seeding /dev/urandom");
	if (fd >= 0)
		close(fd);
}

static void __attribute__((noreturn)) power_off(void)
{
	/* Without firmware that could, Linux only halts; a restart ends a machine that was told not to. */
	bool firmware = !access("/sys/firmware/acpi", F_OK) || !access("/sys/firmware/devicetree", F_OK);

	reboot(firmware ? RB_POWER_OFF : RB_AUTOBOOT);
	abort(); /* what is left: a panic, which the host sees */
}

/* Whether there is a port behind a serial terminal: the driver makes a fixed number of them. */
static bool is_port(const char *tty)
{
	char path[64];
	int type = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/tty/%s/type", tty);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%d", &type) != 1)
		type = 0;
	fclose(file);
	return type != 0; /* PORT_UNKNOWN */
}

/* The terminal of the record stream: the named one, else the second serial port, else the console. */
static const char *stream_path(const struct avps_options *options)
{
	static char path[64];

	if (options->stream[0]) {
		snprintf(path, sizeof(path), "/dev/%s", options->stream);
		return path;
	}
	return is_port("ttyS1") ? "/dev/ttyS1" : "/dev/console";
}

void avps_init_main(void)
{
	struct avps_options options;
	char why[200] = "";
	int err, options_err;

	mount_one("devtmpfs", "/dev");
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	/* kselftest tells the story of each test on stdout; the records do that. Its complaints go to stderr. */
	if (!freopen("/dev/null", "w", stdout))
		perror("avps: /dev/null");
	seed_random();
	options_err = avps_options_read(OPTIONS_PATH, &options, why, sizeof(why));
	avps_set_patience_ms(options.patience_ms);
	err = avps_stream_open(stream_path(&options));
	if (err) {
		fprintf(stderr, "avps: record stream %s: %s\n", stream_path(&options), strerror(-err));
		power_off();
	}
	avps_report_hello(&options);
	err = avps_trace_init();
	if (!err)
		err = avps_dma_init_hugepages(DMA_PAGES);
	if (options_err)
		avps_report_log("error", "%s", why);
	else if (err)
		avps_report_log("error", "DMA memory (%d huge pages): %s", DMA_PAGES, strerror(-err));
	if (options_err || err)
		avps_session_end();
	else
		avps_session(&options, avps_discover);
	power_off();
}
