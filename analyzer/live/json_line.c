/* live/json_line.c - the figures of a followed process as one line of JSON. */
#include "live/json_line.h"

#include "base/json_writer.h"

/* Write a difference, which may be negative; json_count() has no sign. */
static void signed_json(struct json_writer *json, const char *key, uint64_t now,
                        uint64_t then)
{
	json_signed(json, key, (int64_t)(now - then));
}

/* What rows and the totals have in common; the keys are those of the JSON report. */
static void counts_json(struct json_writer *json, const struct live_counts *now,
                        const struct live_counts *since,
                        const struct live_counts *before, double seconds)
{
	json_count(json, "allocations", now->allocations);
	json_count(json, "bytes", now->bytes);
	json_count(json, "frees", now->frees);
	json_count(json, "live_blocks", now->live_blocks);
	json_count(json, "live_bytes", now->live_bytes);
	signed_json(json, "growth_blocks", now->live_blocks, since->live_blocks);
	signed_json(json, "growth_bytes", now->live_bytes, since->live_bytes);
	json_count(json, "allocations_per_s",
	           (uint64_t)live_rate(now->allocations, before->allocations, seconds));
	json_count(json, "bytes_per_s",
	           (uint64_t)live_rate(now->bytes, before->bytes, seconds));
	json_count(json, "frees_per_s",
	           (uint64_t)live_rate(now->frees, before->frees, seconds));
}

static void name_json(struct json_writer *json, const struct stack_name *name,
                      enum live_group group)
{
	if (group != LIVE_BY_MODULE)
		json_string(json, "function", name->function);
	json_string(json, "module", name->module);
	if (group != LIVE_BY_MODULE)
		json_string(json, "declared", name->declared);
}

static void thread_json(struct json_writer *json, const struct profile *profile,
                        const struct live_row *row)
{
	char name[LIVE_ROW_NAME_BYTES];

	live_row_thread_name(name, sizeof(name), profile, row);
	json_count(json, "serial", row->thread->serial);
	json_count(json, "tid", row->thread->tid);
	json_string(json, "name", name);
	json_count(json, "goroutines", row->goroutines);
}

static void row_json(struct json_writer *json, const struct profile *profile,
                     const struct live_row *row, enum live_group group, double seconds)
{
	json_object_inline(json, NULL);
	if (group == LIVE_BY_THREAD) {
		thread_json(json, profile, row);
	} else {
		name_json(json, &row->name, group);
	}
	if (group == LIVE_BY_PATH) {
		json_count(json, "site", row->path);
		json_string(json, "file", row->name.file);
		json_count(json, "line", row->name.line);
	}
	if (group == LIVE_BY_OWNER) {
		json_count(json, "blocks", row->now.allocations);
		json_count(json, "bytes", row->now.bytes);
	} else {
		counts_json(json, &row->now, &row->since, &row->before, seconds);
	}
	json_object_end(json);
}

static void rows_json(struct json_writer *json, const struct live_json *wanted,
                      const struct profile *profile, const struct live_rows *rows,
                      double seconds)
{
	size_t i;

	json_count(json, "row_count", rows->count);
	json_array_inline(json, "rows");
	for (i = 0; i < rows->count && (!wanted->top || i < wanted->top); i++)
		row_json(json, profile, &rows->rows[i], wanted->group, seconds);
	json_array_end(json);
}

int live_json_line(const struct live_json *wanted, const struct live_feed *feed,
                   struct live_rows *rows, const struct live_compare *compare)
{
	static const char *const groups[LIVE_GROUPS] = { "function", "site", "module",
		                                             "owner", "thread" };
	const struct profile *profile = live_feed_profile(feed);
	const struct replay *replay = &profile->replay;
	const struct live_counts now = live_counts_of_all(profile);
	struct json_writer json = json_writer_of(wanted->file);

	if (live_rows_make(rows, profile, wanted->group, compare))
		return -1;
	live_rows_sort(rows, wanted->sort, false, compare);
	json_object_inline(&json, NULL);
	json_count(&json, "time_ns", live_feed_time_ns(feed));
	json_count(&json, "behind_ns", live_feed_behind_ns(feed));
	json_count(&json, "pid", profile->process->header.pid);
	/* as far as the figures go: its end is in the last line */
	json_bool(&json, "still_running", !live_feed_is_ended(feed) || feed->is_behind);
	/* of which one was sampled: all counts are estimates then; 0: all blocks were recorded */
	json_count(&json, "sample_bytes", replay->sample.mean_bytes);
	counts_json(&json, &now, &compare->since->all, &compare->before->all,
	            compare->seconds);
	json_count(&json, "peak_bytes", replay->paths.peak_bytes);
	json_count(&json, "peak_blocks", replay->paths.peak_blocks);
	json_count(&json, "peak_ns", profile->peak_ns);
	json_count(&json, "events", replay->totals.events);
	json_count(&json, "lost_events", profile->lost.events);
	json_count(&json, "thread_count", thread_table_threads(&replay->threads));
	json_string(&json, "by", groups[wanted->group]);
	rows_json(&json, wanted, profile, rows, compare->seconds);
	json_object_end(&json);
	/* a reader of the lines gets each of them at once */
	fflush(wanted->file);
	return 0;
}
