#!/bin/bash
# A test that does not say what is expected of it fails, with a line that says so.
real=$OUTLIVE_ROOT_DIR
mkdir -p root/tests/{cli,exact} root/samples
cp -r "$real/tests/run" root/tests/
ln -s "$real/include" "$real/analyzer" "$real/preload" root/
cp -r "$real/tests/exact/"{run.sh,lib} root/tests/exact/
run_one() { # SUITE NAME PATH
	OUTLIVE_TEST_SHOW=1 OUTLIVE_ROOT_DIR=$PWD/root OUTLIVE_BUILD=${OUTLIVE%/*} bash root/tests/run/one.sh "$@" \
		"$PWD/work-$2" | sed "s/  [0-9.]* s$//; s,$PWD/root/,,"
}

echo 'echo anything' >root/tests/cli/silent.sh
run_one cli silent tests/cli/silent.sh
: >root/tests/cli/silent.stdout.exact
run_one cli silent tests/cli/silent.sh | head -n 1
echo anything >root/tests/cli/silent.stdout.exact
run_one cli silent tests/cli/silent.sh

# What is skipped has a line that says so, even where the test itself says nothing.
echo 'exit 77' >root/tests/cli/silent.sh
run_one cli silent tests/cli/silent.sh
echo 'echo "no kernel for it" >&2; exit 77' >root/tests/cli/silent.sh
run_one cli silent tests/cli/silent.sh
for group in '' 'parts: '; do # cmocka of Debian 12, and of Debian 13
	printf '#!/bin/sh\necho "[  PASSED  ] 3 test(s)."; echo "[  SKIPPED ] %s2 test(s), listed below:"\n' "$group" \
		>root/test_parts
	chmod +x root/test_parts
	run_one unit:build test_parts ./test_parts | head -n 1
done

printf '/* unbuilt.c - a program. */\nint main(void) { return 0; }\n' >root/tests/exact/unbuilt.c
run_one exact unbuilt tests/exact/unbuilt.c
printf '/*\n * built.c - a program.\n *\n * build: gcc -O2\n */\nint main(void) { return 0; }\n' \
	>root/tests/exact/built.c
run_one exact built tests/exact/built.c

printf '/* hopeful.c - a sample. */\nint main(void) { return 0; }\n' >root/samples/hopeful.c
run_one samples hopeful samples/hopeful.c

# A test of attach/ that ends before it started a program prints nothing.
mkdir root/tests/attach
cp "$real/tests/attach/lib.sh" root/tests/attach/
# shellcheck disable=SC2016
echo '. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"' >root/tests/attach/test_idle.sh
run_one attach test_idle tests/attach/test_idle.sh
echo 'start sleep 60' >>root/tests/attach/test_idle.sh
run_one attach test_idle tests/attach/test_idle.sh
