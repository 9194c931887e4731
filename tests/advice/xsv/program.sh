# xsv, a tool for CSV in Rust: two tables are joined.
# shellcheck shell=bash disable=SC2034,SC2154 # of run.sh
title="xsv 0.13.0 (Rust)"
workload="join of a table of 120,000 rows with one of 80,000"

get() { # DIRECTORY
	crate_source xsv 0.13.0 \
		884ad28ba7c2d59ffe64dad30b38d45fadb747f07b465faa519ec25bfac97f5f "$1"
	sed -i '/^\[dev-dependencies/,$d' "$1/Cargo.toml" # its tests are not built
	cp "$here/xsv/Cargo.lock" "$1"
}

input() { # FILE
	awk 'BEGIN {
		print "id,city,name,amount,note"
		for (i = 1; i <= 120000; i++)
			printf "%d,\"city %d\",name %d,%d.%02d,%s\n", i * 7919 % 120011, i % 211,
				i * 31 % 4001, i % 9973, i % 100, i % 7 ? "plain" : "\"a \"\"quoted\"\" note\""
	}' >"$1"
	head -n 80001 "$1" >"$1.second"
}

# Cargo builds the crates that xsv needs once, for all copies of its source; xsv itself each time,
# as cargo may take another copy's program for this one's.
build() {
	local -x CARGO_HOME=$root/build/sources/cargo CARGO_TARGET_DIR=$work/xsv/target
	local -x CARGO_PROFILE_RELEASE_DEBUG=2

	cargo clean -q --release --locked -p xsv && cargo build -q --release --locked &&
		cp "$CARGO_TARGET_DIR/release/xsv" xsv
}

command=(./xsv join id ../input id ../input.second)
