#!/bin/bash
# node: V8 with its JIT, a script heavy in JSON and buffers, worker threads of its own.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs node
cat >script.js <<'JS'
const crypto = require('crypto'), zlib = require('zlib');
let data = [];
for (let i = 0; i < 20000; i++)
	data.push({ id: i, name: 'name' + i % 977, tags: ['a' + i % 7, 'b'], nested: { x: i / 3 } });
for (let turn = 0; turn < 8; turn++)
	data = JSON.parse(JSON.stringify(data));
const packed = zlib.gzipSync(JSON.stringify(data));
console.log(crypto.createHash('sha256').update(zlib.gunzipSync(packed)).digest('hex'));
const buffers = [];
for (let i = 0; i < 5000; i++) buffers.push(Buffer.alloc(9000 + i, i & 255));
console.log(buffers.reduce((sum, b) => sum + b[b.length >> 1], 0));
Promise.all([...Array(20).keys()].map(i => new Promise((done, fail) =>
	crypto.pbkdf2('secret', 'salt' + i, 1000, 32, 'sha256', (e, k) => e ? fail(e) : done(k)))))
	.then(keys => console.log(Buffer.concat(keys).toString('hex').slice(0, 40)));
JS
same node script.js
agree
