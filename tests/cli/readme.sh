#!/bin/bash
# The commands of .ci/run are those that README.md gives, word for word.
readme=$OUTLIVE_ROOT_DIR/README.md
grep -E '^apt-get ' "$OUTLIVE_ROOT_DIR/.ci/run" | while IFS= read -r line; do
	grep -qxF "    $line" "$readme" || echo "not in README.md: $line"
done
grep -cE '^apt-get ' "$OUTLIVE_ROOT_DIR/.ci/run"
