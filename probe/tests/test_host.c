// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the host to act: over a stream whose far end the test holds, and somebody in the host's place. */
#include "harness.h"

#include <errno.h>
#include <sys/socket.h>
#include <zlib.h>

#include "avps/host.h"
#include "avps/report.h"

FIXTURE(host)
{
	int far; /* the host's end */
	struct json_object *actions;
	char why[100];
};

FIXTURE_SETUP(host)
{
	int ends[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	self->far = ends[0];
	ASSERT_EQ(0, avps_stream_use(ends[1]));
	self->actions = json_tokener_parse("[\"jump\", \"block-resize\"]");
	ASSERT_EQ(0, avps_host_allow(self->actions));
}

FIXTURE_TEARDOWN(host)
{
	close(self->far);
	json_object_put(self->actions);
}

/* The host says this before it is asked: it is there when the probe looks. */
static void say(FIXTURE_DATA(host) * self, const char *json)
{
	if (dprintf(self->far, "@avps 0 %zu %08lx %s\n", strlen(json), crc32(0, (const Bytef *)json, strlen(json)),
		    json) < 0)
		abort();
}

static int ask(FIXTURE_DATA(host) * self, const char *request)
{
	return avps_host_act(json_tokener_parse(request), self->why, sizeof(self->why));
}

/* What the probe has sent, from the JSON of its last record on. */
static const char *sent(FIXTURE_DATA(host) * self)
{
	static char text[1000];
	ssize_t got = recv(self->far, text, sizeof(text) - 1, MSG_DONTWAIT);
	char *last = NULL;

	text[got > 0 ? got : 0] = '\0';
	for (char *at = text; (at = strchr(at, '{')); at++)
		if (at == text || at[-1] == ' ')
			last = at;
	if (last)
		last[strcspn(last, "\n")] = '\0';
	return last ?: "(nothing)";
}

TEST_F(host, can_do_what_is_allowed)
{
	EXPECT_TRUE(avps_host_can("jump"));
	EXPECT_TRUE(avps_host_can("block-resize"));
	EXPECT_FALSE(avps_host_can("block"));
	ASSERT_EQ(0, avps_host_allow(NULL));
	EXPECT_FALSE(avps_host_can("jump"));
}

TEST_F(host, is_not_asked_for_anything_else)
{
	EXPECT_EQ(-EOPNOTSUPP, ask(self, "{\"what\": \"fly\"}"));
	EXPECT_STREQ("the host can't do fly", self->why);
	EXPECT_EQ(-EOPNOTSUPP, ask(self, "{}"));
	EXPECT_STREQ("(nothing)", sent(self));
}

/* The id of the question is the number of its record. */
TEST_F(host, is_asked_by_a_record)
{
	avps_report_log("info", "record 0");
	say(self, "{\"type\": \"answer\", \"id\": 1, \"done\": true, \"why\": null}");
	EXPECT_EQ(0, ask(self, "{\"what\": \"jump\", \"how\": [1, 2]}"));
	EXPECT_STREQ("", self->why);
	EXPECT_STREQ("{\"type\":\"ask\",\"id\":1,\"what\":\"jump\",\"how\":[1,2]}", sent(self));
}

TEST_F(host, says_why_it_is_not_done)
{
	say(self, "{\"type\": \"answer\", \"id\": 0, \"done\": false, \"why\": \"no legs\"}");
	EXPECT_EQ(-EIO, ask(self, "{\"what\": \"jump\"}"));
	EXPECT_STREQ("no legs", self->why);
	say(self, "{\"type\": \"answer\", \"id\": 1, \"done\": false, \"why\": null}");
	EXPECT_EQ(-EIO, ask(self, "{\"what\": \"jump\"}"));
	EXPECT_STREQ("the host does not say why", self->why);
	say(self, "{\"type\": \"answer\", \"id\": 2}");
	EXPECT_EQ(-EIO, ask(self, "{\"what\": \"jump\"}"));
}

TEST_F(host, has_something_to_tell)
{
	struct json_object *answer;

	say(self, "{\"type\": \"answer\", \"id\": 0, \"done\": true, \"why\": null, \"height\": 3}");
	EXPECT_EQ(0,
		  avps_host_ask(json_tokener_parse("{\"what\": \"jump\"}"), 9, &answer, self->why, sizeof(self->why)));
	EXPECT_EQ(3, json_object_get_int(json_object_object_get(answer, "height")));
	json_object_put(answer);
	say(self, "{\"type\": \"answer\", \"id\": 1, \"done\": false, \"why\": \"no legs\"}");
	EXPECT_EQ(-EIO,
		  avps_host_ask(json_tokener_parse("{\"what\": \"jump\"}"), 9, &answer, self->why, sizeof(self->why)));
	EXPECT_EQ(NULL, answer);
	EXPECT_STREQ("no legs", self->why);
	shutdown(self->far, SHUT_WR);
	EXPECT_EQ(-ETIMEDOUT,
		  avps_host_ask(json_tokener_parse("{\"what\": \"jump\"}"), 9, &answer, self->why, sizeof(self->why)));
	EXPECT_STREQ("the host did not answer within 9 s", self->why);
	EXPECT_EQ(-EOPNOTSUPP,
		  avps_host_ask(json_tokener_parse("{\"what\": \"jump\"}"), 9, &answer, self->why, sizeof(self->why)));
	EXPECT_EQ(NULL, answer);
}

/* They answer what was asked before, and given up. */
TEST_F(host, may_say_other_things_first)
{
	say(self, "{\"type\": \"answer\", \"id\": 7, \"done\": false, \"why\": \"too late\"}");
	say(self, "{\"type\": \"answer\", \"id\": \"0\", \"done\": false, \"why\": \"no number\"}");
	say(self, "{\"type\": \"done\", \"id\": 0}");
	say(self, "{}");
	say(self, "{\"type\": \"answer\", \"id\": 0, \"done\": true, \"why\": null}");
	EXPECT_EQ(0, ask(self, "{\"what\": \"jump\"}"));
}

/* One that does not answer costs its patience once. */
TEST_F(host, is_not_asked_again_when_it_is_silent)
{
	shutdown(self->far, SHUT_WR); /* nothing can come any more: the probe need not wait */
	EXPECT_EQ(-ETIMEDOUT, ask(self, "{\"what\": \"jump\"}"));
	EXPECT_STREQ("the host did not answer within 5 s", self->why);
	EXPECT_FALSE(avps_host_can("jump"));
	sent(self);
	EXPECT_EQ(-EOPNOTSUPP, ask(self, "{\"what\": \"jump\"}"));
	EXPECT_STREQ("(nothing)", sent(self));
}

/* As a test does: in a child, after which its parent goes on. */
static int ask_in_child(FIXTURE_DATA(host) * self, const char *request)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(-ask(self, request));
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -1000;
}

TEST_F(host, leaves_to_the_parent_what_a_child_read_too_much)
{
	struct json_object *rest;

	say(self, "{\"type\": \"answer\", \"id\": 0, \"done\": true, \"why\": null}");
	say(self, "{\"type\": \"done\"}");
	EXPECT_EQ(0, ask_in_child(self, "{\"what\": \"jump\"}"));
	rest = avps_stream_receive(0);
	EXPECT_STREQ("{\"type\":\"done\"}", json_object_to_json_string_ext(rest, JSON_C_TO_STRING_PLAIN));
	json_object_put(rest);
	say(self, "{\"type\": \"answer\", \"id\": 1, \"done\": true, \"why\": null}");
	EXPECT_EQ(0, ask(self, "{\"what\": \"jump\"}")); /* and knows that a number was used */
}

TEST_F(host, is_known_to_be_silent_by_all)
{
	shutdown(self->far, SHUT_WR);
	EXPECT_EQ(-ETIMEDOUT, ask_in_child(self, "{\"what\": \"jump\"}"));
	EXPECT_FALSE(avps_host_can("jump"));
}

static bool can_swim(const char *what)
{
	return !strcmp(what, "swim");
}

static int swim(struct json_object *request, char *why, size_t why_size)
{
	snprintf(why, why_size, "%zu keys", (size_t)json_object_object_length(request));
	return -EIO;
}

TEST_F(host, may_be_replaced)
{
	const struct avps_host another = { .can = can_swim, .act = swim };
	struct json_object *answer;

	avps_host_use(&another);
	EXPECT_FALSE(avps_host_can("jump"));
	EXPECT_TRUE(avps_host_can("swim"));
	EXPECT_EQ(-EIO, ask(self, "{\"what\": \"swim\", \"where\": 3}"));
	EXPECT_STREQ("2 keys", self->why);
	EXPECT_EQ(-EOPNOTSUPP,
		  avps_host_ask(json_tokener_parse("{\"what\": \"swim\"}"), 9, &answer, self->why, sizeof(self->why)));
	EXPECT_EQ(-EOPNOTSUPP, ask(self, "{\"what\": \"jump\"}"));
	avps_host_use(NULL);
	EXPECT_TRUE(avps_host_can("jump"));
	EXPECT_STREQ("(nothing)", sent(self));
}

TEST_HARNESS_MAIN
