/*
 * report/text/timeline_graph.h - segments over time as a graph, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_TIMELINE_GRAPH_H
#define OUTLIVE_REPORT_TEXT_TIMELINE_GRAPH_H

#include "base/screen.h"
#include "report/timeline.h"

/* Print a row for the total and for each segment that mattered; needs at least one snapshot. */
void timeline_graph_print(const struct segment_timeline *timeline,
                          const struct screen *screen);

#endif
