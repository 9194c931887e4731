/* segment_sampler.c - look at living processes on schedule. Layer 6. */
#include "segment_sampler.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)
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
#define WATCHED_MAX 8    /* processes whose size is read often: more, less often */
#define PACKETS_MAX 1024 /* nobody takes them: wait */
#define END_WAIT_S 2     /* a look may hang where the process's memory does */

struct sampled {
	struct looked look; /* the thread's, once it is in the list */
	uint64_t watch_ns;  /* when to look at its size; next_ns: at all of it */
	/* under the lock: */
	bool is_busy, is_removed;
	struct segment_packet *newest; /* held back: it may turn out to be the last */
	uint64_t same_ns; /* when it was seen to be as the newest says, last; 0: never */
};

struct segment_sampler {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	uint64_t every_ns;
	bool is_ending;
	struct sampled **sampled;
	size_t count;
	struct segment_packet *first, **end;
	size_t packets;
	/* until then the looks so far are paid for: first ones, others */
	uint64_t first_paid_ns, paid_ns;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* ---- the queue; under the lock ---- */

static void packet_push(struct segment_sampler *sampler, struct segment_packet *packet)
{
	packet->next = NULL;
	*sampler->end = packet;
	sampler->end = &packet->next;
	sampler->packets++;
}

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
	packet_push(sampler, sampled->newest);
	sampled->newest = again;
}

/* What was newest until now was not the last. */
static void newest_set(struct segment_sampler *sampler, struct sampled *sampled,
                       struct segment_packet *packet)
{
	same_settle(sampler, sampled);
	if (sampled->newest)
		packet_push(sampler, sampled->newest);
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
	packet = sampler->first;
	if (packet) {
		sampler->first = packet->next;
		sampler->packets--;
		if (!sampler->first)
			sampler->end = &sampler->first;
	}
	pthread_mutex_unlock(&sampler->lock);
	return packet;
}

/* ---- the processes; under the lock, but for the last ---- */

static void sampled_free(struct sampled *sampled)
{
	looked_release(&sampled->look);
	segment_packet_free(sampled->newest);
	free(sampled);
}

void segment_sampler_add(struct segment_sampler *sampler, uint32_t process, pid_t pid,
                         const char *ring, bool is_exec)
{
	struct sampled *sampled = calloc(1, sizeof(*sampled)), **grown;

	if (!sampled)
		return;
	looked_init(&sampled->look, process, pid, ring, is_exec);
	sampled->watch_ns = sampled->look.next_ns + LOOKS_APART_NS;
	pthread_mutex_lock(&sampler->lock);
	grown = realloc(sampler->sampled, (sampler->count + 1) * sizeof(struct sampled *));
	if (grown) {
		sampler->sampled = grown;
		sampler->sampled[sampler->count++] = sampled;
	} else {
		sampled_free(sampled);
	}
	pthread_cond_signal(&sampler->changed);
	pthread_mutex_unlock(&sampler->lock);
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
		sampler->sampled[i] = sampler->sampled[--sampler->count];
		if (sampled->is_busy)
			sampled->is_removed = true; /* the thread frees it */
		else
			sampled_free(sampled);
	}
	pthread_mutex_unlock(&sampler->lock);
}

/* ---- the thread ---- */

/* What is to be done next, and when. */
struct turn {
	struct sampled *sampled; /* NULL: nothing ever */
	uint64_t due_ns;
	uint64_t wanted_ns; /* of a look: when it would be due if it cost nothing */
	bool is_look;       /* at all of it; else at its size */
};

/* A look that is wanted at a time, and is paid for at another: who waits longest is next. */
static void turn_offer(struct turn *turn, struct sampled *sampled, uint64_t wanted_ns,
                       uint64_t paid_ns, bool may_look)
{
	uint64_t due_ns = wanted_ns > paid_ns ? wanted_ns : paid_ns;

	if (!may_look || due_ns > turn->due_ns ||
	    (due_ns == turn->due_ns && turn->is_look && wanted_ns >= turn->wanted_ns))
		return;
	*turn = (struct turn){ sampled, due_ns, wanted_ns, true };
}

/* Who waits longest for a look is next, as soon as those before are paid for. */
static struct turn turn_choose(const struct segment_sampler *sampler)
{
	struct turn turn = { NULL, UINT64_MAX, 0, false };
	bool may_look = sampler->packets < PACKETS_MAX;
	struct sampled *sampled;
	uint64_t first_ns = 0;
	size_t i;

	if (sampler->first_paid_ns > FIRST_AHEAD_NS)
		first_ns = sampler->first_paid_ns - FIRST_AHEAD_NS;

	for (i = 0; i < sampler->count; i++) {
		sampled = sampler->sampled[i];
		if (sampled->look.is_gone)
			continue;
		if (sampled->look.last_ns)
			turn_offer(&turn, sampled, sampled->look.next_ns, sampler->paid_ns,
			           may_look);
		if (sampled->look.grown_ns)
			turn_offer(&turn, sampled, sampled->look.grown_ns,
			           sampler->paid_ns + SAVED_FOR_OTHERS_NS, may_look);
		if (!sampled->look.last_ns)
			turn_offer(&turn, sampled, sampled->look.next_ns, first_ns, may_look);
		if (sampled->look.statm >= 0 && sampled->watch_ns < turn.due_ns)
			turn = (struct turn){ sampled, sampled->watch_ns, 0, false };
	}
	return turn;
}

static void turn_wait(struct segment_sampler *sampler, uint64_t until_ns)
{
	struct timespec until = { (time_t)(until_ns / SECOND_NS),
		                      (long)(until_ns % SECOND_NS) };

	if (until_ns == UINT64_MAX)
		pthread_cond_wait(&sampler->changed, &sampler->lock);
	else
		pthread_cond_timedwait(&sampler->changed, &sampler->lock, &until);
}

static void cost_note(uint64_t *paid_ns, uint64_t now_ns, uint64_t cost_ns)
{
	if (*paid_ns < now_ns - SAVED_NS)
		*paid_ns = now_ns - SAVED_NS;
	*paid_ns += cost_ns;
}

/* Under the lock, but it looks without. */
static void turn_take(struct segment_sampler *sampler, const struct turn *turn)
{
	uint64_t watch_ns = LOOKS_APART_NS * (1 + sampler->count / WATCHED_MAX);
	uint64_t begun_at_ns, begun_ns, cost_ns, now_ns;
	struct sampled *sampled = turn->sampled;
	struct segment_packet *packet = NULL;
	bool is_first = turn->is_look && !sampled->look.last_ns, is_same = false;

	begun_at_ns = clock_ns(CLOCK_MONOTONIC);
	sampled->is_busy = true;
	pthread_mutex_unlock(&sampler->lock);
	begun_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	if (turn->is_look)
		packet = looked_whole(&sampled->look, sampler->every_ns);
	else
		is_same = looked_size(&sampled->look, sampler->every_ns);
	cost_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun_ns;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	pthread_mutex_lock(&sampler->lock);
	sampled->is_busy = false;
	sampled->watch_ns = now_ns + watch_ns;
	cost_note(is_first ? &sampler->first_paid_ns : &sampler->paid_ns, now_ns,
	          cost_ns * (is_first ? FIRST_FACTOR : OTHER_FACTOR));
	if (!sampled->is_removed) {
		if (is_same)
			sampled->same_ns = begun_at_ns;
		if (packet)
			newest_set(sampler, sampled, packet);
		return;
	}
	segment_packet_free(packet);
	sampled_free(sampled);
}

static void *sampler_run(void *context)
{
	struct segment_sampler *sampler = context;
	struct turn turn;

	pthread_mutex_lock(&sampler->lock);
	while (!sampler->is_ending) {
		turn = turn_choose(sampler);
		if (!turn.sampled || turn.due_ns > clock_ns(CLOCK_MONOTONIC))
			turn_wait(sampler, turn.due_ns);
		else
			turn_take(sampler, &turn);
	}
	pthread_mutex_unlock(&sampler->lock);
	return NULL;
}

/* Signals are for the thread that waits for them. */
static int thread_start(struct segment_sampler *sampler)
{
	sigset_t all, before;
	int failure;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&sampler->thread, NULL, sampler_run, sampler);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failure;
}

struct segment_sampler *segment_sampler_new(uint64_t every_ns, struct error *error)
{
	struct segment_sampler *sampler = calloc(1, sizeof(*sampler));
	pthread_condattr_t clock;
	int failure;

	if (!sampler) {
		error_set(error, "out of memory");
		return NULL;
	}
	sampler->every_ns = every_ns;
	sampler->end = &sampler->first;
	pthread_mutex_init(&sampler->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&sampler->changed, &clock);
	pthread_condattr_destroy(&clock);
	failure = thread_start(sampler);
	if (!failure)
		return sampler;
	error_set(error, "no thread to look at segments: %s", strerror(failure));
	free(sampler);
	return NULL;
}

void segment_sampler_free(struct segment_sampler *sampler)
{
	struct segment_packet *packet;
	struct timespec until;

	if (!sampler)
		return;
	pthread_mutex_lock(&sampler->lock);
	sampler->is_ending = true;
	pthread_cond_signal(&sampler->changed);
	pthread_mutex_unlock(&sampler->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_WAIT_S;
	if (pthread_timedjoin_np(sampler->thread, NULL, &until)) {
		pthread_detach(sampler->thread); /* it hangs in the kernel, with all it has */
		return;
	}
	while ((packet = segment_sampler_take(sampler)))
		segment_packet_free(packet);
	while (sampler->count)
		sampled_free(sampler->sampled[--sampler->count]);
	free(sampler->sampled);
	pthread_cond_destroy(&sampler->changed);
	pthread_mutex_destroy(&sampler->lock);
	free(sampler);
}
