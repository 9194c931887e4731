/* verdict/runtime_suppressions.c - what runtimes never free, and why. */
#include "verdict/runtime_suppressions.h"

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define LIBC "libc.so"
#define LOADER "ld-linux"
#define LIBSTDCXX "libstdc++.so"

#define ARENA_FUNCTIONS "^arena_map_get$", "^new_arena$"
#define ARENA_REASON "where its allocator has its arenas"

static const struct runtime_suppression rules[] = {
	/* ---- the loader ---- */
	/*
	 * libc keeps up to 40 MiB of stacks: 5 of 8 MiB, 20 of Rust's 2 MiB, 40 of 1 MiB. More
	 * belong to threads that still run, or were neither joined nor detached.
	 */
	{ "libc", REACH_FUNCTION, LOADER, NAMES("^_dl_allocate_tls$"), 40,
	  "thread-local storage of running threads, and of ended ones whose stacks are kept "
	  "for the next" },
	/* The loader hands none of its blocks to code that could free them. */
	{ "ld.so", REACH_MODULE, LOADER, NULL, 0,
	  "loaded modules, the directories that were searched for them, their "
	  "thread-local storage" },

	/* ---- the C library ---- */
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^dlopen$", "^dlmopen$", "^dlopen_mode$", "^dlclose$", "^dlsym$",
	        "^dlvsym$", "^dlerror$", "^backtrace$", "^unwind_link_get$"),
	  0, "loaded modules, and the text of the last dlerror()" },
	/* A FILE that a program leaks is shown: its buffer is the fourth. */
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^_IO_file_doallocate$", "^_IO_wfile_doallocate$"), 3,
	  "buffers of stdin, stdout and stderr" },
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^cxa_atexit$", "^cxa_at_quick_exit$", "^on_exit$", "^at_quick_exit$",
	        "^new_exitfn$", "^register_atfork$"),
	  256, "the lists of exit and fork handlers" },
	{ "libc", REACH_FUNCTION, LIBC, NAMES("^setlocale$"), 0,
	  "the locale of the process, and locale data" },
	/* The locale itself belongs to the caller: newlocale() itself allocates it. */
	{ "libc", REACH_INSIDE, LIBC, NAMES("^newlocale$"), 0,
	  "locale data, which all locales share" },
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^dcgettext$", "^dcigettext$", "^dcngettext$", "^dgettext$", "^dngettext$",
	        "^gettext$", "^ngettext$", "^textdomain$", "^bindtextdomain$",
	        "^bind_textdomain_codeset$"),
	  0, "catalogs of messages, and what was translated" },
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^wcsmbs_load_conv$", "^btowc$", "^wctob$", "^mbrtowc$", "^mbrlen$",
	        "^mblen$", "^mbtowc$", "^wctomb$", "^wcrtomb$", "^mbstowcs$", "^wcstombs$",
	        "^mbsrtowcs$", "^mbsrtowcs_l$", "^mbsnrtowcs$", "^wcsrtombs$",
	        "^wcsnrtombs$", "^fwide$", "^_IO_fwide$", "^gconv_lookup_cache$",
	        "^gconv_find_shlib$", "^gconv_load_cache$", "^gconv_read_conf$"),
	  0, "conversions between character sets" },
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^tzset$", "^tzset_internal$", "^tz_convert$", "^localtime$",
	        "^localtime_r$", "^localtime64$", "^localtime64_r$", "^gmtime$",
	        "^gmtime_r$", "^mktime$", "^timelocal$", "^strftime_l$", "^tzfile_read$"),
	  0, "the time zone" },
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^nss_*", "^resolv_*", "^res_init$", "^getpwnam$", "^getpwuid$",
	        "^getpwnam_r$", "^getpwuid_r$", "^getpwent$", "^getgrnam$", "^getgrgid$",
	        "^getgrnam_r$", "^getgrgid_r$", "^getgrent$", "^getspnam$",
	        "^gethostbyname$", "^gethostbyname2$", "^gethostbyaddr$", "^getservbyname$",
	        "^getservbyport$", "^getprotobyname$", "^getprotobynumber$",
	        "^getnetbyname$"),
	  0, "databases of users, groups, hosts and services, and the last entry of each" },
	{ "libc", REACH_FUNCTION, LIBC,
	  NAMES("^getmntent$", "^ttyname$", "^fgetpwent$", "^fgetgrent$", "^strerror$",
	        "^strerror_l$", "^strsignal$"),
	  4, "what a function returns until its next call" },
	/*
	 * Strings of the environment are never freed; a program that keeps setting new ones
	 * leaks.
	 */
	{ "libc", REACH_FUNCTION, LIBC, NAMES("^setenv$", "^putenv$", "^add_to_environ$"),
	  512, "the environment" },
	{ "libc", REACH_FUNCTION, LIBC, NAMES("^pthread_setspecific$", "^tss_set$"), 0,
	  "thread-specific data of threads that still run" },
	{ "libc", REACH_LOAD, LIBC, NULL, 0, "what libc sets up when it is loaded" },

	/* ---- C++ ---- */
	{ "libstdc++", REACH_LOAD, LIBSTDCXX, NULL, 0,
	  "memory for exceptions thrown when there is none left" },
	{ "libstdc++", REACH_FUNCTION, "", NAMES("^_GLOBAL__sub_I_eh_alloc.cc"), 16,
	  "memory for exceptions thrown when there is none left" },
	{ "libstdc++", REACH_FUNCTION, LIBSTDCXX, NAMES("^std::ios_base::sync_with_stdio("),
	  8, "buffers of cin, cout, cerr and clog" },
	/* One named locale takes 90 blocks and is the process's; further ones may be leaked. */
	{ "libstdc++", REACH_FUNCTION, "",
	  NAMES("^std::locale::locale(", "^std::locale::_Impl::", "^std::locale::global(",
	        "std::__numpunct_cache<", "std::__moneypunct_cache<"),
	  200, "the global locale and its caches" },
	{ "libstdc++", REACH_FUNCTION, LIBSTDCXX, NAMES("std::num_put<", "std::num_get<"),
	  16, "caches of the locale of a stream" },
	{ "libgcc", REACH_LOAD, "libgcc_s", NULL, 0, "tables of the unwinder" },
	{ "libgcc", REACH_FUNCTION, "", NAMES("^__emutls_get_address$"), 0,
	  "thread-local storage of threads that still run" },

	/* ---- Rust, whose library is a part of each program ---- */
	{ "Rust's std", REACH_FUNCTION, "",
	  NAMES("std::sys::pal::unix::stack_overflow::", "std::sys::unix::stack_overflow::",
	        "std::sys_common::thread_info::"),
	  8, "what its handler of stack overflows knows of the main thread" },
	{ "Rust's std", REACH_FUNCTION, "",
	  NAMES("^std::rt::init", "^std::thread::Thread::new_main",
	        "^std::thread::main_thread", "^std::thread::current::"),
	  8, "the handle of the main thread" },
	{ "Rust's std", REACH_FUNCTION, "",
	  NAMES("^std::io::stdio::stdin$", "^std::io::stdio::stdout$",
	        "^std::io::stdio::stderr$", "^std::io::stdio::cleanup"),
	  4, "buffers of stdin and stdout" },
	{ "Rust's std", REACH_FUNCTION, "", NAMES("std::backtrace_rs::symbolize::"), 0,
	  "debug information that it has read for a backtrace" },

	/* ---- CPython, whose arenas themselves are mapped ---- */
	{ "CPython", REACH_PROGRAM, "python3", NAMES(ARENA_FUNCTIONS), 64, ARENA_REASON },
	{ "CPython", REACH_PROGRAM, "libpython3", NAMES(ARENA_FUNCTIONS), 64,
	  ARENA_REASON },
};

const struct runtime_suppression *runtime_suppressions(size_t *count)
{
	*count = sizeof(rules) / sizeof(*rules);
	return rules;
}
