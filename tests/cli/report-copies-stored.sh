#!/bin/bash
# Keys that a map keeps are copies which outlive what they were made from, so no reference could
# replace them, even where one statement makes and frees the map, and a value of the same size is
# always alive when its key is freed.
cat >stored.rs <<'EOF'
use std::collections::HashMap;
#[inline(never)]
fn stored() -> HashMap<String, String> {
    let mut names: Vec<String> = Vec::new();
    let mut map = HashMap::new();
    for i in 0..400usize {
        names.push(String::from(format!("{:04}{}", i, "k".repeat(20 + i % 7)).as_str()));
    }
    for name in &names {
        map.insert(name.clone(),
                   name.to_uppercase());
    }
    map
}
#[inline(never)]
fn use_up(map: HashMap<String, String>) -> usize {
    map.values().map(|value| value.len()).sum()
}
fn main() {
    let mut total = 0;
    for _ in 0..20 {
        total += use_up(stored());
    }
    println!("{}", total);
}
EOF
for level in 0 3; do
	rustc -g -C opt-level=$level -o stored stored.rs 2>/dev/null || { echo "no rustc" >&2; exit 77; }
	"$OUTLIVE" run -q -o trace -- ./stored >/dev/null 2>&1
	"$OUTLIVE" report -f json trace |
		jq -c '[.totals.allocations > 20000, ([.advice[] | select(.kind == "move")] | length)]'
done
