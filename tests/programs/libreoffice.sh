#!/bin/bash
# LibreOffice without a window: a table with formulas is calculated, a page of HTML becomes
# an OpenDocument text and plain text again.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs soffice
{ echo "id,square,sum"; for i in $(seq 1 200); do echo "$i,=A$((i + 1))^2,=SUM(B\$2:B$((i + 1)))"; done; } >table.csv
{
	echo "<html><body><h1>Title</h1>"
	for i in $(seq 1 200); do echo "<p>Paragraph <b>$i</b> of <i>some</i> text.</p>"; done
	echo "</body></html>"
} >page.html
cat >work.sh <<'SCRIPT'
rm -rf profile out && mkdir out
office() { soffice "-env:UserInstallation=file://$PWD/profile" --headless --norestore --nologo "$@" >/dev/null; echo "status $?"; }
office --infilter='CSV:44,34,UTF8,1,,0,false,true,false,false,false,-1' --convert-to xlsx --outdir out table.csv
office --convert-to csv --outdir out out/table.xlsx
tail -n 2 out/table.csv
office --convert-to odt --outdir out page.html
office --convert-to txt:Text --outdir out out/page.odt
md5sum <out/page.txt
SCRIPT
same bash work.sh
agree
