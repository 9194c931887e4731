/* report/json/call_path.c - the frames of a call path, for programs. */
#include "report/json/call_path.h"

#include "report/rows.h"

static void name_json(struct json_writer *json, const struct stack_name *name)
{
	json_string(json, "function", name->function);
	json_string(json, "module", name->module);
	json_string(json, "declared", name->declared);
	json_count(json, "offset", name->offset);
	json_string(json, "file", name->file);
	json_count(json, "line", name->line);
	json_bool(json, "inlined", name->is_inlined);
	json_bool(json, "gap", name->is_cut);
}

static void frames_json(struct json_writer *json, const char *key,
                        const struct stack_names *stack)
{
	size_t i;

	json_array(json, key);
	for (i = 0; i < stack->count; i++) {
		json_object_inline(json, NULL);
		name_json(json, &stack->names[i]);
		json_object_end(json);
	}
	json_array_end(json);
}

int call_path_frames_json(struct json_writer *json, const struct profile *profile,
                          uint32_t node, struct stack_names *stack)
{
	size_t total, outer = 0;

	if (stack_names_fill_part(stack, profile, node, 0, PATH_CALLS, &total))
		return -1;
	if (total > PATH_CALLS) {
		outer = PATH_OUTER;
		if (stack_names_fill_part(stack, profile, node, 0, PATH_INNER, &total))
			return -1;
	}
	frames_json(json, "frames", stack);
	json_count(json, "frames_left_out", outer ? total - PATH_INNER - outer : 0);
	/* for a short path this asks for no frames, and writes an empty array */
	if (stack_names_fill_part(stack, profile, node, total - outer, outer, &total))
		return -1;
	frames_json(json, "outer_frames", stack);
	return 0;
}

void call_path_frame_json(struct json_writer *json, const struct stack_name *name)
{
	json_object_inline(json, NULL);
	json_string(json, "function", name->function);
	json_string(json, "file", name->file);
	json_count(json, "line", name->line);
	json_string(json, "module", name->module);
	json_count(json, "offset", name->offset);
	json_object_end(json);
}
