#!/bin/bash
# lua5.4: every allocation of its objects goes through one realloc, errors by longjmp.
# shellcheck disable=SC2154,SC2034 # machine_lib.sh sets some, and reads others
. "$OUTLIVE_ROOT_DIR/tests/oracle/machine_lib.sh"
fetch lua5.4
# Made by Debian's build: where it looks for modules.
echo '#define DEB_HOST_MULTIARCH "none"' >lua5.4-deb-multiarch.h
# shellcheck disable=SC2046 # file names without blanks
gcc "${hook_flags[@]}" -DLUA_USE_POSIX -I. -Ilua5.4/src -o lua \
	$(find lua5.4/src -name '*.c' ! -name luac.c) "${oracle_libs[@]}" -lm || exit 1
cat >script.lua <<'LUA'
local words, tree = {}, nil
for i = 1, 3000 do words[i] = ("word %d "):rep(i % 7 + 1):format(i, i, i, i, i, i, i) end
table.sort(words, function(a, b) if #a ~= #b then return #a < #b end return a < b end)
local text = table.concat(words, ", ")
print(#text, select(2, text:gsub("(%a+) (%d+)", "%2 %1")), text:find("word 2999", 1, true))
local function build(depth) return depth > 0 and { build(depth - 1), build(depth - 1) } or {} end
for turn = 1, 5 do tree = build(10) end
local function fail(depth, what) if depth == 0 then error(what) end fail(depth - 1, what); return 1 end
local failures = 0
for depth = 0, 150 do
	local ok, message = pcall(fail, depth, { depth = depth, text = ("x"):rep(depth) })
	if not ok then failures = failures + message.depth end
	xpcall(fail, debug.traceback, depth, "text " .. depth)
end
local function produce(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield({ i }) end end) end
local sum = 0
for turn = 1, 100 do for item in produce(20) do sum = sum + item[1] end end
local co = coroutine.create(function() local t <close> = setmetatable({}, { __close = function() sum = sum + 1 end })
	coroutine.yield(1); error("late") end)
coroutine.resume(co); coroutine.resume(co); coroutine.close(co)
local weak = setmetatable({}, { __mode = "k", __gc = function() sum = sum + 1 end })
for i = 1, 2000 do weak[{}] = load("local a = " .. i .. " return function() return a end")() end
collectgarbage(); collectgarbage("generational"); build(12); collectgarbage("incremental")
local file = io.tmpfile()
for i = 1, 500 do file:write(i, " ", words[i], "\n") end
file:seek("set")
local lines = 0
for line in file:lines() do lines = lines + #line end
file:close()
print(failures, sum, lines, string.format("%q", ("\0\1\2"):rep(30)))
print(pcall(string.rep, "x", -1), pcall(error), select("#", string.byte(text, 1, 200)))
LUA
watch lua ./lua script.lua
