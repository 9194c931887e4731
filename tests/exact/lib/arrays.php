<?php
// arrays.php - arrays, closures called back from C, exceptions, generators, collection.
function walk(int $depth) {
	if ($depth === 0) throw new RuntimeException("bottom");
	return array_map(fn($x) => walk($depth - 1), [1]);
}
$caught = 0;
for ($i = 0; $i < 500; $i++) {
	try { walk($i % 20); } catch (RuntimeException $e) { $caught++; }
}
function numbers() { for ($i = 0; $i < 1000; $i++) yield $i => str_repeat("n", $i); }
$sum = 0;
foreach (numbers() as $k => $v) $sum += strlen($v) * $k;
$a = range(1, 20000);
usort($a, fn($x, $y) => crc32("$x") <=> crc32("$y"));
for ($i = 0; $i < 2000; $i++) { $o = new stdClass; $o->self = $o; $o->text = str_repeat("t", 100); }
$fiber = new Fiber(function () { $x = 0; while ($x < 50) $x += Fiber::suspend($x); return $x; });
$fiber->start();
while (!$fiber->isTerminated()) $fiber->resume(7);
echo $caught, " ", $sum, " ", $a[0], " ", $a[19999], " ", $fiber->getReturn(), " ",
	gc_collect_cycles() > 0 ? "collected" : "nothing", " ",
	strlen(json_encode($a)), " ", preg_replace_callback('/\d+/', fn($m) => $m[0] * 2, "1 22 333"), "\n";
