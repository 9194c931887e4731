/*
 * report/json/process.h - what is said of a process in JSON, in a report and by `outlive info`
 * alike.
 */
#ifndef OUTLIVE_REPORT_JSON_PROCESS_H
#define OUTLIVE_REPORT_JSON_PROCESS_H

#include "base/json_writer.h"
#include "process/maps.h"
#include "replay/profile.h"
#include "trace/counts.h"
#include "trace/phases.h"

/* The members of a process's object: number, pid, command, counts, lost, .. */
void process_json(struct json_writer *json, const struct trace_process *process,
                  const struct process_counts *counts);

/* The member `lost`: an object, its events by cause. */
void lost_json(struct json_writer *json, const struct trace_process *process,
               const struct lost_counts *lost);

/* The member `phases`: an array, libc's in their order, then the named ones. */
void phases_json(struct json_writer *json, const struct ring_header *header,
                 const struct phases *phases);

/* The twelve sizes of its memory, or of a part, into an object that is open; or as an object. */
void use_json(struct json_writer *json, const struct memory_use *use);
void use_json_object(struct json_writer *json, const char *key,
                     const struct memory_use *use);

#endif
