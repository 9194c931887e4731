/* record/sampler.c - look at living processes on schedule. */
#include "record/sampler.h"

#include "base/array.h"
#include "base/kernel_clock.h"
#include "record/thread.h"
#include "record/pace.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * First looks and all others have budgets of their own, so that neither a stream of short
 * processes nor a big one keeps the other from being seen. Of the time a look took, so many
 * times nothing of its kind is looked at; a look is also written.
 */
#define FIRST_FACTOR 400
#define OTHER_FACTOR 180
#define FIRST_AHEAD_NS (20 * SECOND_NS) /* many processes that begin at once */
#define SAVED_NS SECOND_NS              /* of what was not spent so far */
/*
 * What grows is looked at early only out of savings beyond these: else all programs would
 * spend theirs while they start, and not be seen for a time after.
 */
#define SAVED_FOR_OTHERS_NS (SAVED_NS / 2)
/* What has grown by a good part is looked at on credit: it may be gone before it is paid. */
#define CREDIT_NS SECOND_NS
#define PACKETS_MAX 1024 /* nobody takes them: wait */
#define SIZES_PACKETS_MAX 8192
#define BURST_NS LOOKS_APART_NS /* processes that begin so soon after another are one */
#define END_WAIT_S 2            /* a look may hang where the process's memory does */

struct sampled {
	struct looked look; /* while is_busy the looking thread's */
	/* under the lock, as look is else: */
	bool is_busy;            /* all of it is being looked at */
	bool is_read;            /* its size is being read */
	bool is_removed;         /* who is at it frees it */
	uint64_t read_ns;        /* when to read its size next */
	struct looked_size size; /* the last reading; of who reads */
	struct segment_sizes sizes;
	struct segment_packet *newest; /* held back: it may turn out to be the last */
	uint64_t same_ns; /* when it was seen to be as the newest says, last; 0: never */
};

struct segment_sampler {
	pthread_mutex_t lock;
	struct sampler_thread looks, readings; /* at all of a process; of sizes */
	uint64_t every_ns;
	struct size_pace pace;
	bool is_ending;
	struct sampled **sampled;
	size_t count, capacity;
	uint64_t added_ns; /* the newest one */
	struct segment_queue queue;
	/* until then the looks so far are paid for: first ones, others */
	uint64_t first_paid_ns, paid_ns;
};

/* ---- the queue; under the lock ---- */

/* After longer than a look takes to come again, that nothing had changed is worth saying. */
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

/* What was newest until now was not the last. */
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

/* The sizes read so far. */
static void sizes_hand(struct segment_sampler *sampler, struct sampled *sampled)
{
	struct segment_packet *packet;

	if (sampler->queue.count >= SIZES_PACKETS_MAX)
		return; /* they are thinned where they are */
	packet = looked_sizes_packet(&sampled->look, &sampled->sizes);
	if (packet)
		segment_queue_push(&sampler->queue, packet);
}

/*
 * What nobody could look at since it was added may have been another program all the time:
 * once that is known, nothing was read of it.
 */
static void sizes_end(struct segment_sampler *sampler, struct sampled *sampled)
{
	if (!sampled->is_busy && sampled->look.is_another && !sampled->look.last_ns)
		return;
	segment_sizes_end(&sampled->sizes);
	sizes_hand(sampler, sampled);
}

/* First looks may be taken from then on. */
static uint64_t first_due_ns(const struct segment_sampler *sampler)
{
	uint64_t paid_ns = sampler->first_paid_ns;

	return paid_ns > FIRST_AHEAD_NS ? paid_ns - FIRST_AHEAD_NS : 0;
}

/* ---- the processes ---- */

/* Nobody is at it any more. */
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
		sampled->read_ns = size_pace_next(&sampler->pace, now_ns); /* with the others */
	sampler->added_ns = now_ns;
	if (!array_reserve(sampler->sampled, sampler->capacity, sampler->count + 1)) {
		sampler->sampled[sampler->count++] = sampled;
		sampler_thread_wake(&sampler->looks, first_due_ns(sampler));
		sampler_thread_wake(&sampler->readings, sampled->read_ns);
	} else {
		sampled_free(sampled);
	}
	pthread_mutex_unlock(&sampler->lock);
}

/* Under the lock: it is in the list no more. */
static void sampled_drop(struct sampled *sampled)
{
	sampled->is_removed = true;
	if (!sampled->is_busy && !sampled->is_read)
		sampled_free(sampled);
}

void segment_sampler_remove(struct segment_sampler *sampler, uint32_t process)
{
	struct sampled *sampled = NULL;
	size_t i;

	pthread_mutex_lock(&sampler->lock);
	for (i = 0; i < sampler->count; i++) {
		sampled = sampler->sampled[i];
		if (sampled->look.process == process)
			break;
	}
	if (i < sampler->count) {
		newest_end(sampler, sampled);
		sizes_end(sampler, sampled);
		sampler->sampled[i] = sampler->sampled[--sampler->count];
		sampled_drop(sampled);
	}
	pthread_mutex_unlock(&sampler->lock);
}

/* ---- looks at all of a process, one after the other ---- */

/* Which is next, and when. */
struct turn {
	struct sampled *sampled; /* NULL: nothing ever */
	uint64_t due_ns;
	uint64_t wanted_ns; /* when it would be due if it cost nothing */
};

/* A look that is wanted at a time, and is paid for at another: who waits longest is next. */
static void turn_offer(struct turn *turn, struct sampled *sampled, uint64_t wanted_ns,
                       uint64_t paid_ns)
{
	uint64_t due_ns = wanted_ns > paid_ns ? wanted_ns : paid_ns;

	if (due_ns > turn->due_ns ||
	    (due_ns == turn->due_ns && turn->sampled && wanted_ns >= turn->wanted_ns))
		return;
	*turn = (struct turn){ sampled, due_ns, wanted_ns };
}

/* What has grown is paid for by savings, or what has grown much, in advance. */
static uint64_t grown_paid_ns(const struct segment_sampler *sampler,
                              const struct looked *look)
{
	if (!look->is_much)
		return sampler->paid_ns + SAVED_FOR_OTHERS_NS;
	return sampler->paid_ns > CREDIT_NS ? sampler->paid_ns - CREDIT_NS : 0;
}

/* Who waits longest for a look is next, as soon as those before are paid for. */
static struct turn turn_choose(const struct segment_sampler *sampler)
{
	struct turn turn = { NULL, UINT64_MAX, 0 };
	struct sampled *sampled;
	uint64_t first_ns = first_due_ns(sampler);
	size_t i;

	if (sampler->queue.count >= PACKETS_MAX) /* until some of them are taken */
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

/* Under the lock, but it looks without. */
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

/* ---- sizes: a thread of its own, so that no look keeps it waiting ---- */

/* What its size tells of when to look at all of it; not while that is done. */
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

/* Under the lock, but it reads without. */
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

/* All that are due; when the next is. */
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
	/* so that both together stay at a hundredth, but sizes do not take all of it */
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
	error_set(error, "no thread to look at segments: %s", strerror(failure));
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
	if (!hangs) /* else it does so in the kernel, with all it has */
		sampler_free(sampler);
}
