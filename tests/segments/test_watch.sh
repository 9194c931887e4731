#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# --watch on a terminal: drawn over, no line wider and no more lines than the window; it
# ends with the process, or with Ctrl-C, and leaves the terminal as it was.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs python3
cat >terminal.py <<'PYTHON'
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time
columns, rows, how = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
program = subprocess.Popen(["sleep", "1000"])
time.sleep(0.2)
tty, side = pty.openpty()
fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
before = termios.tcgetattr(side)
environment = {key: os.environ[key] for key in os.environ if key not in ("COLUMNS", "LINES", "NO_COLOR")}
watch = subprocess.Popen([os.environ["OUTLIVE"], "segments", "-w", "0.1", str(program.pid)], stdin=side,
    stdout=side, stderr=side, env=dict(environment, TERM="xterm"), start_new_session=True,
    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
start, out, ended = time.time(), b"", False
while time.time() - start < 20:
    if time.time() - start > 1 and not ended:
        ended = True
        program.kill() if how == "ends" else os.write(tty, b"\003")
        program.wait() if how == "ends" else None
    if select.select([tty], [], [], 0.05)[0]:
        out += os.read(tty, 65536)
    elif watch.poll() is not None:
        break
program.kill()
frames = out.decode().split("\033[H")[1:]
assert len(frames) >= 5, out
for frame in frames:
    lines = re.sub(r"\033\[[0-9;]*[A-Za-z]", "", frame).replace("\r", "").split("\n")
    if not frame is frames[-1]:
        assert len(lines) <= rows and lines[-1] == "", (len(lines), lines)
        assert frame.endswith("\033[J"), frame
        assert "\033[2J" not in frame, frame
    assert max(map(len, lines)) <= columns, max(lines, key=len)
assert termios.tcgetattr(side) == before
if how == "ends":
    assert watch.returncode == 0 and ("outlive: %d has ended\r\n" % program.pid) in frames[-1], (watch.returncode, frames[-1])
else:
    assert watch.returncode == -signal.SIGINT, watch.returncode
print(columns, rows, how, "right")
PYTHON
for window in "80 24" "40 50" "120 8"; do
	for how in ends Ctrl-C; do
		# shellcheck disable=SC2086 # two numbers
		python3 terminal.py $window $how || bad=1
	done
done
start sleep 1000
for columns in 40 50 60 72 80 120 200; do
	for by in segment module map thread symbol; do
		COLUMNS=$columns "$OUTLIVE" segments -b $by "$pid" | awk -v by=$by -v columns=$columns \
			'length($0) > columns { print by " in " columns " columns: " $0; wide = 1 } END { exit wide }' || bad=1
	done
done
start sleep 1
"$OUTLIVE" segments -w 0.2 "$pid" >out 2>err || complain "status $?"
grep -q "$(printf '\033')" out && complain "a file gets escape codes"
[ "$(grep -c '^pid ' out)" -ge 3 ] || complain "not watched: $(cat out)"
[ "$(cat err)" = "outlive: $pid has ended" ] || complain "its end: $(cat err)"
