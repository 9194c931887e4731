#!/bin/bash
# java: the JVM's own malloc, its threads, its signals (it uses SIGSEGV for its own ends).
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs java javac
cat >Work.java <<'JAVA'
import java.util.*;
import java.util.stream.*;
import java.util.zip.*;

public class Work {
	public static void main(String[] args) throws Exception {
		Map<String, List<Integer>> map = new TreeMap<>();
		for (int i = 0; i < 200000; i++)
			map.computeIfAbsent("key" + i % 1000, k -> new ArrayList<>()).add(i);
		System.out.println(map.values().stream().mapToLong(
			list -> list.stream().mapToLong(Integer::longValue).sum()).sum());
		long sum = 0;
		for (int i = 0; i < 300; i++) {
			Deflater deflater = new Deflater();
			byte[] out = new byte[4096];
			deflater.setInput(("text " + i).repeat(100).getBytes());
			deflater.finish();
			sum += deflater.deflate(out);
			deflater.end();
		}
		System.out.println(sum > 0);
		Thread[] threads = new Thread[8];
		for (int i = 0; i < threads.length; i++) {
			final int n = i;
			threads[i] = new Thread(() -> IntStream.range(0, 100000)
				.mapToObj(j -> "s" + (j ^ n)).collect(Collectors.toList()));
			threads[i].start();
		}
		for (Thread thread : threads)
			thread.join();
		String nothing = null;
		try {
			System.out.println(nothing.length());
		} catch (NullPointerException e) {
			System.out.println("caught");
		}
	}
}
JAVA
javac Work.java || exit 1
same java -Xmx256m -cp . Work
agree
