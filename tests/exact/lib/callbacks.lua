-- callbacks.lua - LuaJIT: traces compiled to machine code, C calling back into them (FFI),
-- errors thrown through C frames (unwound by the system's unwinder), coroutines.
local ffi = require("ffi")
ffi.cdef [[
void qsort(void *base, size_t count, size_t size, int (*compare)(const int *, const int *));
void *malloc(size_t bytes);
void free(void *block);
]]
local array = ffi.new("int[?]", 2000)
local total = 0
for round = 1, 20 do
	for i = 0, 1999 do array[i] = (i * 7919 + round) % 2003 end
	local compare = ffi.cast("int (*)(const int *, const int *)", function(a, b)
		local text = ("k"):rep(a[0] % 50)
		return a[0] - b[0] + #text * 0
	end)
	ffi.C.qsort(array, 2000, 4, compare)
	compare:free()
	for i = 1, 1999 do assert(array[i - 1] <= array[i]) end
	total = total + array[1000]
end
local caught = 0
for i = 1, 3000 do
	local ok, message = pcall(function()
		local block = ffi.gc(ffi.C.malloc(64), ffi.C.free)
		local text = string.gsub("abc", "%w", function(c)
			if i % 3 == 0 then error("thrown " .. c) end
			return c .. c
		end)
		return #text
	end)
	if not ok then caught = caught + 1 end
end
local made = coroutine.wrap(function()
	for i = 1, 1e5 do coroutine.yield(i % 7) end
end)
local sum = 0
for _ = 1, 1e5 do sum = sum + made() end
local strings = {}
for i = 1, 50000 do strings[i % 100 + 1] = ("s"):rep(i % 90) .. i end
collectgarbage()
print(total, caught, sum, #strings, table.concat(strings):len())
