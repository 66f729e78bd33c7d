// SPDX-License-Identifier: GPL-2.0-or-later
/* What is linked in, as data for the host: `probe list`. */
#include <json-c/json.h>
#include <stdio.h>

#include "avps/init.h"
#include "avps/judge.h"
#include "avps/test.h"

/* Filled by the CHECK macros; the linker marks both ends. */
extern const struct avps_site *__start_avps_sites[] __attribute__((weak));
extern const struct avps_site *__stop_avps_sites[] __attribute__((weak));

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static struct json_object *test_json(const struct avps_test *test)
{
	struct json_object *object = json_object_new_object();
	struct json_object *clauses = json_object_new_array(), *needs = json_object_new_array();
	char name[128];

	avps_test_name(test, name, sizeof(name));
	add_text(object, "test", name);
	add_text(object, "suite", test->suite->name);
	json_object_object_add(object, "virtio_id",
			       test->suite->virtio_id ? json_object_new_int(test->suite->virtio_id) : NULL);
	add_text(object, "transport", test->suite->transport);
	json_object_object_add(object, "ring", json_object_new_boolean(test->ring_use != AVPS_NO_RING));
	for (int i = 0; test->clauses[i]; i++)
		json_object_array_add(clauses, json_object_new_string(test->clauses[i]));
	json_object_object_add(object, "clauses", clauses);
	for (const int *need = test->needs; need && *need >= 0; need++)
		json_object_array_add(needs, json_object_new_int(*need));
	json_object_object_add(object, "needs", needs);
	add_text(object, "host", test->host);
	json_object_object_add(object, "on_demand", json_object_new_boolean(test->on_demand));
	add_text(object, "file", test->file);
	json_object_object_add(object, "line", json_object_new_int(test->line));
	return object;
}

static struct json_object *site_json(const struct avps_site *site)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "clause", site->clause);
	add_text(object, "file", site->file);
	json_object_object_add(object, "line", json_object_new_int(site->line));
	return object;
}

void avps_list_main(void)
{
	struct json_object *all = json_object_new_object();
	struct json_object *tests = json_object_new_array(), *sites = json_object_new_array();
	const struct avps_test *const *list;
	size_t n = avps_all_tests(&list);

	for (size_t i = 0; i < n; i++)
		json_object_array_add(tests, test_json(list[i]));
	for (const struct avps_site **site = __start_avps_sites; site < __stop_avps_sites; site++)
		json_object_array_add(sites, site_json(*site));
	json_object_object_add(all, "tests", tests);
	json_object_object_add(all, "checks", sites);
	puts(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}
