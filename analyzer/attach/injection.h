/*
 * attach/injection.h - brings liboutlive.so into a running process, and starts a recording there.
 *
 * First everything is looked up and prepared, with nothing touched. Then a guardian process stops
 * one thread for three system calls and lets it go, and watches over our own threads until the
 * library is in. Whoever kills the process that the user has started harms no one: the guardian
 * finishes.
 */
#ifndef OUTLIVE_ATTACH_INJECTION_H
#define OUTLIVE_ATTACH_INJECTION_H

#include "attach/carrier.h"
#include "attach/checks.h"
#include "attach/elsewhere.h"
#include "attach/remote.h"

#include <limits.h>
#include <stdbool.h>

struct injection_settings {
	pid_t pid;
	const char *library; /* absolute path of liboutlive.so, as we see it */
	struct attach_request request;
	bool allows_filter; /* attach though a filter of system calls cannot be read */
};

struct injection {
	struct injection_settings settings;
	struct process_facts facts;
	struct remote remote;
	struct carrier_plan plan;
	struct carrier carrier;   /* what is written into the process */
	uint64_t gadget;          /* `syscall; ret` */
	uint64_t single_threaded; /* address of __libc_single_threaded; 0: there is none */
	uint64_t control;         /* of the library, if it is loaded; else 0 */
	struct attach_control before;
	struct elsewhere there;   /* the process's files */
	struct safe_point *place; /* NULL: the process has several threads */
	int turn; /* a lock: no one else attaches to it meanwhile; -1: none */
};

/* What the guardian has to say; sent through a pipe. */
struct injection_report {
	int is_attached;
	uint32_t tries, mended;
	uint64_t stopped_ns, whole_ns;
	struct attach_control control; /* of the library, once it records */
	struct error error;            /* if it is not attached */
};

/* 0, or -1 and *error: refused, and nothing was touched. injection_release() in any case. */
int injection_prepare(struct injection *injection,
                      const struct injection_settings *settings, struct error *error);

/* 0, or -1 and report->error. */
int injection_run(struct injection *injection, struct injection_report *report);

void injection_release(struct injection *injection);

#endif
