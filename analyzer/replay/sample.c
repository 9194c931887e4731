/* replay/sample.c - what the sampled blocks of a recording stand for. */
#include "replay/sample.h"

#include "base/array.h"

#include <stdlib.h>

#define CERTAIN 64        /* so many times the mean: exp(-64) is nothing */
#define SERIES_BELOW 0.25 /* where the series is used; larger values are halved first */
#define SERIES_TERMS 12
#define NO_VARIANCE 0.25
#define MISSED_BLOCKS 2 /* sample.h */
#define ROOT_STEPS 16   /* more than are ever needed from at most twice the root */

void sample_release(struct sample *sample)
{
	free(sample->paths);
	*sample = (struct sample){ .mean_bytes = 0 };
}

/*
 * 1 - exp(-x), without libm: by its series where x is small. Elsewhere that of x/2 is enough, as
 * 1 - (1 - p)^2 = p * (2 - p).
 */
double sample_probability(uint64_t size, uint64_t mean_bytes)
{
	double x = (double)(size ? size : 1) / (double)mean_bytes, p = 0, term;
	unsigned doublings = 0, i;

	if (x >= CERTAIN)
		return 1;
	for (; x > SERIES_BELOW; x /= 2)
		doublings++;
	term = x;
	for (i = 2; i < SERIES_TERMS; i++) {
		p += term;
		term *= -x / i;
	}
	while (doublings--)
		p *= 2 - p;
	return p;
}

/* The first block's part of a whole number is rounded, so that what is lost at the end is, too. */
uint32_t sample_weigh_slowly(struct sample *sample, uint32_t path, uint64_t size)
{
	struct sample_path *of;
	uint32_t weight, before = sample->capacity, i;

	if (array_reserve_zeroed(sample->paths, sample->capacity, path + 1))
		return 0;
	for (i = before; i < sample->capacity; i++)
		sample->paths[i].carried = 0.5;
	of = &sample->paths[path];
	of->carried += 1 / sample_probability(size, sample->mean_bytes);
	weight = (uint32_t)of->carried;
	of->carried -= weight;
	return weight;
}

void sample_variance_add(struct sample_variance *to,
                         const struct sample_variance *other)
{
	to->blocks += other->blocks;
	to->bytes += other->bytes;
	if (to->largest < other->largest)
		to->largest = other->largest;
}

/* What a block of that size adds. */
static struct sample_variance variance_of(const struct sample *sample, uint64_t size)
{
	double p = sample_probability(size, sample->mean_bytes);
	double blocks = (1 - p) / p / p;

	return (struct sample_variance){ blocks, blocks * (double)size * (double)size,
		                             blocks };
}

void sample_begin(struct sample *sample, uint32_t path, uint64_t size)
{
	struct sample_variance block;

	if (!sample->mean_bytes)
		return;
	block = variance_of(sample, size);
	sample->seen++;
	sample->paths[path].seen++;
	sample_variance_add(&sample->made, &block);
	sample_variance_add(&sample->live, &block);
	sample_variance_add(&sample->paths[path].made, &block);
	sample_variance_add(&sample->paths[path].live, &block);
}

void sample_end(struct sample *sample, uint32_t path, uint64_t size)
{
	struct sample_variance block;

	if (!sample->mean_bytes)
		return;
	block = variance_of(sample, size);
	block.blocks = -block.blocks;
	block.bytes = -block.bytes;
	sample_variance_add(&sample->live, &block);
	sample_variance_add(&sample->paths[path].live, &block);
}

const struct sample_path *sample_path_of(const struct sample *sample, uint32_t path)
{
	static const struct sample_path nothing;

	return path < sample->capacity ? &sample->paths[path] : &nothing;
}

/* By Newton's method, from above. What additions and subtractions have left over may be below 0. */
uint64_t sample_error(double variance)
{
	double root = 1, next;
	unsigned i;

	if (variance < NO_VARIANCE)
		return 0;
	while (root * root < variance)
		root *= 2;
	for (i = 0; i < ROOT_STEPS; i++) {
		next = (root + variance / root) / 2;
		if (next >= root)
			break;
		root = next;
	}
	return root < 1e19 ? (uint64_t)(root + 0.5) : UINT64_MAX;
}

/* What is left of rounding when blocks have ended is no variance, as in sample_error(). */
uint64_t sample_error_blocks(const struct sample_variance *variance)
{
	return variance->blocks < NO_VARIANCE
	           ? 0
	           : sample_error(variance->blocks + MISSED_BLOCKS * variance->largest);
}
