#!/bin/bash
# Mono: C# compiled by mcs (itself run by mono), its JIT, threads, exceptions, a garbage
# collector that stops threads by signals, native blocks.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs mono mcs
cat >Work.cs <<'CSHARP'
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;

static class Work {
	static int Deep(int n) { return n == 0 ? throw new InvalidOperationException("deep") : Deep(n - 1) + 1; }
	static int Main() {
		var table = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
		for (int i = 0; i < 100000; i++) {
			if (!table.TryGetValue("key" + i % 977, out var list))
				table["key" + i % 977] = list = new List<int>();
			list.Add(i);
		}
		Console.WriteLine(table.Values.Sum(list => list.Sum(x => (long)x)));
		var threads = Enumerable.Range(0, 8).Select(n => new Thread(() =>
			string.Join(",", Enumerable.Range(0, 20000).Select(i => (i ^ n).ToString())))).ToList();
		threads.ForEach(thread => thread.Start());
		threads.ForEach(thread => thread.Join());
		GC.Collect();
		long sum = 0;
		for (int i = 0; i < 1000; i++) {
			IntPtr block = Marshal.AllocHGlobal(100 + i);
			Marshal.WriteInt32(block, i);
			sum += Marshal.ReadInt32(block);
			Marshal.FreeHGlobal(block);
		}
		Console.WriteLine(sum);
		try { Deep(50); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
		string nothing = null;
		try { Console.WriteLine(nothing.Length); } catch (NullReferenceException) { Console.WriteLine("caught"); }
		return 3;
	}
}
CSHARP
mcs Work.cs || exit 1
same mono Work.exe
agree
