/* Null pointers that the JVM learns of by SIGSEGV, and overflows of both kinds of stack. */
public class Faults {
	static int descend(int depth) {
		return descend(depth + 1) + 1;
	}

	static int length(String text) {
		return text.length();
	}

	static void overflow() {
		try {
			descend(0);
		} catch (StackOverflowError e) {
			System.out.println("overflow");
		}
	}

	public static void main(String[] arguments) throws Exception {
		int sum = 0;
		for (int i = 0; i < 200000; i++) {
			try {
				sum += length(i % 3 == 0 ? null : "ab");
			} catch (NullPointerException e) {
				sum++;
			}
		}
		System.out.println(sum);
		for (int i = 0; i < 3; i++)
			overflow();
		Thread thread = new Thread(Faults::overflow);
		thread.start();
		thread.join();
	}
}
