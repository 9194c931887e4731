/*
 * process_json.h - what is said of a process in JSON, in a report and by `outlive info`
 * alike. Layer 8.
 */
#ifndef OUTLIVE_PROCESS_JSON_H
#define OUTLIVE_PROCESS_JSON_H

#include "json_writer.h"
#include "process_counts.h"
#include "profile.h"

/* The members of a process's object: number, pid, command, counts, lost, .. */
void process_json(struct json_writer *json, const struct trace_process *process,
                  const struct process_counts *counts);

/* The member `lost`: an object, its events by cause. */
void lost_json(struct json_writer *json, const struct trace_process *process,
               const struct lost_counts *lost);

#endif
