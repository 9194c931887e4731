# redis-server, with libc's malloc: it loads a log of commands, and ends.
# shellcheck shell=bash disable=SC2034,SC2154 # of run.sh
title="Redis 7.0.15 (a database in C)"
workload="redis-server executes 98,000 commands of an append-only file"
# Its own allocation functions have few callers each, so outlive is given their names.
report_options=(--wrapper 'z*alloc*')

get() { # DIRECTORY
	debian_source redis 5:7.0.15-1~deb12u7 \
		700c69619407c47eb51f015752bd3214256932f5e04a7f064a1fdef24c011319 "$1"
}

# The last commands log a digest of all keys, and end the server.
input() { # FILE
	awk 'function command(line,  words, count, i) {
			count = split(line, words, "\t")
			printf "*%d\r\n", count
			for (i = 1; i <= count; i++)
				printf "$%d\r\n%s\r\n", length(words[i]), words[i]
		}
		BEGIN {
		for (i = 1; i <= 15000; i++) {
			command("SET\tkey:" i * 7919 % 20011 "\tvalue-" i "-" i * i % 997)
			command("HSET\thash:" i % 500 "\tfield:" i % 37 "\t" i)
			command("LPUSH\tlist:" i % 300 "\titem-" i)
			if (i % 4 == 0)
				command("LPOP\tlist:" i % 300)
			command("ZADD\trank\t" i * 31 % 1009 "\tmember:" i % 5000)
			command("INCRBY\tcount:" i % 100 "\t" i % 7)
			command("APPEND\tlog:" i % 50 "\ttext-" i)
		}
		command("EVAL\tlocal keys, digest = redis.call(\"KEYS\", \"*\"), \"\" " \
			"table.sort(keys) for i, key in ipairs(keys) do digest = " \
			"redis.sha1hex(digest .. key .. redis.call(\"DUMP\", key)) end " \
			"redis.log(redis.LOG_WARNING, \"digest \" .. #keys .. \" \" .. digest)\t0")
		command("SHUTDOWN\tNOSAVE\tNOW")
	}' >"$1"
}

build() {
	make -s -j2 -C src MALLOC=libc OPTIMIZATION=-O2 BUILD_TLS=no V=1 redis-server
}

clean() {
	sed -n 's/.*digest //p'
}

command=(sh -c 'rm -rf appendonlydir && cp ../input appendonly.aof &&
	exec src/redis-server --port 0 --unixsocket socket --appendonly yes --save ""')
