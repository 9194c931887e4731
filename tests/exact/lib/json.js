// json.js - parse and print JSON until functions are compiled, collected and thrown away.
'use strict';
function make(depth) {
	if (depth === 0) return { leaf: 'x'.repeat(20), number: Math.sqrt(2) };
	return { a: make(depth - 1), b: [1, 2, { c: depth }], d: make(depth - 1) };
}
let bytes = 0, caught = 0;
for (let i = 0; i < 60; i++) {
	const text = JSON.stringify(make(9));
	bytes += text.length;
	const back = JSON.parse(text, (key, value) => (key === 'number' ? value + i : value));
	if (back.a.b[2].c !== 8) throw new Error('wrong');
	try { JSON.parse(text.slice(0, -3)); } catch (error) { caught++; }
}
const sorted = Array.from({ length: 50000 }, (_, i) => (i * 7919) % 50021).sort((a, b) => a - b);
function deep(n) { return n === 0 ? 0 : 1 + [n].map((m) => deep(m - 1))[0]; }
const { gzipSync, gunzipSync } = require('zlib');
const packed = gunzipSync(gzipSync(Buffer.alloc(300000, 'abc'))).length;
try { (function f() { f(); })(); } catch (error) { caught += error instanceof RangeError; }
const { Worker, isMainThread } = require('worker_threads');
new Worker('require("worker_threads").parentPort.postMessage(JSON.stringify(Array(9999).fill(7)).length)',
	{ eval: true }).on('message', (length) =>
	console.log(bytes, caught, sorted[777], deep(1500), packed, length));
