/** Collects.java - allocates on several threads until the collector has run, and throws. */
import java.util.*;
import java.util.stream.*;

public class Collects {
	static int walk(int depth) {
		if (depth == 0)
			throw new IllegalStateException("bottom");
		return walk(depth - 1) + 1;
	}

	public static void main(String[] arguments) throws Exception {
		long[] sums = new long[3];
		Thread[] threads = new Thread[3];
		for (int t = 0; t < 3; t++) {
			final int number = t;
			threads[t] = new Thread(() -> {
				Map<String, byte[]> kept = new HashMap<>();
				for (int i = 0; i < 60000; i++) {
					kept.put("key" + i % 500, new byte[i % 2000]);
					sums[number] += kept.size();
				}
			});
			threads[t].start();
		}
		int caught = 0;
		for (int i = 0; i < 20000; i++) {
			try {
				walk(i % 50);
			} catch (IllegalStateException error) {
				caught++;
			}
		}
		for (Thread thread : threads)
			thread.join();
		int overflows = 0;
		try {
			walk(-1);
		} catch (StackOverflowError error) {
			overflows++;
		}
		System.gc();
		String text = IntStream.range(0, 2000).mapToObj(Integer::toString)
				.collect(Collectors.joining(","));
		java.util.zip.CRC32 crc = new java.util.zip.CRC32();
		crc.update(text.getBytes());
		System.out.println(Arrays.stream(sums).sum() + " " + caught + " " + overflows + " "
				+ crc.getValue());
	}
}
