#!/bin/bash
# On a terminal, what is long goes through $PAGER: with the terminal's width, with colour if the
# pager passes it on. Elsewhere, with --no-pager, PAGER= or PAGER=cat, and for `run`, there is none.
command -v script >/dev/null || { echo "no script(1) here" >&2; exit 77; }
sample=$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive
cp "$sample" t.outlive
cat >pager <<'END'
#!/bin/bash
echo "pager $*"
sed 's/^/@ /'
END
cat >quits <<'END'
#!/bin/bash
head -n 1
exit 0
END
chmod +x pager quits
unset COLUMNS
export TERM=xterm NO_COLOR=
terminal() { # COMMAND: what a terminal of 90 columns shows, and the exit status
	script -qec "stty cols 90 rows 24; $1; echo status \$?" /dev/null </dev/null | tr -d '\r'
}
export PAGER="$PWD/pager one"
for command in "report t.outlive" "report --by path t.outlive" "info t.outlive" "segments $$" \
	"report -f json t.outlive"; do
	terminal "'$OUTLIVE' $command" >screen
	echo "${command//$$/PID}: $(head -n 1 screen), $(grep -c '^@ ' screen | sed 's/[1-9][0-9]*/many/') lines, $(tail -n 1 screen), colour $(grep -c $'\033\\[' screen)"
done
echo "width: $(terminal "'$OUTLIVE' report t.outlive" | sed -n '2s/^@ //p' | wc -L)"
for off in "'$OUTLIVE' report --no-pager t.outlive" "PAGER= '$OUTLIVE' report t.outlive" \
	"PAGER=cat '$OUTLIVE' report t.outlive" "TERM=dumb '$OUTLIVE' report t.outlive" \
	"'$OUTLIVE' info --no-pager t.outlive" "'$OUTLIVE' segments --no-pager $$" \
	"'$OUTLIVE' report t.outlive | cat" "'$OUTLIVE' run -o r.outlive -- true"; do
	terminal "$off" >screen
	echo "off: $(grep -c '^@ ' screen), $(tail -n 1 screen)"
done
echo "not a terminal: $("$OUTLIVE" report t.outlive | grep -c '^@ ')"
echo "quits early: $(PAGER=$PWD/quits terminal "'$OUTLIVE' report --by path t.outlive" | tail -n 1)"
echo "nothing found: $(terminal "'$OUTLIVE' report --why nobody t.outlive" | tail -n 1)"
echo "no such pager: $(PAGER=$PWD/nothing terminal "'$OUTLIVE' report t.outlive" | grep -c 'cannot be started: set PAGER')" \
	"$(PAGER=$PWD/nothing terminal "'$OUTLIVE' report t.outlive" | tail -n 1)"
# Ctrl-C is the pager's
cat >interrupts <<'END'
#!/bin/bash
kill -INT "$PPID"
sleep 0.2
cat >rest
END
chmod +x interrupts
echo "Ctrl-C: $(PAGER=$PWD/interrupts terminal "'$OUTLIVE' report t.outlive" | tail -n 1), $(grep -c '^who made the peak' rest)"
unset PAGER
if command -v less >/dev/null; then
	# what fits a screen is shown at once; $LESS decides about colour
	timeout 20 script -qec "stty cols 90 rows 200; '$OUTLIVE' report t.outlive; echo status \$?" /dev/null \
		</dev/null | tr -d '\r' >screen
	echo "less: $(tail -n 1 screen | grep -o "status .*"), colour $(($(grep -c $'\033\\[1m' screen) > 3))"
else
	echo "less: status 0, colour 1"
fi
