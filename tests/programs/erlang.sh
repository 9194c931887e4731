#!/bin/bash
# Erlang's BEAM: its schedulers' threads, a hundred processes that send each other messages,
# binaries, ets tables; compiled first, by itself.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs erl
cat >work.erl <<'ERLANG'
-module(work).
-export([main/0]).
ring(Next) -> receive {N, Sum} -> Next ! {N - 1, Sum + N}, ring(Next); stop -> ok end.
main() ->
	Self = self(),
	First = lists:foldl(fun(_, Next) -> spawn(fun() -> ring(Next) end) end, Self, lists:seq(1, 100)),
	First ! {1000, 0},
	receive {N, Sum} -> io:format("~p ~p~n", [N, Sum]) end,
	Table = ets:new(table, [ordered_set]),
	[ets:insert(Table, {I * 7919 rem 20011, integer_to_binary(I)}) || I <- lists:seq(1, 20000)],
	All = ets:foldl(fun({_, B}, A) -> [B | A] end, [], Table),
	io:format("~p ~p~n", [length(All), erlang:crc32(All)]),
	Big = binary:copy(<<"text ">>, 200000),
	io:format("~p~n", [byte_size(zlib:uncompress(zlib:compress(Big)))]),
	io:format("~p~n", [catch binary_to_integer(<<"x">>, 10) =:= 1]).
ERLANG
export ERL_CRASH_DUMP=/dev/null
cat >work.sh <<'SCRIPT'
erlc work.erl || exit 1
erl +S 2 -noshell -pa . -eval 'catch work:main(), halt(3).'
SCRIPT
same bash work.sh
agree
