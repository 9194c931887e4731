/*
 * go_file.h - makes a file of a Go program with known functions, in each layout of its tables,
 * apart from the code that reads them.
 *
 *   0x401000  main.main      /src/main.go:10 (declared at 9), 0x40 bytes
 *   0x401040  main.(*T).Work /src/work.go:20 (declared at 19), 0x40 bytes; in it
 *     0x401048 .. 0x401058   main.Map[go.shape.int] (declared at 30), inlined at work.go:21:
 *                            /src/map.go:31; in it
 *       0x40104c .. 0x401050 main.leaf (declared at 40), inlined at map.go:32: /src/map.go:41
 *   0x401080  C code, which has no lines, 0x20 bytes
 */
#ifndef OUTLIVE_TESTS_GO_FILE_H
#define OUTLIVE_TESTS_GO_FILE_H

#include <stddef.h>
#include <stdint.h>

#define GO_FILE_BYTES 0x1800
#define GO_FILE_TEXT 0x401000
#define GO_FILE_TEXT_END 0x4010a0

enum go_file_layout { GO_FILE_1_16, GO_FILE_1_18, GO_FILE_1_20 };

/* Fill in a whole file; all that is not used is 0. */
void go_file_make(uint8_t file[GO_FILE_BYTES], enum go_file_layout layout);

#endif
