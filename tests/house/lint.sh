#!/bin/bash
# lint.sh - formatting, clang-tidy, shellcheck, and both compilers with -Werror.
# Prints what is wrong, then one line; exits 1 if anything is.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0

mapfile -t sources < <(git ls-files '*.c' '*.h')
mapfile -t units < <(git ls-files "preload/*.c" "analyzer/*.c")
mapfile -t headers < <(git ls-files 'preload/*.h' 'analyzer/*.h' 'include/*.h')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)

clang-format --dry-run -Werror "${sources[@]}" || bad=1

# Both compilers and clang-tidy: the Makefile knows which files have changed.
make --no-print-directory -k -j"$(nproc)" -O lint-units || bad=1

shellcheck -S warning "${scripts[@]}" || bad=1

# What is planted there is what the check must find.
mapfile -t of_tests < <(git ls-files tests/'*.'{sh,c,cpp} samples/'*.'{c,cpp} .ci/run |
	grep -vxF tests/cli/house-outside.sh)
awk -f tests/house/outside.awk "${of_tests[@]}" || bad=1

LC_ALL=C awk -f tests/house/shape.awk "${sources[@]}" || bad=1
awk -f tests/house/twice.awk "${units[@]}" "${headers[@]}" || bad=1
# What is planted there is what this check must find.
mapfile -t worded < <(git ls-files '*.c' '*.h' '*.S' '*.cpp' '*.sh' '*.awk' '*.py' '*.mk' '*.md' \
	Makefile .ci/run 'docs/man/*' | grep -vxF -e tests/cli/house-gates.sh -e tests/house/words.awk)
awk -f tests/house/words.awk "${worded[@]}" || bad=1

if [ $bad = 0 ]; then
	echo "lint: ${#sources[@]} sources and ${#scripts[@]} scripts are clean"
else
	echo "lint: found what is above" >&2
fi
exit $bad
