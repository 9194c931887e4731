#!/bin/bash
# Every key of the JSON report is in its man page, and every key of the page is in a report.
page=$OUTLIVE_ROOT_DIR/doc/outlive-report-json.5
"$OUTLIVE" run -q -o trace -- sort "$page" >/dev/null 2>&1
"$OUTLIVE" report --format json --by function trace >json || exit 1
jq -r '[paths | map(strings) | .[]] | unique[]' json | sort -u >printed
sed -n 's/^\.It Va //p' "$page" | tr -d ' ' | tr ',' '\n' | sort -u >documented
comm -3 printed documented
jq -r .schema json
