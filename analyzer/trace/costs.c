/* trace/costs.c - what malloc, free and copying cost where a recording was made. */
#include "trace/costs.h"

#include <string.h>

/* As measured by record/costs_measure.c on an x86-64 of 2024 with glibc 2.36. */
struct allocator_costs allocator_costs_usual(void)
{
	return (struct allocator_costs){
		.header = { .class_count = 5, .copy_least = 30000, .copy_most = 50000 },
		.classes = { { 64, 16000, 20000 },
		             { 256, 16000, 35000 },
		             { 1032, 16000, 46000 },
		             { 8192, 38000, 46000 },
		             { 65536, 29000, 58000 } },
		.memory = { .miss = 110000,
		            .clear_least = 15000,
		            .clear_most = 30000,
		            .extend = 15000,
		            .map = 2500000,
		            .touch = 800000,
		            .cache_bytes = UINT64_C(32) << 20 },
	};
}

const struct costs_class *allocator_costs_of(const struct allocator_costs *costs,
                                             uint64_t size)
{
	uint32_t i = 0;

	while (i + 1 < costs->header.class_count && costs->classes[i].bytes_max < size)
		i++;
	return &costs->classes[i];
}

int costs_block_load(struct allocator_costs *costs, const uint8_t *data, size_t bytes,
                     struct error *error)
{
	struct allocator_costs read = allocator_costs_usual();
	size_t classes_bytes;
	uint32_t i;

	read.is_measured = true;
	if (bytes < sizeof(read.header))
		return error_set(error, "the costs are shorter than their header");
	memcpy(&read.header, data, sizeof(read.header));
	bytes -= sizeof(read.header);
	classes_bytes = read.header.class_count * sizeof(*read.classes);
	if (!read.header.class_count || read.header.class_count > COSTS_CLASSES_MAX ||
	    bytes < classes_bytes)
		return error_set(error, "costs of %u classes cannot be",
		                 read.header.class_count);
	memset(read.classes, 0, sizeof(read.classes));
	memcpy(read.classes, data + sizeof(read.header), classes_bytes);
	if (bytes - classes_bytes >= sizeof(read.memory))
		memcpy(&read.memory, data + sizeof(read.header) + classes_bytes,
		       sizeof(read.memory));
	for (i = 0; i < read.header.class_count; i++) {
		if (read.classes[i].most < read.classes[i].least ||
		    (i && read.classes[i].bytes_max <= read.classes[i - 1].bytes_max))
			return error_set(error, "the costs of class %u cannot be", i);
	}
	if (read.header.copy_most < read.header.copy_least ||
	    read.memory.clear_most < read.memory.clear_least)
		return error_set(error, "the costs of copying or clearing cannot be");
	*costs = read;
	return 0;
}

int costs_block_save(const struct allocator_costs *costs, struct text *payload)
{
	return text_add(payload, (const char *)&costs->header, sizeof(costs->header)) ||
	               text_add(payload, (const char *)costs->classes,
	                        costs->header.class_count * sizeof(*costs->classes)) ||
	               text_add(payload, (const char *)&costs->memory,
	                        sizeof(costs->memory))
	           ? -1
	           : 0;
}
