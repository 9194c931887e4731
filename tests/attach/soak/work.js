// work.js - computes hashes, and compares them with the first ones; ends when stdin does.
const crypto = require('crypto'), want = {};
let wrong = 0;
setInterval(() => {
	for (let i = 0; i < 300; i++) {
		const text = crypto.createHash('sha256').update(Buffer.alloc(100 + i, i & 255)).digest('hex');
		if (want[i] && want[i] !== text) wrong++;
		want[i] = text;
	}
}, 2);
process.stdin.on('end', () => { console.log('wrong ' + wrong); process.exit(0); });
process.stdin.resume();
