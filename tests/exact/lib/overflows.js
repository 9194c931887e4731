// V8 finds the end of its stacks by itself, in every thread.
const { Worker, isMainThread } = require('worker_threads');
function descend(depth) { return descend(depth + 1) + 1; }
try { descend(0); } catch (e) { console.log(e instanceof RangeError); }
if (isMainThread)
	new Worker(__filename).on('exit', code => console.log('exit', code));
