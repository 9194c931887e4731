/*
 * record/drain.c - empties the rings of a session into the trace.
 * Long, because a step goes through all of it.
 */
#include "record/drain.h"

#include "record/cpu_idle.h"
#include "record/given_up.h"
#include "base/array.h"
#include "base/kernel_clock.h"
#include "symbols/kept_files.h"
#include "record/ignored_names.h"
#include "record/ring_index.h"
#include "record/ring_server.h"
#include "record/snapshotter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#define BEAT_NS UINT64_C(10000000) /* writers rely on a beat every 20 ms */
#define STEP_NS UINT64_C(15000000) /* after that, signals must be handled again */
#define CLOSE_DOWN_NS UINT64_C(1000000000) /* for a busy ring's full chunks */
#define IDLE_MS_MAX 10
#define IDLE_QUIET_MS 19
#define QUIET_SCANS 50 /* scans of a ring since one of its chunks last changed */
#define FILL_BYTES_MS (4u << 20)
#define RINGS_MAX 65536

struct drain {
	struct drain_way way;
	const struct session *session;
	struct drain_ring **rings; /* rings not finished yet */
	size_t ring_count, ring_capacity;
	struct ring_index index; /* of `rings` */
	struct ignored_names ignored;
	struct population population;    /* of all rings found */
	struct given_up given_up;        /* processes without a ring */
	int watch;                       /* inotify, or -1 */
	int ready;                       /* epoll over `watch` and the server, or -1 */
	struct ring_server *server;      /* for processes without the directory; or NULL */
	struct snapshotter *snapshotter; /* NULL: no snapshots */
	struct cpu_idle cpu;
	bool is_given_up;
	bool is_owed; /* a ring or the directory was not opened for lack of a descriptor */
	uint64_t beat_ns;
	size_t turn; /* index of the ring that is served first in the next step */
	size_t
		asked_turn; /* the same for snapshots: no ring that asks often starves others */
};

/* ---- beats ---- */

static void ring_beat(const struct drain *drain, struct drain_ring *ring,
                      uint64_t time_ns)
{
	enum ring_policy policy = drain->way.is_flight ? RING_FLIGHT : RING_DRAIN;

	/* Of a flight recorder, too: outlive_snapshot() asks only a reader that is alive. */
	if (drain->is_given_up)
		live_ring_beat(&ring->ring, RING_FLIGHT, 0, 0);
	else
		live_ring_beat(&ring->ring, policy, (uint32_t)getpid(), time_ns);
}

/* Show all writers that the drain is alive. Called often, also in the middle of long work. */
static void drain_beat(void *context)
{
	struct drain *drain = context;
	uint64_t time_ns = kernel_now_ns();
	size_t i;

	if (time_ns - drain->beat_ns < BEAT_NS)
		return;
	drain->beat_ns = time_ns;
	for (i = 0; i < drain->ring_count; i++)
		ring_beat(drain, drain->rings[i], time_ns);
}

/* ---- make and free ---- */

static void readiness_add(const struct drain *drain, int descriptor)
{
	struct epoll_event wanted = { .events = EPOLLIN };

	if (drain->ready >= 0 && descriptor >= 0)
		epoll_ctl(drain->ready, EPOLL_CTL_ADD, descriptor, &wanted);
}

/* Keep the files of modules that processes have sent until now. */
static void offers_take(void *context)
{
	const struct drain *drain = context;

	if (drain->server)
		ring_server_empty(drain->server);
}

struct drain *drain_new(const struct drain_settings *settings, struct error *error)
{
	struct drain *drain = calloc(1, sizeof(*drain));
	char directory[64];

	if (!drain) {
		error_set(error, "out of memory");
		return NULL;
	}
	drain->session = settings->session;
	drain->way.writer = settings->writer;
	drain->way.kept = settings->kept;
	drain->way.is_flight = settings->is_flight;
	drain->way.target = settings->target;
	cpu_idle_open(&drain->cpu);
	drain->way.beat = drain_beat;
	drain->way.take_offers = offers_take;
	drain->way.context = drain;
	/* without inotify (its instances are few), each step reads the directory */
	drain->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	/* By its path another process could lead us to another directory. */
	snprintf(directory, sizeof(directory), "/proc/self/fd/%d",
	         settings->session->descriptor);
	if (drain->watch >= 0 &&
	    inotify_add_watch(drain->watch, directory, IN_MOVED_TO) < 0) {
		close(drain->watch);
		drain->watch = -1;
	}
	drain->server = ring_server_new(settings->session);
	if (drain->server && settings->kept)
		ring_server_on_module(drain->server, kept_files_offer, settings->kept);
	drain->ready = epoll_create1(EPOLL_CLOEXEC);
	readiness_add(drain, drain->watch);
	if (drain->server)
		readiness_add(drain, ring_server_descriptor(drain->server));
	if (settings->segments_every_ns) {
		/* With very little memory, record the events without snapshots. */
		drain->snapshotter = snapshotter_new(settings->segments_every_ns, error);
		if (!drain->snapshotter)
			warning("%s: the trace will not show segments over time", error->message);
	}
	return drain;
}

/* Serve the packets that were sent before the end, then close the server. */
static void server_end(struct drain *drain)
{
	offers_take(drain);
	ring_server_free(drain->server);
	drain->server = NULL;
}

void drain_free(struct drain *drain)
{
	size_t i;

	if (!drain)
		return;
	ring_index_release(&drain->index);
	for (i = 0; i < drain->ring_count; i++)
		drain_ring_free(drain->rings[i]);
	snapshotter_free(drain->snapshotter);
	server_end(drain);
	if (drain->ready >= 0)
		close(drain->ready);
	if (drain->watch >= 0)
		close(drain->watch);
	cpu_idle_close(&drain->cpu);
	free(drain->rings);
	ignored_names_release(&drain->ignored);
	population_release(&drain->population);
	free(drain->way.buffer);
	free(drain);
}

int drain_descriptor(const struct drain *drain)
{
	return drain->ready;
}

const struct drain_counts *drain_counts(const struct drain *drain)
{
	return &drain->way.counts;
}

struct population *drain_population(struct drain *drain)
{
	return &drain->population;
}

/* ---- find rings ---- */

/* Such a failure is temporary: descriptors become free when processes end. */
static bool is_descriptor_lack(int cause)
{
	return cause == EMFILE || cause == ENFILE;
}

/* `name` is shorter than LIVE_RING_NAME_BYTES. */
static int ring_add(struct drain *drain, const char *name, struct error *error)
{
	struct drain_ring *ring = NULL;
	bool is_exec = false;

	if (drain->is_given_up) {
		/* no one will read it: its memory is freed when its process ends */
		unlinkat(drain->session->descriptor, name, 0);
		return 0;
	}
	if (drain->way.counts.images < RINGS_MAX &&
	    !array_reserve(drain->rings, drain->ring_capacity, drain->ring_count + 1)) {
		ring = drain_ring_new(&drain->way, drain->session->descriptor, name,
		                      drain->session->number);
		drain->is_owed |= !ring && is_descriptor_lack(errno);
		if (!ring && is_descriptor_lack(errno))
			return 0;
	}
	if (ring && ring_index_add(&drain->index, ring, &is_exec)) {
		drain_ring_free(ring);
		ring = NULL;
	}
	if (!ring) {
		drain->way.counts.broken++;
		ignored_names_add(&drain->ignored, name);
		return 0;
	}
	drain_ring_number(&drain->way, ring);
	if (drain->snapshotter && ring->pid > 0 && !ring->has_ended)
		snapshotter_add(drain->snapshotter, ring->process, ring->pid, name, is_exec);
	population_add(&drain->population, ring->ring.header.pid, ring->ring.header.flags);
	drain->rings[drain->ring_count++] = ring;
	ring_beat(drain, ring, kernel_now_ns());
	return drain_ring_announce(&drain->way, ring, error);
}

static bool is_new_ring(const struct drain *drain, const char *name)
{
	size_t length = strlen(name);

	if (name[0] == '.' || length < 6 || strcmp(name + length - 5, ".ring") ||
	    length >= LIVE_RING_NAME_BYTES)
		return false;
	return !ring_index_has(&drain->index, name) &&
	       !ignored_names_has(&drain->ignored, name);
}

/* Find new rings by reading the whole directory. */
static int directory_read(struct drain *drain, struct error *error)
{
	int copy = openat(drain->session->descriptor, ".",
	                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int result = 0;

	drain->is_owed = !directory;
	if (!directory) {
		if (copy >= 0)
			close(copy);
		return 0;
	}
	while (!result && (entry = readdir(directory))) {
		if (!given_up_take(&drain->given_up, drain->session->descriptor,
		                   entry->d_name) &&
		    is_new_ring(drain, entry->d_name))
			result = ring_add(drain, entry->d_name, error);
	}
	closedir(directory);
	return result;
}

/* Find the rings that appeared since the last step. */
static int drain_discover(struct drain *drain, struct error *error)
{
	char events[4096] __attribute__((aligned(8)));
	const struct inotify_event *event;
	ssize_t bytes, at;

	if ((drain->watch < 0 || drain->is_owed) && directory_read(drain, error))
		return -1;
	while ((bytes = read(drain->watch, events, sizeof(events))) > 0) {
		for (at = 0; at < bytes; at += (ssize_t)(sizeof(*event) + event->len)) {
			event = (const struct inotify_event *)(events + at);
			if (event->mask & IN_Q_OVERFLOW) {
				if (directory_read(drain, error))
					return -1;
			} else if (event->len &&
			           !given_up_take(&drain->given_up, drain->session->descriptor,
			                          event->name) &&
			           is_new_ring(drain, event->name) &&
			           ring_add(drain, event->name, error)) {
				return -1;
			}
		}
	}
	return 0;
}

/* ---- steps ---- */

/* Write the snapshots and sizes taken since the last step. 0, or -1 and *error. */
static int samples_write(struct drain *drain, struct error *error)
{
	struct trace_block about = { .type = 0 };
	struct segment_packet *packet;
	int result = 0;

	if (!drain->snapshotter)
		return 0;
	while (!result && (packet = snapshotter_take(drain->snapshotter))) {
		about.type = packet->type;
		about.process = packet->process;
		result = trace_writer_block(drain->way.writer, &about, packet->payload,
		                            packet->bytes, error);
		segment_packet_free(packet);
		drain_beat(drain);
	}
	return result;
}

/* Take all that a ring contains. 0, or -1 and *error. */
static int rest_take(struct drain *drain, struct drain_ring *ring, struct error *error)
{
	if (drain_ring_take_rest(&drain->way, ring, error))
		return -1;
	drain->way.counts.asked_late += drain_ring_snapshots_asked(ring);
	given_up_see(&drain->given_up, ring);
	return 0;
}

/* Remove a ring whose process has ended and whose content is in the trace. */
static void ring_finish(struct drain *drain, size_t i)
{
	struct drain_ring *ring = drain->rings[i];

	unlinkat(drain->session->descriptor, ring->ring.name, 0);
	ring_index_remove(&drain->index, ring);
	drain_ring_free(ring);
	drain->rings[i] = drain->rings[--drain->ring_count];
}

/* Do one ring's share of a step. 0, or -1 and *error. */
static int ring_serve(struct drain *drain, size_t i, uint64_t until_ns,
                      struct error *error)
{
	struct drain_ring *ring = drain->rings[i];

	/* check this first: then all that it committed before its end is found */
	drain_ring_check(ring);
	if (drain->is_given_up)
		return 0;
	if (drain_ring_take(&drain->way, ring, until_ns, error))
		return -1;
	if (!ring->has_ended)
		return 0;
	if (drain->snapshotter)
		snapshotter_remove(drain->snapshotter, ring->process);
	if (rest_take(drain, ring, error))
		return -1;
	ring_finish(drain, i);
	return 0;
}

/*
 * How many milliseconds the rings may be left alone after a step: no longer than the smallest
 * takes to fill at 4 GB/s or, when nothing happens in any ring, as long as the beat allows.
 */
static int idle_choose(const struct drain *drain)
{
	const struct live_ring *ring;
	int idle_ms = IDLE_MS_MAX, fill_ms;
	bool is_quiet = true;
	size_t i;

	for (i = 0; i < drain->ring_count; i++) {
		ring = &drain->rings[i]->ring;
		fill_ms = (int)(ring->map_bytes / FILL_BYTES_MS);
		if (fill_ms < idle_ms)
			idle_ms = fill_ms;
		is_quiet = is_quiet && ring->quiet_scans > QUIET_SCANS;
	}
	if (is_quiet && idle_ms == IDLE_MS_MAX)
		return IDLE_QUIET_MS;
	return idle_ms < 1 ? 1 : idle_ms;
}

/*
 * Serve ring after ring for STEP_NS at most. Returns the milliseconds until the next step; 0:
 * the time was not enough; -1 and *error: the trace cannot be written.
 */
static int drain_serve(struct drain *drain, struct error *error)
{
	uint64_t until_ns = kernel_now_ns() + STEP_NS;
	size_t turns = drain->ring_count;

	/* Continue where the last step ran out of time: no busy ring starves others. */
	while (turns-- && kernel_now_ns() < until_ns) {
		if (ring_serve(drain, drain->turn++ % drain->ring_count, until_ns, error))
			return -1;
	}
	return kernel_now_ns() < until_ns ? idle_choose(drain) : 0;
}

/* The trace cannot be written any more: rings become flight recorders and keep their files. */
static int drain_give_up(struct drain *drain)
{
	size_t i;

	drain->is_given_up = true;
	server_end(drain);
	for (i = 0; i < drain->ring_count; i++)
		ring_beat(drain, drain->rings[i], 0);
	snapshotter_free(drain->snapshotter);
	drain->snapshotter = NULL;
	return -1;
}

int drain_step(struct drain *drain, struct error *error)
{
	int idle_ms;

	drain_beat(drain);
	drain->way.is_busy = cpu_is_busy(&drain->cpu, kernel_now_ns());
	if (drain->server)
		ring_server_step(drain->server);
	if (drain_discover(drain, error))
		return drain_give_up(drain);
	idle_ms = drain_serve(drain, error);
	if (idle_ms >= 0 && samples_write(drain, error))
		idle_ms = -1;
	return idle_ms < 0 ? drain_give_up(drain) : idle_ms;
}

/* Take what a ring contains now, for the last time. 0, or -1 and *error. */
static int ring_close_down(struct drain *drain, struct drain_ring *ring,
                           struct error *error)
{
	uint64_t until_ns = kernel_now_ns() + CLOSE_DOWN_NS;

	drain_ring_check(ring);
	if (!ring->has_ended && !drain->way.is_flight) {
		/* first take the chunks that writers wait for, then make them stop waiting */
		if (drain_ring_take(&drain->way, ring, until_ns, error))
			return -1;
		live_ring_beat(&ring->ring, RING_FLIGHT, 0, 0);
	}
	return rest_take(drain, ring, error);
}

/* Take the rest of all known rings. 0, or -1 and *error. */
static int rings_close_down(struct drain *drain, struct error *error)
{
	size_t i = 0;

	for (; drain->snapshotter && i < drain->ring_count; i++)
		snapshotter_remove(drain->snapshotter, drain->rings[i]->process);
	if (!drain->is_given_up && samples_write(drain, error))
		return -1;
	for (i = 0; !drain->is_given_up && i < drain->ring_count;) {
		if (ring_close_down(drain, drain->rings[i], error))
			return -1;
		if (drain->rings[i]->has_ended)
			ring_finish(drain, i);
		else
			i++;
	}
	return 0;
}

/* Another round follows while rings wait for descriptors and the last round found some. */
int drain_finish(struct drain *drain, struct error *error)
{
	unsigned images;

	server_end(drain);
	do {
		images = drain->way.counts.images;
		/* read the directory itself: the last inotify event may not have arrived yet */
		if (directory_read(drain, error) || rings_close_down(drain, error))
			return drain_give_up(drain);
	} while (drain->is_owed && drain->way.counts.images > images);
	if (!drain->is_given_up && given_up_write(&drain->given_up, &drain->way, error))
		return drain_give_up(drain);
	drain_give_up(drain);
	return 0;
}

void drain_detach(struct drain *drain)
{
	size_t i;

	for (i = 0; i < drain->ring_count; i++) {
		if (drain->rings[i]->ring.header.flags & RING_ATTACHED)
			live_ring_wish(&drain->rings[i]->ring, WISH_DETACH);
	}
}

size_t drain_live_count(const struct drain *drain)
{
	size_t i, count = 0;

	for (i = 0; i < drain->ring_count; i++)
		count += !drain->rings[i]->has_ended;
	return count;
}

pid_t drain_live(const struct drain *drain, size_t i, const char **name)
{
	size_t at;

	for (at = 0; at < drain->ring_count; at++) {
		if (drain->rings[at]->has_ended || i--)
			continue;
		*name = drain->rings[at]->ring.name;
		return drain->rings[at]->pid;
	}
	return -1;
}

pid_t drain_snapshot_asked(struct drain *drain, uint32_t *calls)
{
	struct drain_ring *ring;
	size_t i;

	for (i = 0; i < drain->ring_count; i++) {
		ring = drain->rings[drain->asked_turn++ % drain->ring_count];
		*calls = ring->has_ended ? 0 : drain_ring_snapshots_asked(ring);
		if (*calls)
			return ring->pid;
	}
	return 0;
}
