/*
 * replay/birth_window.h - which of the last blocks that a thread allocated are still live, to
 * know whether a freed block is the youngest one.
 *
 * Blocks are numbered as they are born, 1, 2, ... Nothing is known of blocks that are older
 * than the window: none of them counts as the youngest.
 */
#ifndef OUTLIVE_REPLAY_BIRTH_WINDOW_H
#define OUTLIVE_REPLAY_BIRTH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define BIRTH_WINDOW 4096u
#define BIRTH_WORDS (BIRTH_WINDOW / 64)

/* Zeroed is empty. */
struct birth_window {
	uint64_t words[BIRTH_WORDS]; /* bit (number % BIRTH_WINDOW): that block is live */
	uint64_t summary;            /* bit i: words[i] is not 0 */
	uint32_t newest;             /* number of the last birth */
	/* the live block with the highest number; valid if summary is not 0 */
	uint32_t youngest;
};

/* Returns the number of a new block. */
static inline uint32_t birth_window_add(struct birth_window *window)
{
	uint32_t number = ++window->newest, bit = number % BIRTH_WINDOW;

	window->words[bit / 64] |= UINT64_C(1) << bit % 64;
	window->summary |= UINT64_C(1) << bit / 64;
	window->youngest = number;
	return number;
}

/* The youngest block was freed, and its bit cleared: find the next youngest. */
static inline void birth_window_descend(struct birth_window *window, uint32_t bit)
{
	uint32_t word = bit / 64;
	uint64_t live = window->words[word] & ((UINT64_C(1) << bit % 64) - 1), turned;

	if (!window->summary)
		return;
	if (!live) {
		/*
		 * Rotate, so that bit 63 stands for the word before this one and bit 0 for this
		 * one.
		 */
		turned = window->summary >> word | window->summary << (-word & 63);
		word = (word + 63 - (uint32_t)__builtin_clzll(turned)) % BIRTH_WORDS;
		live = window->words[word];
	}
	bit -= word * 64 + 63 - (uint32_t)__builtin_clzll(live);
	window->youngest -= bit % BIRTH_WINDOW;
}

/* Call when a block is freed; returns whether it was the youngest of its thread. */
static inline bool birth_window_remove(struct birth_window *window, uint32_t number)
{
	uint32_t bit = number % BIRTH_WINDOW;

	if (window->newest - number >= BIRTH_WINDOW)
		return false;
	window->words[bit / 64] &= ~(UINT64_C(1) << bit % 64);
	if (!window->words[bit / 64])
		window->summary &= ~(UINT64_C(1) << bit / 64);
	if (number != window->youngest)
		return false;
	birth_window_descend(window, bit);
	return true;
}

#endif
