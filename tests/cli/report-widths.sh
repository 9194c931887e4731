#!/bin/bash
# No line of what people read is wider than the screen, whatever the view, and no figure
# is cut: traces with long names, wide characters, many processes, losses and damage.
cat >long.cpp <<'EOF'
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include <outlive.h>
static void *volatile sink;
namespace a_namespace_with_a_name_that_goes_on_and_on {
template <class Key, class Value> struct table_of_keys_and_values {
	std::map<Key, Value> entries;
	__attribute__((noinline)) void insert_or_replace_what_was_there(Key key, Value value)
	{
		entries[key] = value;
	}
};
__attribute__((noinline)) void *make_a_block_that_is_passed_up_to_the_caller() { return malloc(24); }
__attribute__((noinline)) void one_function_owns_the_block() { free(sink = make_a_block_that_is_passed_up_to_the_caller()); }
}
#define NAME_OF_80 a_name_of_eighty_characters_that_no_narrow_terminal_has_room_for_at_all_abcdefghi
extern "C" {
__attribute__((noinline)) void 割り当てる関数とても長い名前の関数です(void) { free(sink = malloc(40)); }
__attribute__((noinline)) void NAME_OF_80(int depth)
{
	if (depth)
		NAME_OF_80(depth - 1);
	free(sink = malloc(1000));
	sink = nullptr;
}
__attribute__((noinline)) void *xmalloc_strdup_like(size_t bytes) { return sink = malloc(bytes); }
__attribute__((noinline)) void wrapper_user_one(void) { free(xmalloc_strdup_like(8)); }
__attribute__((noinline)) void wrapper_user_two(void) { free(xmalloc_strdup_like(16)); }
}
static void *other_thread(void *block)
{
	pthread_setname_np(pthread_self(), "スレッド");
	free(block);
	for (int i = 0; i < 50; i++)
		割り当てる関数とても長い名前の関数です();
	return nullptr;
}
int main()
{
	a_namespace_with_a_name_that_goes_on_and_on::table_of_keys_and_values<std::string, std::vector<int>> table;
	std::vector<std::string> kept;
	pthread_t thread;
	for (int i = 0; i < 300; i++) {
		table.insert_or_replace_what_was_there("a key that is too long to be kept inside " + std::to_string(i), std::vector<int>(i));
		a_namespace_with_a_name_that_goes_on_and_on::one_function_owns_the_block();
		割り当てる関数とても長い名前の関数です();
		wrapper_user_one();
		wrapper_user_two();
		kept.push_back(std::string(100 + i, 'x'));
	}
	NAME_OF_80(30);
	sink = malloc(123456789);
	pthread_create(&thread, nullptr, other_thread, malloc(1234567));
	pthread_join(thread, nullptr);
	outlive_phase("名前のとても長いフェーズはここから始まります");
	for (int i = 0; i < 4; i++) {
		if (!fork()) {
			free(malloc(64));
			_exit(0);
		}
		wait(nullptr);
	}
	outlive_phase("\033[2J a name \n that no terminal should obey, and that goes on and on and on and on and on");
	char *grows = nullptr;
	for (int i = 1; i < 200; i++)
		grows = (char *)realloc(grows, i * 100);
	return 0;
}
EOF
name=./プログラムの名前がとても長いので端末に収まらない
${CXX:-g++} -g -O1 -fno-builtin -std=c++17 -I"$OUTLIVE_ROOT_DIR/include" -o "$name" long.cpp -lpthread 2>compiler ||
	{ tail -n 1 compiler >&2; exit 77; }
"$OUTLIVE" run -q -o long.outlive -- "$name" 引数 "an argument that goes on and on" $'\t\033[2J' \
	12345678901234567890123456789012345678901234567890 >/dev/null 2>&1
# Stack overflows, deep stacks near their limits, signal stacks, and frames with long names.
cat >deep.cpp <<'EOF'
#include <csignal>
#include <cstdlib>
#include <pthread.h>
static void *volatile sink;
#define NAME_OF_80 a_name_of_eighty_characters_that_no_narrow_terminal_has_room_for_at_all_abcdefghi
extern "C" {
__attribute__((noinline)) int 深い関数のとても長い名前(int level);
__attribute__((noinline)) int NAME_OF_80(int level)
{
	volatile char local[200];
	local[0] = level;
	if (level % 64 == 0)
		free(sink = malloc(40));
	return level ? 深い関数のとても長い名前(level - 1) + local[0] : 0;
}
__attribute__((noinline)) int 深い関数のとても長い名前(int level)
{
	volatile char local[100];
	local[0] = level;
	return level ? NAME_OF_80(level - 1) + local[0] : 0;
}
}
static void handler(int) { free(sink = malloc(24)); }
static void *work(void *levels)
{
	pthread_setname_np(pthread_self(), "スレッド");
	return (void *)(long)NAME_OF_80((int)(long)levels);
}
int main(int argc, char **)
{
	static char stack[65536];
	stack_t other = {};
	struct sigaction action = {};
	pthread_attr_t small;
	pthread_t thread;
	other.ss_sp = stack;
	other.ss_size = sizeof(stack);
	sigaltstack(&other, nullptr);
	action.sa_handler = handler;
	action.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR1, &action, nullptr);
	raise(SIGUSR1);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 << 10);
	for (long i = 0; i < 30; i++) {
		pthread_create(&thread, &small, work, (void *)(i < 9 ? 1200L : 64L));
		pthread_join(thread, nullptr);
	}
	if (argc == 2)
		return NAME_OF_80(argc << 29);
	sink = nullptr;
	return argc == 3 ? *(volatile char *)sink : 0;
}
EOF
${CXX:-g++} -g -O1 -fno-builtin -std=c++17 -o deep deep.cpp -lpthread 2>compiler ||
	{ tail -n 1 compiler >&2; exit 77; }
"$OUTLIVE" run -q -o deep.outlive -- ./deep >/dev/null 2>&1
"$OUTLIVE" run -q -o overflow.outlive -- ./deep 1 >/dev/null 2>&1
"$OUTLIVE" run -q -o fault.outlive -- ./deep 1 2 >/dev/null 2>&1
"$OUTLIVE" run -q --frames plain -o plain.outlive -- "$name" >/dev/null 2>&1
"$OUTLIVE" run -q --flight --ring 1M -o lost.outlive -- \
	perl -e 'push @{$list{$_ % 100}}, "item $_" for 1 .. 100000' >/dev/null 2>&1
# More sizes than snapshots.
"$OUTLIVE" run -q --segments-every 10 -o sizes.outlive -- perl -e \
	'for (1 .. 20) { my $x = "a" x (2000000 * $_); select undef, undef, undef, 0.02 }' >/dev/null 2>&1
COLUMNS=200 "$OUTLIVE" segments --tables sizes.outlive | grep -q '^between the snapshots  ' ||
	echo "no size is between snapshots"
cp "$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive" .
cp sample.outlive damaged.outlive
printf '\377' | dd of=damaged.outlive bs=1 seek=620 conv=notrunc 2>/dev/null
head -c 700 sample.outlive >"cut short and with a name that is longer than any narrow screen.outlive"

address=$("$OUTLIVE" report --explain 700 long.outlive | grep -o '0x[0-9a-f]*' | head -n 1)
sites=$("$OUTLIVE" report -f json long.outlive | jq -r '.sites | map(.site) | .[0:6][]')
views=()
for words in '--full' '--by path' '--by function' '--by module' '--by thread' '--by owner' \
	'--sort calls' '--sort peak' '--sort live' '--class stack-like' '--class escaping' \
	'--class crossed' '--class static-like' '--class live-at-exit' '--class escaping --by path' \
	'--class escaping --by module' '--wrapper xmalloc*' '--why main' '--process 1' \
	'--why 割り当てる関数とても長い名前の関数です' '--explain 1' '--explain 700' \
	"--explain $address" '--stacks' '--phase main --why main' \
	'--phase 名前のとても長いフェーズはここから始まります'; do
	views+=("report $words")
done
for site in $sites; do views+=("report --why $site"); done
views+=(info segments 'segments --tables' 'segments --by thread' 'segments --between 0s:' 'segments --at 0s')

# The columns of a terminal that the widest line takes, and that line.
widest() { wc -L <"$1"; }
too_wide() { # FILE WIDTH
	while IFS= read -r line; do
		[ "$(printf '%s\n' "$line" | wc -L)" -le "$2" ] || printf '%s\n' "$line"
	done <"$1" | head -n 3
}

checked=0
check() { # WIDTH WHAT: the file `view`
	checked=$((checked + 1))
	[ -s view ] && [ "$(widest view)" -le "$1" ] && return
	echo "$2: $(widest view) columns of $1:"
	too_wide view "$1"
}

declare -A shown
widths="40 60 80 200"
[ -z "${WHOLE:-}" ] || widths="40 50 60 72 80 120 200"
for width in $widths; do
	export COLUMNS=$width
	for trace in long deep overflow fault plain lost sizes sample damaged cut*; do
		# the widths between are those of one trace, or with WHOLE of all
		case ${WHOLE:+all}:$trace:$width in
		all:* | *:long:* | *:40 | *:200) ;;
		*) continue ;;
		esac
		for view in "${views[@]}"; do
			# the traces about stacks, in the views about them
			case $trace:$view in
			deep:report*--stacks* | overflow:'report --full' | fault:'report --full') ;;
			sizes:segments* | sizes:info) ;;
			deep:* | overflow:* | fault:* | sizes:*) continue ;;
			esac
			# shellcheck disable=SC2086 # words are words
			"$OUTLIVE" $view "${trace%.outlive}.outlive" >view 2>reported
			# not every trace has that path, block, process, or samples of segments
			case $?:$view in 2:*--* | 2:segments*) continue ;; esac
			shown[$view]+=" $trace"
			check $width "$view $trace"
		done
		# without --full it says less on a narrow screen
		"$OUTLIVE" report "${trace%.outlive}.outlive" >view 2>reported
		check $width "report $trace"
	done
	for command in '' run report info segments; do
		# shellcheck disable=SC2086
		"$OUTLIVE" help $command >view
		check $width "help $command"
	done
done
for view in "${views[@]}"; do
	[[ ${shown[$view]:-} = *long* ]] || echo "$view: there is no such view"
done

# A screen of less than 40 columns is taken for one of 40, and a terminal is asked.
for view in "report long.outlive" "info long.outlive" "help report"; do
	# shellcheck disable=SC2086
	COLUMNS=40 "$OUTLIVE" $view >forty
	# shellcheck disable=SC2086
	COLUMNS=7 "$OUTLIVE" $view | cmp - forty
done
if command -v script >/dev/null; then
	export PAGER=cat
	for view in "" "--by path" "--why main" "--class escaping"; do
		TERM=xterm NO_COLOR='' script -qec "stty cols 50; env -u COLUMNS '$OUTLIVE' report \
			$view long.outlive" /dev/null </dev/null | tr -d '\r' >coloured
		sed 's/\x1b\[[0-9]*m//g' coloured >view
		cmp -s coloured view && echo "a terminal is not coloured"
		check 50 "a terminal"
		# shellcheck disable=SC2086
		COLUMNS=50 "$OUTLIVE" report $view long.outlive | diff - view >differences ||
			{ echo "report $view on a terminal:"; cat differences; }
	done
fi

# All figures of a wide screen are there on a narrow one.
figures() { tr -s '\n ' '  ' | grep -oE '(<)?[0-9][0-9,.]*( [KMG]?i?B|[kM]|%| [num]?s)?\b' | sort; }
for view in "report --full" "report --by function" "report --by thread" "report --by owner" \
	"report --class escaping" "report --class stack-like" "report --why main" "info"; do
	# shellcheck disable=SC2086
	COLUMNS=400 "$OUTLIVE" $view sample.outlive | figures >wide
	for width in 40 50 60; do
		# shellcheck disable=SC2086
		COLUMNS=$width "$OUTLIVE" $view sample.outlive | figures >narrow
		diff wide narrow >differences || { echo "$view, $width columns:"; cat differences; }
	done
done
[ $checked -gt 300 ] && echo "hundreds of screens fit" || echo "only $checked screens were checked"

# All kinds of a class, with figures as long as they get.
cat >kinds.cpp <<'EOF'
#include <cstdlib>
#include <vector>
static void *volatile sink;
__attribute__((noinline)) static void local() { sink = malloc(16); free(sink); }
__attribute__((noinline)) static void scoped() { sink = malloc(100000); free(sink); }
__attribute__((noinline)) static void contained() { std::vector<int> numbers(7); sink = numbers.data(); }
int main()
{
	for (int i = 0; i < 6020; i++) {
		local();
		scoped();
		contained();
	}
}
EOF
"${CXX:-g++}" -g -O1 -fno-builtin -o kinds kinds.cpp || exit 77
"$OUTLIVE" run -q -o kinds.outlive -- ./kinds 2>/dev/null
for columns in 80 120; do
	COLUMNS=$columns "$OUTLIVE" report kinds.outlive >screen
	awk -v columns=$columns '/^  stack-like/ && length($0) > columns { print length($0) " columns of " columns ": " $0 }' screen
	grep -qE 'local +6\.02k' screen || { echo "no local blocks at $columns columns:"; cat screen; }
done
