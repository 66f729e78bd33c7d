// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "avps/init.h"
#include "avps/version.h"

int main(int argc, char **argv)
{
	if (getpid() == 1)
		avps_init_main();
	if (argc == 2 && !strcmp(argv[1], "list")) {
		avps_list_main();
		return 0;
	}
	fprintf(stderr,
		"avps probe %s\n"
		"In a guest it is process 1. On a host: %s list   prints its tests as JSON\n",
		AVPS_VERSION, argv[0]);
	return 2;
}
