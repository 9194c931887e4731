/* event/sampling.c - draws the blocks that are recorded, without libm. */
#include "event/sampling.h"

#include "account_format.h"
#include "ring/ring.h"
#include "system/clock.h"

#define TABLE_SCALE \
	(UINT64_C(1) << 31) /* live bytes that a table of least size is made for */
#define LN_2 UINT64_C(0xB17217F7D1CF79AB) /* * 2^64 */
#define LOG_BITS 32
#define ACCOUNT_BLOCKS_SHARE \
	4 /* the part of the ring that the account's blocks may take */
#define ONE (UINT64_C(1) << 62)
#define CERTAIN 40      /* so many times the mean: exp(-40) is nothing */
#define SERIES_TERMS 14 /* enough for 2^-50 */

static uint64_t mean_bytes;

bool sampling_start(uint64_t mean, uint64_t flight_bytes)
{
	uint64_t wanted, most = SAMPLE_BUCKETS_MAX;
	uint32_t buckets = SAMPLE_BUCKETS_MIN;

	recorder.sampling = recorder.background = 0;
	mean_bytes = mean ? mean : flight_bytes ? ACCOUNT_SAMPLE_BYTES : 0;
	if (!mean_bytes)
		return true;
	wanted = TABLE_SCALE / mean_bytes;
	/* each address has a block in the account, which is not to be large beside the ring */
	if (flight_bytes)
		most = flight_bytes / ACCOUNT_BLOCKS_SHARE /
		       (SAMPLE_BUCKET_ADDRESSES * sizeof(struct account_block));
	while (buckets < wanted && buckets < SAMPLE_BUCKETS_MAX && buckets * 2 <= most)
		buckets *= 2;
	if (!sample_table_start(buckets))
		return false;
	if (mean)
		recorder.sampling = recorder.session;
	return true;
}

uint64_t sampling_mean_bytes(void)
{
	return mean_bytes;
}

void sampling_forked(void)
{
	guard.sample_session = 0;
	guard.sample_left = 0;
}

/*
 * p = 1 - exp(-x) times 2^62, for x = size / mean. By its series where x is at most a quarter;
 * larger values are halved first, as 1 - (1 - p)^2 = p * (2 - p).
 */
static uint64_t probability(uint64_t size, uint64_t mean)
{
	unsigned __int128 x, term, p = 0;
	unsigned doublings = 0;

	if (size / mean >= CERTAIN)
		return ONE;
	for (x = ((unsigned __int128)size << 62) / mean; x > ONE / 4; x /= 2)
		doublings++;
	term = x;
	for (unsigned i = 2; i < SERIES_TERMS; i++) {
		p = i % 2 ? p - term : p + term;
		term = (term * x >> 62) / i;
	}
	while (doublings--)
		p = p * (2 * ONE - p) >> 62;
	return (uint64_t)p;
}

uint64_t sampling_weight(uint64_t size, uint64_t mean)
{
	uint64_t p = probability(size ? size : 1, mean);

	return (uint64_t)(((unsigned __int128)ONE << ACCOUNT_WEIGHT_BITS) / (p ? p : 1));
}

/* The base-2 logarithm of mantissa / 2^63, which is from 1 to below 2, times 2^LOG_BITS. */
static uint64_t log2_of(uint64_t mantissa)
{
	uint64_t result = 0;

	/* Each square doubles the logarithm, and its whole part is the next bit. */
	for (int i = 0; i < LOG_BITS; i++) {
		unsigned __int128 square = (unsigned __int128)mantissa * mantissa >> 63;
		bool is_two = square >> 64 != 0;

		mantissa = (uint64_t)(is_two ? square >> 1 : square);
		result = result << 1 | is_two;
	}
	return result;
}

/* -ln(u) * mean, for u = random / 2^64 */
uint64_t sampling_distance(uint64_t random, uint64_t mean)
{
	uint64_t zeros, bits;

	random |= 1; /* not 0 */
	zeros = (uint64_t)__builtin_clzll(random);
	bits = ((zeros + 1) << LOG_BITS) - log2_of(random << zeros);
	bits = (uint64_t)((unsigned __int128)bits * LN_2 >> 64);
	return (uint64_t)((unsigned __int128)bits * mean >> LOG_BITS) + 1;
}

/* xorshift64* */
static uint64_t random_next(void)
{
	uint64_t x = guard.sample_random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	guard.sample_random = x;
	return x * UINT64_C(0x2545F4914F6CDD1D);
}

/* Different for each thread, process and time; not 0. */
static uint64_t seed(void)
{
	uint64_t x = clock_ticks() ^ (uintptr_t)&guard << 20 ^ (uint64_t)system_pid() << 40;

	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return (x ^ x >> 31) | 1;
}

/*
 * The bytes left are drawn anew after each sampled block, and not counted on from its last sampled
 * byte: what is left has the same distribution, wherever it is counted from.
 */
__attribute__((noinline)) bool sampling_skips_cold(uint64_t size_bytes)
{
	uint64_t left = guard.sample_left;

	if (guard.sample_session != recorder.session) {
		guard.sample_random = seed();
		left = sampling_distance(random_next(), mean_bytes);
		guard.sample_left = left;
		guard.sample_session = recorder.session;
	}
	if (left > size_bytes) {
		guard.sample_left = left - size_bytes;
		return true;
	}
	guard.sample_left = sampling_distance(random_next(), mean_bytes);
	return false;
}

__attribute__((noinline)) bool sampling_takes_cold(const void *block,
                                                   uint64_t size_bytes)
{
	/* Sampling began during this call, so that nothing was drawn for it yet. */
	if (guard.sample_session != recorder.sampling && sampling_skips_cold(size_bytes))
		return false;
	if (!block || sample_table_put((uintptr_t)block))
		return true;
	ring_count_loss(LOST_SAMPLES, 1);
	return false;
}
