/*
 * report/json/call_path.h - the frames of a call path, for programs.
 */
#ifndef OUTLIVE_REPORT_JSON_CALL_PATH_H
#define OUTLIVE_REPORT_JSON_CALL_PATH_H

#include "base/json_writer.h"
#include "verdict/stack_names.h"

/*
 * Write the frames of a call path, innermost first. Of a path that is longer than PATH_CALLS
 * only the two ends are written, as rows.h explains; the keys are the same for short paths,
 * with 0 frames left out and no outer frames. 0, or -1 when memory is out.
 */
int call_path_frames_json(struct json_writer *json, const struct profile *profile,
                          uint32_t node, struct stack_names *stack);

/* A frame as an object: function, file, line, module, offset. */
void call_path_frame_json(struct json_writer *json, const struct stack_name *name);

#endif
