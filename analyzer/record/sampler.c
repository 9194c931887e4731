/* record/sampler.c - takes snapshots of living processes on schedule. */
#include "record/sampler.h"

#include "base/array.h"
#include "base/kernel_clock.h"
#include "base/uthash.h"
#include "record/thread.h"
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
#define PACKETS_MAX 1024 /* in the queue: wait until some are taken */
#define SIZES_PACKETS_MAX 8192
#define BURST_NS LOOKS_APART_NS /* between processes of one burst, at most */
#define END_WAIT_S 2            /* a snapshot may hang if the process's memory does */

struct sampled {
	struct looked look; /* while is_busy, the snapshot thread's alone */
	/* under the lock (and otherwise the field above, too): */
	bool is_busy;            /* a snapshot is being taken */
	bool is_read;            /* its size is being read */
	bool is_removed;         /* the thread that uses it must free it */
	uint64_t read_ns;        /* when to read the size next */
	struct looked_size size; /* the last reading; the reading thread's */
	struct segment_sizes sizes;
	struct segment_packet *newest; /* held back, since it may be the last */
	uint64_t same_ns; /* when it was last known to equal `newest`; 0: never */
	size_t at;        /* its index in the sampler's list */
	UT_hash_handle by_process;
};

struct segment_sampler {
	pthread_mutex_t lock;
	struct sampler_thread looks, readings; /* for snapshots; for sizes */
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
static void same_settle(struct segment_sampler *sampler, struct sampled *sampled)
{
	struct segment_packet *again = NULL;

	if (sampled->newest &&
	    sampled->same_ns >= sampled->newest->time_ns + sampler->every_ns)
		again = segment_packet_again(sampled->newest, sampled->same_ns);
	sampled->same_ns = 0;
	if (!again)
		return;
	segment_queue_push(&sampler->queue, sampled->newest);
	sampled->newest = again;
}

/* Queue the previous snapshot: it was not the last. */
static void newest_set(struct segment_sampler *sampler, struct sampled *sampled,
                       struct segment_packet *packet)
{
	same_settle(sampler, sampled);
	if (sampled->newest)
		segment_queue_push(&sampler->queue, sampled->newest);
	sampled->newest = packet;
}

static void newest_end(struct segment_sampler *sampler, struct sampled *sampled)
{
	struct segments_sample header;

	same_settle(sampler, sampled);
	if (!sampled->newest)
		return;
	memcpy(&header, sampled->newest->payload, sizeof(header));
	header.reason |= SEGMENTS_LAST;
	memcpy(sampled->newest->payload, &header, sizeof(header));
	newest_set(sampler, sampled, NULL);
}

struct segment_packet *segment_sampler_take(struct segment_sampler *sampler)
{
	struct segment_packet *packet;

	pthread_mutex_lock(&sampler->lock);
	packet = segment_queue_take(&sampler->queue);
	pthread_mutex_unlock(&sampler->lock);
	return packet;
}

/* Queue the sizes read so far. */
static void sizes_hand(struct segment_sampler *sampler, struct sampled *sampled)
{
	struct segment_packet *packet;

	if (sampler->queue.count >= SIZES_PACKETS_MAX)
		return; /* they are thinned out instead */
	packet = looked_sizes_packet(&sampled->look, &sampled->sizes);
	if (packet)
		segment_queue_push(&sampler->queue, packet);
}

/*
 * If the process had become another program before the first snapshot, its sizes may be the
 * other program's: drop them.
 */
static void sizes_end(struct segment_sampler *sampler, struct sampled *sampled)
{
	if (!sampled->is_busy && sampled->look.is_another && !sampled->look.last_ns)
		return;
	segment_sizes_end(&sampled->sizes);
	sizes_hand(sampler, sampled);
}

/* The time from which first snapshots may be taken. */
static uint64_t first_due_ns(const struct segment_sampler *sampler)
{
	uint64_t paid_ns = sampler->first_paid_ns;

	return paid_ns > FIRST_AHEAD_NS ? paid_ns - FIRST_AHEAD_NS : 0;
}

/* ---- the processes ---- */

/* No thread may use it any more. */
static void sampled_free(struct sampled *sampled)
{
	looked_release(&sampled->look);
	segment_packet_free(sampled->newest);
	free(sampled);
}

void segment_sampler_add(struct segment_sampler *sampler, uint32_t process, pid_t pid,
                         const char *ring, bool is_exec)
{
	struct sampled *sampled = calloc(1, sizeof(*sampled));
	uint64_t now_ns = kernel_now_ns();

	if (!sampled)
		return;
	looked_init(&sampled->look, process, pid, ring, is_exec);
	pthread_mutex_lock(&sampler->lock);
	if (sampler->added_ns && now_ns < sampler->added_ns + BURST_NS)
		sampled->read_ns = size_pace_next(&sampler->pace,
		                                  now_ns); /* together with the others */
	sampler->added_ns = now_ns;
	if (!array_reserve(sampler->sampled, sampler->capacity, sampler->count + 1))
		HASH_ADD(by_process, sampler->by_process, look.process, sizeof(process),
		         sampled);
	if (hash_has(&sampled->by_process)) {
		sampled->at = sampler->count++;
		sampler->sampled[sampled->at] = sampled;
		sampler_thread_wake(&sampler->looks, first_due_ns(sampler));
		sampler_thread_wake(&sampler->readings, sampled->read_ns);
	} else {
		sampled_free(sampled);
	}
	pthread_mutex_unlock(&sampler->lock);
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

void segment_sampler_remove(struct segment_sampler *sampler, uint32_t process)
{
	struct sampled *sampled, *last;

	pthread_mutex_lock(&sampler->lock);
	HASH_FIND(by_process, sampler->by_process, &process, sizeof(process), sampled);
	if (sampled) {
		newest_end(sampler, sampled);
		sizes_end(sampler, sampled);
		HASH_DELETE(by_process, sampler->by_process, sampled);
		last = sampler->sampled[--sampler->count];
		last->at = sampled->at;
		sampler->sampled[last->at] = last;
		sampled_drop(sampled);
	}
	pthread_mutex_unlock(&sampler->lock);
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
static uint64_t grown_paid_ns(const struct segment_sampler *sampler,
                              const struct looked *look)
{
	if (!look->is_much)
		return sampler->paid_ns + SAVED_FOR_OTHERS_NS;
	return sampler->paid_ns > CREDIT_NS ? sampler->paid_ns - CREDIT_NS : 0;
}

/*
 * Choose the next snapshot: the one that has waited longest, as soon as earlier ones are paid
 * for.
 */
static struct turn turn_choose(const struct segment_sampler *sampler)
{
	struct turn turn = { NULL, UINT64_MAX, 0 };
	struct sampled *sampled;
	uint64_t first_ns = first_due_ns(sampler);
	size_t i;

	if (sampler->queue.count >= PACKETS_MAX) /* until packets are taken */
		return (struct turn){ NULL, kernel_now_ns() + sampler->every_ns, 0 };

	for (i = 0; i < sampler->count; i++) {
		sampled = sampler->sampled[i];
		if (sampled->look.is_gone)
			continue;
		if (sampled->look.last_ns)
			turn_offer(&turn, sampled, sampled->look.next_ns, sampler->paid_ns);
		else
			turn_offer(&turn, sampled, sampled->look.next_ns, first_ns);
		if (sampled->look.grown_ns)
			turn_offer(&turn, sampled, sampled->look.grown_ns,
			           grown_paid_ns(sampler, &sampled->look));
	}
	return turn;
}

static void cost_note(uint64_t *paid_ns, uint64_t now_ns, uint64_t cost_ns)
{
	if (*paid_ns < now_ns - SAVED_NS)
		*paid_ns = now_ns - SAVED_NS;
	*paid_ns += cost_ns;
}

/* Call under the lock, which is released while the snapshot is taken. */
static void turn_take(struct segment_sampler *sampler, struct sampled *sampled)
{
	uint64_t begun_ns, cost_ns, now_ns;
	struct segment_packet *packet;
	bool is_first = !sampled->look.last_ns;

	sampled->is_busy = true;
	pthread_mutex_unlock(&sampler->lock);
	begun_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	packet = looked_whole(&sampled->look, sampler->every_ns);
	cost_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns;
	now_ns = kernel_now_ns();
	pthread_mutex_lock(&sampler->lock);
	sampled->is_busy = false;
	cost_note(is_first ? &sampler->first_paid_ns : &sampler->paid_ns, now_ns,
	          cost_ns * (is_first ? FIRST_FACTOR : OTHER_FACTOR));
	if (sampled->is_removed) {
		segment_packet_free(packet);
		sampled_drop(sampled);
	} else if (packet) {
		newest_set(sampler, sampled, packet);
	}
}

static void *sampler_run(void *context)
{
	struct segment_sampler *sampler = context;
	struct turn turn;

	pthread_mutex_lock(&sampler->lock);
	while (!sampler->is_ending) {
		turn = turn_choose(sampler);
		if (!turn.sampled || turn.due_ns > kernel_now_ns())
			sampler_thread_sleep(&sampler->looks, &sampler->lock, turn.due_ns);
		else
			turn_take(sampler, turn.sampled);
	}
	pthread_mutex_unlock(&sampler->lock);
	return NULL;
}

/* ---- sizes: in another thread, so that no snapshot delays them ---- */

/* Reschedule the snapshot of a process by its size. Not while that snapshot is being taken. */
static void size_tell(struct segment_sampler *sampler, struct sampled *sampled,
                      const struct looked_size *size)
{
	struct looked *look = &sampled->look;
	uint64_t grown_ns = look->grown_ns, next_ns = look->next_ns;
	bool is_much = look->is_much;

	if (looked_size_note(look, size, sampler->every_ns))
		sampled->same_ns = size->entry.time_ns;
	if (look->grown_ns != grown_ns || look->next_ns != next_ns ||
	    look->is_much != is_much)
		sampler_thread_wake(&sampler->looks, 0);
	if (look->last_ns && segment_sizes_is_due(&sampled->sizes, size->entry.time_ns))
		sizes_hand(sampler, sampled);
}

/* Call under the lock, which is released while the size is read. */
static void size_take(struct segment_sampler *sampler, struct sampled *sampled)
{
	struct looked_size *size = &sampled->size;
	uint64_t mark_ns;
	bool is_there;

	sampled->is_read = true;
	pthread_mutex_unlock(&sampler->lock);
	is_there = looked_size_read(&sampled->look, size);
	pthread_mutex_lock(&sampler->lock);
	sampled->is_read = false;
	if (sampled->is_removed) {
		sampled_drop(sampled);
		return;
	}
	sampled->read_ns = size_pace_next(&sampler->pace, size->entry.time_ns);
	if (!is_there)
		return;
	mark_ns = sampled->sizes.mark_ns / sampler->pace.mark_ns;
	segment_sizes_note(&sampled->sizes, &size->entry,
	                   size->entry.time_ns / sampler->pace.mark_ns > mark_ns,
	                   sampler->pace.mark_ns);
	if (!sampled->is_busy)
		size_tell(sampler, sampled, size);
}

/* Read all sizes that are due. Returns the time of the next. */
static uint64_t sizes_take(struct segment_sampler *sampler)
{
	uint64_t begun_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID), cost_ns,
			 next_ns = UINT64_MAX;
	uint64_t now_ns = kernel_now_ns();
	struct sampled *sampled;
	size_t readings = 0, i;

	size_pace_set(&sampler->pace, sampler->count);
	for (i = 0; i < sampler->count && !sampler->is_ending; i++) {
		sampled = sampler->sampled[i];
		if (!sampled->is_busy && sampled->look.is_gone)
			sampled->read_ns = UINT64_MAX;
		if (sampled->read_ns > now_ns)
			continue;
		size_take(sampler, sampled);
		readings++;
	}
	for (i = 0; i < sampler->count; i++) {
		if (sampler->sampled[i]->read_ns < next_ns)
			next_ns = sampler->sampled[i]->read_ns;
	}
	if (!readings)
		return next_ns;
	cost_ns = kernel_clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns;
	size_pace_learn(&sampler->pace, readings, cost_ns);
	/*
	 * keeps both together below 1 % of a processor, while sizes cannot use up the whole
	 * budget
	 */
	cost_note(&sampler->paid_ns, now_ns, cost_ns * OTHER_FACTOR / 2);
	return next_ns;
}

static void *sizes_run(void *context)
{
	struct segment_sampler *sampler = context;
	uint64_t next_ns;

	pthread_mutex_lock(&sampler->lock);
	while (!sampler->is_ending) {
		next_ns = sizes_take(sampler);
		if (!sampler->is_ending && next_ns > kernel_now_ns())
			sampler_thread_sleep(&sampler->readings, &sampler->lock, next_ns);
	}
	pthread_mutex_unlock(&sampler->lock);
	return NULL;
}

static void threads_tell(struct segment_sampler *sampler)
{
	pthread_mutex_lock(&sampler->lock);
	sampler->is_ending = true;
	sampler_thread_wake(&sampler->looks, 0);
	sampler_thread_wake(&sampler->readings, 0);
	pthread_mutex_unlock(&sampler->lock);
}

static void sampler_free(struct segment_sampler *sampler)
{
	segment_queue_release(&sampler->queue);
	HASH_CLEAR(by_process, sampler->by_process);
	while (sampler->count)
		sampled_free(sampler->sampled[--sampler->count]);
	free(sampler->sampled);
	sampler_thread_release(&sampler->looks);
	sampler_thread_release(&sampler->readings);
	pthread_mutex_destroy(&sampler->lock);
	free(sampler);
}

struct segment_sampler *segment_sampler_new(uint64_t every_ns, struct error *error)
{
	struct segment_sampler *sampler = calloc(1, sizeof(*sampler));
	int failure;

	if (!sampler) {
		error_set(error, "out of memory");
		return NULL;
	}
	sampler->every_ns = every_ns;
	sampler->pace = size_pace_of(every_ns);
	segment_queue_init(&sampler->queue);
	pthread_mutex_init(&sampler->lock, NULL);
	sampler_thread_init(&sampler->looks);
	sampler_thread_init(&sampler->readings);
	failure = sampler_thread_start(&sampler->looks, sampler_run, sampler);
	if (!failure) {
		failure = sampler_thread_start(&sampler->readings, sizes_run, sampler);
		if (!failure)
			return sampler;
		threads_tell(sampler);
		pthread_join(sampler->looks.thread, NULL);
	}
	error_set(error, "no thread for snapshots of segments: %s", strerror(failure));
	sampler_free(sampler);
	return NULL;
}

void segment_sampler_free(struct segment_sampler *sampler)
{
	struct timespec until;
	bool hangs;

	if (!sampler)
		return;
	threads_tell(sampler);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_WAIT_S;
	hangs = pthread_timedjoin_np(sampler->looks.thread, NULL, &until) != 0;
	if (hangs)
		pthread_detach(sampler->looks.thread);
	if (pthread_timedjoin_np(sampler->readings.thread, NULL, &until)) {
		pthread_detach(sampler->readings.thread);
		hangs = true;
	}
	if (!hangs) /* a hanging thread is in the kernel, and still uses all of this */
		sampler_free(sampler);
}
