/*
 * record/snapshotter.c - takes snapshots of living processes on schedule.
 * Long, because the schedule, its lock and its two threads belong together.
 */
#include "record/snapshotter.h"

#include "base/array.h"
#include "base/kernel_clock.h"
#include "base/uthash.h"
#include "record/snapshot_thread.h"
#include "record/pace.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * First snapshots of a process and all others have separate budgets, so that neither a stream
 * of short processes nor a large process can prevent the other kind. After a snapshot that took
 * t of processor time, no snapshot of its kind is taken for this many times t. (Snapshots are
 * also written: that costs extra.)
 */
#define FIRST_FACTOR 400
#define OTHER_FACTOR 180
#define FIRST_AHEAD_NS (20 * SECOND_NS) /* credit if many processes begin at once */
#define SAVED_NS SECOND_NS              /* the unspent budget that is kept, at most */
/*
 * A process that has grown gets an early snapshot only from savings beyond this. Otherwise all
 * processes would spend the savings while they start, and get no snapshot for a time
 * afterwards.
 */
#define SAVED_FOR_OTHERS_NS (SAVED_NS / 2)
/*
 * A process that has grown by a good part gets a snapshot on credit: its memory may be gone
 * before the snapshot is paid for.
 */
#define CREDIT_NS SECOND_NS
#define HEAP_DIVISOR 20  /* a heap is clearly larger than another by this part */
#define PACKETS_MAX 1024 /* in the queue: wait until some are taken */
#define SIZES_PACKETS_MAX 8192
#define BURST_NS SNAPSHOTS_APART_NS /* between processes of one burst, at most */
#define END_WAIT_S 2 /* a snapshot may hang if the process's memory does */

struct sampled {
	struct watched watched; /* while is_busy, the snapshot thread's alone */
	/* under the lock (and otherwise the field above, too): */
	bool is_busy;             /* a snapshot is being taken */
	bool is_read;             /* its size is being read */
	bool is_removed;          /* the thread that uses it must free it */
	uint64_t read_ns;         /* when to read the size next */
	struct watched_size size; /* the last reading; the reading thread's */
	struct segment_sizes sizes;
	struct segment_packet *newest; /* held back, since it may be the last */
	struct segment_packet *heap;   /* the same for the pages of its heap */
	uint64_t heap_pages;           /* the most in any heap that was queued */
	uint64_t same_ns; /* when it was last known to equal `newest`; 0: never */
	size_t at;        /* its index in the sampler's list */
	UT_hash_handle by_process;
};

struct snapshotter {
	pthread_mutex_t lock;
	struct snapshot_thread takers, readings; /* for snapshots; for sizes */
	uint64_t every_ns;
	struct size_pace pace;
	bool is_ending;
	struct sampled **sampled, *by_process; /* list and hash table of the same */
	size_t count, capacity;
	uint64_t added_ns; /* when the newest process was added */
	struct segment_queue queue;
	/* when the snapshots so far are paid for: first ones, others */
	uint64_t first_paid_ns, paid_ns;
};

/* ---- the queue; under the lock ---- */

/*
 * If nothing had changed for longer than the interval, record that by a copy of the snapshot.
 */
static void same_settle(struct snapshotter *snapshotter, struct sampled *sampled)
{
	struct segment_packet *again = NULL;

	if (sampled->newest &&
	    sampled->same_ns >= sampled->newest->time_ns + snapshotter->every_ns)
		again = segment_packet_again(sampled->newest, sampled->same_ns);
	sampled->same_ns = 0;
	if (!again)
		return;
	segment_queue_push(&snapshotter->queue, sampled->newest);
	sampled->newest = again;
}

/* Queue the previous snapshot: it was not the last. */
static void newest_set(struct snapshotter *snapshotter, struct sampled *sampled,
                       struct segment_packet *packet)
{
	same_settle(snapshotter, sampled);
	if (sampled->newest)
		segment_queue_push(&snapshotter->queue, sampled->newest);
	sampled->newest = packet;
}

static void newest_end(struct snapshotter *snapshotter, struct sampled *sampled)
{
	struct segments_sample header;

	same_settle(snapshotter, sampled);
	if (!sampled->newest)
		return;
	memcpy(&header, sampled->newest->payload, sizeof(header));
	header.reason |= SEGMENTS_LAST;
	memcpy(sampled->newest->payload, &header, sizeof(header));
	newest_set(snapshotter, sampled, NULL);
}

/*
 * Queue the pages of a heap at once if it is clearly larger than any before; else hold them
 * back, since they may be the last.
 */
static void heap_set(struct snapshotter *snapshotter, struct sampled *sampled)
{
	struct segment_packet *heap = sampled->watched.heap;
	uint64_t pages = sampled->watched.heap_pages;

	if (!heap)
		return;
	sampled->watched.heap = NULL;
	segment_packet_free(sampled->heap);
	sampled->heap = NULL;
	if (pages <= sampled->heap_pages + sampled->heap_pages / HEAP_DIVISOR) {
		sampled->heap = heap;
		return;
	}
	sampled->heap_pages = pages;
	segment_queue_push(&snapshotter->queue, heap);
}

static void heap_end(struct snapshotter *snapshotter, struct sampled *sampled)
{
	if (sampled->heap)
		segment_queue_push(&snapshotter->queue, sampled->heap);
	sampled->heap = NULL;
}

struct segment_packet *snapshotter_take(struct snapshotter *snapshotter)
{
	struct segment_packet *packet;

	pthread_mutex_lock(&snapshotter->lock);
	packet = segment_queue_take(&snapshotter->queue);
	pthread_mutex_unlock(&snapshotter->lock);
	return packet;
}

/* Queue the sizes read so far. */
static void sizes_hand(struct snapshotter *snapshotter, struct sampled *sampled)
{
	struct segment_packet *packet;

	if (snapshotter->queue.count >= SIZES_PACKETS_MAX)
		return; /* they are thinned out instead */
	packet = watched_sizes_packet(&sampled->watched, &sampled->sizes);
	if (packet)
		segment_queue_push(&snapshotter->queue, packet);
}

/*
 * If the process had become another program before the first snapshot, its sizes may be the
 * other program's: drop them.
 */
static void sizes_end(struct snapshotter *snapshotter, struct sampled *sampled)
{
	if (!sampled->is_busy && sampled->watched.is_another && !sampled->watched.last_ns)
		return;
	segment_sizes_end(&sampled->sizes);
	sizes_hand(snapshotter, sampled);
}

/* The time from which first snapshots may be taken. */
static uint64_t first_due_ns(const struct snapshotter *snapshotter)
{
	uint64_t paid_ns = snapshotter->first_paid_ns;

	return paid_ns > FIRST_AHEAD_NS ? paid_ns - FIRST_AHEAD_NS : 0;
}

/* ---- the processes ---- */

/* No thread may use it any more. */
static void sampled_free(struct sampled *sampled)
{
	watched_release(&sampled->watched);
	segment_packet_free(sampled->newest);
	segment_packet_free(sampled->heap);
	free(sampled);
}

void snapshotter_add(struct snapshotter *snapshotter, uint32_t process, pid_t pid,
                     const char *ring, bool is_exec)
{
	struct sampled *sampled = calloc(1, sizeof(*sampled));
	uint64_t now_ns = kernel_now_ns();

	if (!sampled)
		return;
	watched_init(&sampled->watched, process, pid, ring, is_exec);
	pthread_mutex_lock(&snapshotter->lock);
	if (snapshotter->added_ns && now_ns < snapshotter->added_ns + BURST_NS)
		sampled->read_ns = size_pace_next(&snapshotter->pace,
		                                  now_ns); /* together with the others */
	snapshotter->added_ns = now_ns;
	if (!array_reserve(snapshotter->sampled, snapshotter->capacity,
	                   snapshotter->count + 1))
		HASH_ADD(by_process, snapshotter->by_process, watched.process, sizeof(process),
		         sampled);
	if (hash_has(&sampled->by_process)) {
		sampled->at = snapshotter->count++;
		snapshotter->sampled[sampled->at] = sampled;
		snapshot_thread_wake(&snapshotter->takers, first_due_ns(snapshotter));
		snapshot_thread_wake(&snapshotter->readings, sampled->read_ns);
	} else {
		sampled_free(sampled);
	}
	pthread_mutex_unlock(&snapshotter->lock);
}

/*
 * Call under the lock, when it is not in the list any more. The last thread that uses it frees
 * it.
 */
static void sampled_drop(struct sampled *sampled)
{
	sampled->is_removed = true;
	if (!sampled->is_busy && !sampled->is_read)
		sampled_free(sampled);
}

void snapshotter_remove(struct snapshotter *snapshotter, uint32_t process)
{
	struct sampled *sampled, *last;

	pthread_mutex_lock(&snapshotter->lock);
	HASH_FIND(by_process, snapshotter->by_process, &process, sizeof(process), sampled);
	if (sampled) {
		newest_end(snapshotter, sampled);
		heap_end(snapshotter, sampled);
		sizes_end(snapshotter, sampled);
		HASH_DELETE(by_process, snapshotter->by_process, sampled);
		last = snapshotter->sampled[--snapshotter->count];
		last->at = sampled->at;
		snapshotter->sampled[last->at] = last;
		sampled_drop(sampled);
	}
	pthread_mutex_unlock(&snapshotter->lock);
}

/* ---- snapshots, one after the other ---- */

/* The process whose snapshot is next, and when. */
struct turn {
	struct sampled *sampled; /* NULL: none */
	uint64_t due_ns;
	uint64_t wanted_ns; /* when it would be due if snapshots cost nothing */
};

/*
 * Consider a snapshot that is wanted at one time and paid for at another. Of those that are due
 * at the same time, the one wanted earliest is next.
 */
static void turn_offer(struct turn *turn, struct sampled *sampled, uint64_t wanted_ns,
                       uint64_t paid_ns)
{
	uint64_t due_ns = wanted_ns > paid_ns ? wanted_ns : paid_ns;

	if (due_ns > turn->due_ns ||
	    (due_ns == turn->due_ns && turn->sampled && wanted_ns >= turn->wanted_ns))
		return;
	*turn = (struct turn){ sampled, due_ns, wanted_ns };
}

/*
 * When a snapshot of a process that has grown is paid for: from savings or, if it has grown
 * much, on credit.
 */
static uint64_t grown_paid_ns(const struct snapshotter *snapshotter,
                              const struct watched *watched)
{
	if (!watched->is_much)
		return snapshotter->paid_ns + SAVED_FOR_OTHERS_NS;
	return snapshotter->paid_ns > CREDIT_NS ? snapshotter->paid_ns - CREDIT_NS : 0;
}

/*
 * Choose the next snapshot: the one that has waited longest, as soon as earlier ones are paid
 * for.
 */
static struct turn turn_choose(const struct snapshotter *snapshotter)
{
	struct turn turn = { NULL, UINT64_MAX, 0 };
	struct sampled *sampled;
	uint64_t first_ns = first_due_ns(snapshotter);
	size_t i;

	if (snapshotter->queue.count >= PACKETS_MAX) /* until packets are taken */
		return (struct turn){ NULL, kernel_now_ns() + snapshotter->every_ns, 0 };

	for (i = 0; i < snapshotter->count; i++) {
		sampled = snapshotter->sampled[i];
		if (sampled->watched.is_gone)
			continue;
		if (sampled->watched.last_ns)
			turn_offer(&turn, sampled, sampled->watched.next_ns, snapshotter->paid_ns);
		else
			turn_offer(&turn, sampled, sampled->watched.next_ns, first_ns);
		if (sampled->watched.grown_ns)
			turn_offer(&turn, sampled, sampled->watched.grown_ns,
			           grown_paid_ns(snapshotter, &sampled->watched));
	}
	return turn;
}

static void cost_add(uint64_t *paid_ns, uint64_t now_ns, uint64_t cost_ns)
{
	if (*paid_ns < now_ns - SAVED_NS)
		*paid_ns = now_ns - SAVED_NS;
	*paid_ns += cost_ns;
}

/* Call under the lock, which is released while the snapshot is taken. */
static void turn_take(struct snapshotter *snapshotter, struct sampled *sampled)
{
	uint64_t begun_ns, cost_ns, now_ns;
	struct segment_packet *packet;
	bool is_first = !sampled->watched.last_ns;

	sampled->is_busy = true;
	pthread_mutex_unlock(&snapshotter->lock);
	begun_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	packet = watched_whole(&sampled->watched, snapshotter->every_ns);
	cost_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns;
	now_ns = kernel_now_ns();
	pthread_mutex_lock(&snapshotter->lock);
	sampled->is_busy = false;
	cost_add(is_first ? &snapshotter->first_paid_ns : &snapshotter->paid_ns, now_ns,
	         cost_ns * (is_first ? FIRST_FACTOR : OTHER_FACTOR));
	if (sampled->is_removed) {
		segment_packet_free(packet);
		sampled_drop(sampled);
	} else if (packet) {
		newest_set(snapshotter, sampled, packet);
		heap_set(snapshotter, sampled);
	}
}

static void *snapshotter_run(void *context)
{
	struct snapshotter *snapshotter = context;
	struct turn turn;

	pthread_mutex_lock(&snapshotter->lock);
	while (!snapshotter->is_ending) {
		turn = turn_choose(snapshotter);
		if (!turn.sampled || turn.due_ns > kernel_now_ns())
			snapshot_thread_sleep(&snapshotter->takers, &snapshotter->lock,
			                      turn.due_ns);
		else
			turn_take(snapshotter, turn.sampled);
	}
	pthread_mutex_unlock(&snapshotter->lock);
	return NULL;
}

/* ---- sizes: in another thread, so that no snapshot delays them ---- */

/* Reschedule the snapshot of a process by its size. Not while that snapshot is being taken. */
static void size_tell(struct snapshotter *snapshotter, struct sampled *sampled,
                      const struct watched_size *size)
{
	struct watched *watched = &sampled->watched;
	uint64_t grown_ns = watched->grown_ns, next_ns = watched->next_ns;
	bool is_much = watched->is_much;

	if (watched_size_apply(watched, size, snapshotter->every_ns))
		sampled->same_ns = size->entry.time_ns;
	if (watched->grown_ns != grown_ns || watched->next_ns != next_ns ||
	    watched->is_much != is_much)
		snapshot_thread_wake(&snapshotter->takers, 0);
	if (watched->last_ns && segment_sizes_is_due(&sampled->sizes, size->entry.time_ns))
		sizes_hand(snapshotter, sampled);
}

/* Call under the lock, which is released while the size is read. */
static void size_take(struct snapshotter *snapshotter, struct sampled *sampled)
{
	struct watched_size *size = &sampled->size;
	uint64_t regular_ns;
	bool is_there;

	sampled->is_read = true;
	pthread_mutex_unlock(&snapshotter->lock);
	is_there = watched_size_read(&sampled->watched, size);
	pthread_mutex_lock(&snapshotter->lock);
	sampled->is_read = false;
	if (sampled->is_removed) {
		sampled_drop(sampled);
		return;
	}
	sampled->read_ns = size_pace_next(&snapshotter->pace, size->entry.time_ns);
	if (!is_there)
		return;
	regular_ns = sampled->sizes.regular_ns / snapshotter->pace.regular_ns;
	segment_sizes_add(&sampled->sizes, &size->entry,
	                  size->entry.time_ns / snapshotter->pace.regular_ns > regular_ns,
	                  snapshotter->pace.regular_ns);
	if (!sampled->is_busy)
		size_tell(snapshotter, sampled, size);
}

/* Read all sizes that are due. Returns the time of the next. */
static uint64_t sizes_take(struct snapshotter *snapshotter)
{
	uint64_t begun_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID), cost_ns,
			 next_ns = UINT64_MAX;
	uint64_t now_ns = kernel_now_ns();
	struct sampled *sampled;
	size_t readings = 0, i;

	size_pace_set(&snapshotter->pace, snapshotter->count);
	for (i = 0; i < snapshotter->count && !snapshotter->is_ending; i++) {
		sampled = snapshotter->sampled[i];
		if (!sampled->is_busy && sampled->watched.is_gone)
			sampled->read_ns = UINT64_MAX;
		if (sampled->read_ns > now_ns)
			continue;
		size_take(snapshotter, sampled);
		readings++;
	}
	for (i = 0; i < snapshotter->count; i++) {
		if (snapshotter->sampled[i]->read_ns < next_ns)
			next_ns = snapshotter->sampled[i]->read_ns;
	}
	if (!readings)
		return next_ns;
	cost_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns;
	size_pace_learn(&snapshotter->pace, readings, cost_ns);
	/*
	 * keeps both together below 1 % of a processor, while sizes cannot use up the whole
	 * budget
	 */
	cost_add(&snapshotter->paid_ns, now_ns, cost_ns * OTHER_FACTOR / 2);
	return next_ns;
}

static void *sizes_run(void *context)
{
	struct snapshotter *snapshotter = context;
	uint64_t next_ns;

	pthread_mutex_lock(&snapshotter->lock);
	while (!snapshotter->is_ending) {
		next_ns = sizes_take(snapshotter);
		if (!snapshotter->is_ending && next_ns > kernel_now_ns())
			snapshot_thread_sleep(&snapshotter->readings, &snapshotter->lock, next_ns);
	}
	pthread_mutex_unlock(&snapshotter->lock);
	return NULL;
}

static void threads_tell(struct snapshotter *snapshotter)
{
	pthread_mutex_lock(&snapshotter->lock);
	snapshotter->is_ending = true;
	snapshot_thread_wake(&snapshotter->takers, 0);
	snapshot_thread_wake(&snapshotter->readings, 0);
	pthread_mutex_unlock(&snapshotter->lock);
}

static void snapshotter_release(struct snapshotter *snapshotter)
{
	segment_queue_release(&snapshotter->queue);
	HASH_CLEAR(by_process, snapshotter->by_process);
	while (snapshotter->count)
		sampled_free(snapshotter->sampled[--snapshotter->count]);
	free(snapshotter->sampled);
	snapshot_thread_release(&snapshotter->takers);
	snapshot_thread_release(&snapshotter->readings);
	pthread_mutex_destroy(&snapshotter->lock);
	free(snapshotter);
}

struct snapshotter *snapshotter_new(uint64_t every_ns, struct error *error)
{
	struct snapshotter *snapshotter = calloc(1, sizeof(*snapshotter));
	int failure;

	if (!snapshotter) {
		error_set(error, "out of memory");
		return NULL;
	}
	snapshotter->every_ns = every_ns;
	snapshotter->pace = size_pace_of(every_ns);
	segment_queue_init(&snapshotter->queue);
	pthread_mutex_init(&snapshotter->lock, NULL);
	snapshot_thread_init(&snapshotter->takers);
	snapshot_thread_init(&snapshotter->readings);
	failure = snapshot_thread_start(&snapshotter->takers, snapshotter_run, snapshotter);
	if (!failure) {
		failure = snapshot_thread_start(&snapshotter->readings, sizes_run, snapshotter);
		if (!failure)
			return snapshotter;
		threads_tell(snapshotter);
		pthread_join(snapshotter->takers.thread, NULL);
	}
	error_set(error, "no thread for snapshots of segments: %s", strerror(failure));
	snapshotter_release(snapshotter);
	return NULL;
}

/* Both threads get the same deadline, after which they are left alone. */
void snapshotter_free(struct snapshotter *snapshotter)
{
	struct timespec until;
	bool hangs;

	if (!snapshotter)
		return;
	threads_tell(snapshotter);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_WAIT_S;
	hangs = pthread_timedjoin_np(snapshotter->takers.thread, NULL, &until) != 0;
	if (hangs)
		pthread_detach(snapshotter->takers.thread);
	if (pthread_timedjoin_np(snapshotter->readings.thread, NULL, &until)) {
		pthread_detach(snapshotter->readings.thread);
		hangs = true;
	}
	if (!hangs) /* a hanging thread is in the kernel, and still uses all of this */
		snapshotter_release(snapshotter);
}
