/*
 * report/json/process.h - what is said of a process in JSON, in a report and by `outlive info`
 * alike.
 */
#ifndef OUTLIVE_REPORT_JSON_PROCESS_H
#define OUTLIVE_REPORT_JSON_PROCESS_H

#include "base/json_writer.h"
#include "trace/counts.h"
#include "replay/profile.h"

/* The members of a process's object: number, pid, command, counts, lost, .. */
void process_json(struct json_writer *json, const struct trace_process *process,
                  const struct process_counts *counts);

/* The member `lost`: an object, its events by cause. */
void lost_json(struct json_writer *json, const struct trace_process *process,
               const struct lost_counts *lost);

#endif
