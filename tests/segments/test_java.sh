#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# java: its heap is reserved, much of it never touched; machine code made at run time.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs java javac
cat >Work.java <<'JAVA'
public class Work {
	public static void main(String[] args) throws Exception {
		java.util.Map<Integer, String> map = new java.util.HashMap<>();
		for (int i = 0; i < 100000; i++)
			map.put(i, "value" + i);
		new java.io.File("ready").createNewFile();
		Thread.sleep(1000000);
		System.out.println(map.size());
	}
}
JAVA
javac Work.java || exit 1
# A program that runs its collector and samplers now and then is never quiet for long.
start java -Xmx64m -XX:+UseSerialGC -XX:-UsePerfData -cp . Work
await test -e ready
hold java "$pid"
expect "$pid" segment '.segments.jit.size > 0 and .segments.guard.size > 0'
