/*
 * elf/go_name.h - what the name of a Go function says: "example.com/app/store.(*Cache).Get.func1".
 */
#ifndef OUTLIVE_ELF_GO_NAME_H
#define OUTLIVE_ELF_GO_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a source file is one of Go, as its compiler writes it, or of assembly. */
bool is_go_source(const char *path);

/*
 * Whether the function only leads from Go to C, from C to Go, or from one form of a call to
 * another: runtime.cgocall, main._Cfunc_free, _cgo_0123456789ab_Cfunc_free, main.main.gowrap1,
 * main.(*T).Get-fm. Go prints most of them in no stack.
 */
bool is_go_plumbing(const char *function);

/* Whether a glob is meant for such functions, "main._Cfunc_*", and not for all of a package. */
bool is_go_plumbing_glob(const char *glob);

/*
 * Whether it is a function of C that Go's runtime brings along, for itself: x_cgo_mmap,
 * x_cgo_thread_start. Those that a program asks for, as by os.Setenv, are not.
 */
bool is_go_runtime_c(const char *function);

/* Whether it starts the program or a goroutine. */
bool is_go_startup(const char *function);

/*
 * Whether it initializes a package before main.main runs: "main.init", which gives variables their
 * values, or "main.init.0", the first func init() of the package.
 */
bool is_go_package_init(const char *function);

/* Whether it is a function of cgo that allocates whenever it is called: main._Cfunc_CString. */
bool is_go_allocator(const char *function);

/* Whether it never returns: runtime.panicIndex, runtime.throw. */
bool is_go_panic(const char *function);

/* Whether the import path of a function of a Go source file is one of the standard library's. */
bool is_go_standard(const char *function);

/*
 * How many bytes at the start of a name are its import path, as "example.com/app/store"; 0: there
 * is none.
 */
size_t go_package_bytes(const char *function);

/*
 * The receiver "(*T)", if one begins at `at` of a name; 0: none. It is a part of the name, as
 * parameters are not.
 */
size_t go_receiver_bytes(const char *function, const char *at);

#endif
