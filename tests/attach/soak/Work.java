/* Work.java - packs and unpacks in native code, and compares; ends when stdin does. */
public class Work {
	static volatile boolean ending;
	static int wrong;
	public static void main(String[] arguments) throws Exception {
		Thread thread = new Thread(() -> {
			byte[] from = new byte[4000], to = new byte[8000], back = new byte[4000];
			while (!ending) {
				for (int i = 0; i < from.length; i++) from[i] = (byte) (i * 7);
				java.util.zip.Deflater deflater = new java.util.zip.Deflater();
				deflater.setInput(from);
				deflater.finish();
				int bytes = deflater.deflate(to);
				deflater.end();
				try {
					java.util.zip.Inflater inflater = new java.util.zip.Inflater();
					inflater.setInput(to, 0, bytes);
					inflater.inflate(back);
					inflater.end();
				} catch (Exception exception) { wrong++; }
				if (!java.util.Arrays.equals(from, back)) wrong++;
			}
		});
		thread.start();
		while (System.in.read() >= 0) { }
		ending = true;
		thread.join();
		System.out.println("wrong " + wrong);
	}
}
