/*
 * Threads: each has blocks of its own, and passes others through a queue to another thread,
 * which frees them. Each thread has a name, by which two builds are compared.
 *
 * build: -pthread
 * truth: job_new crossed - 1500
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
	struct job *next;
	char *text;
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct job *first, **last;
};

static struct queue queue = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL,
	                          &queue.first };
static __thread char *kept[4];

static void queue_put(struct queue *to, struct job *job)
{
	pthread_mutex_lock(&to->lock);
	job->next = NULL;
	*to->last = job;
	to->last = &job->next;
	pthread_cond_signal(&to->filled);
	pthread_mutex_unlock(&to->lock);
}

static struct job *queue_take(struct queue *from)
{
	struct job *job;

	pthread_mutex_lock(&from->lock);
	while (!from->first)
		pthread_cond_wait(&from->filled, &from->lock);
	job = from->first;
	from->first = job->next;
	if (!from->first)
		from->last = &from->first;
	pthread_mutex_unlock(&from->lock);
	return job;
}

static char *text_new(int number, size_t size)
{
	char *text = malloc(size);

	snprintf(text, size, "%d", number);
	return text;
}

static struct job *job_new(int number)
{
	struct job *job = malloc(sizeof(*job));

	job->text = text_new(number, 30);
	return job;
}

static void keep(int number)
{
	free(kept[number % 4]);
	kept[number % 4] = text_new(number, 50);
}

static void forget(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		free(kept[i]);
		kept[i] = NULL;
	}
}

static void scratch(int number)
{
	char *text = text_new(number, 20);

	if (number % 2)
		keep(number);
	free(text);
}

static void *produce(void *argument)
{
	int i;

	(void)argument;
	pthread_setname_np(pthread_self(), "producer");
	for (i = 0; i < 1500; i++) {
		scratch(i);
		queue_put(&queue, job_new(i));
	}
	forget();
	return NULL;
}

static void *consume(void *argument)
{
	struct job *job;
	int i;

	(void)argument;
	pthread_setname_np(pthread_self(), "consumer");
	for (i = 0; i < 1500; i++) {
		job = queue_take(&queue);
		scratch(i);
		free(job->text);
		free(job);
	}
	forget();
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, NULL, produce, NULL);
	pthread_create(&two, NULL, consume, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
