/*
 * report/json/process.h - a process in JSON, the same in a report and in `outlive info`.
 */
#ifndef OUTLIVE_REPORT_JSON_PROCESS_H
#define OUTLIVE_REPORT_JSON_PROCESS_H

#include "base/json_writer.h"
#include "process/maps.h"
#include "replay/profile.h"
#include "trace/counts.h"
#include "trace/phases.h"
#include "trace/reader.h"

/* Write the members of a process's object: number, pid, command, counts, lost, .. */
void process_json(struct json_writer *json, const struct trace_process *process,
                  const struct process_counts *counts);

/* Write the member `lost`: an object with the lost events by cause. */
void lost_json(struct json_writer *json, const struct trace_process *process,
               const struct lost_counts *lost);

/* Write the member `phases`: an array, libc's phases in their order, then the named ones. */
void phases_json(struct json_writer *json, const struct ring_header *header,
                 const struct phases *phases);

/*
 * Write the member `incomplete`: what is missing of the recording, or "". Left out if memory is
 * out.
 */
void incomplete_json(struct json_writer *json, const struct trace_reader *reader);

/*
 * Write the twelve sizes of its memory, or of a part of it: into the open object, or as an
 * object.
 */
void use_json(struct json_writer *json, const struct memory_use *use);
void use_json_object(struct json_writer *json, const char *key,
                     const struct memory_use *use);

#endif
