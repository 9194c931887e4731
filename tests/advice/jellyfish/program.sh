# jellyfish, an extension of Python in C: words are compared with words.
# shellcheck shell=bash disable=SC2034,SC2154 # of run.sh
title="jellyfish 0.9.0 (Python extension in C)"
workload="four distances of 59,000 pairs of names, and five codes of 420 names"

get() { # DIRECTORY
	python_source jellyfish 0.9.0 \
		40c9a2ffd8bd3016f7611d424120442f627f56d518a106847dc93f0ead6ad79a "$1"
	sed -i 's/\r$//' "$1"/cjellyfish/*.[ch] # as the patches are
}

input() { # FILE
	cat >"$1" <<'PYTHON'
import sys
import jellyfish.cjellyfish as j

names = [a + b + str(i)
         for a in ("John", "Mary", "Smith", "Schmidt", "Fitzgerald", "Kowalski", "Nguyen")
         for b in ("son", "sen", "berg", "stein", "ova", "ez")
         for i in range(10)]
names = [names[i * 197 % len(names)] for i in range(len(names))]
distances = [0, 0, 0.0, 0.0]
for i, a in enumerate(names):
    letters = a.rstrip("0123456789")
    print(j.soundex(letters), j.metaphone(letters), j.nysiis(letters),
          j.match_rating_codex(letters), j.porter_stem(letters))
    for b in names[i % 3::3]:
        distances[0] += j.levenshtein_distance(a, b)
        distances[1] += j.damerau_levenshtein_distance(a, b)
        distances[2] += j.jaro_similarity(a, b)
        distances[3] += j.jaro_winkler_similarity(a, b)
    print(*distances)
PYTHON
}

build() {
	make -s -j2 -f "$here/jellyfish/Makefile" \
		PYTHON_FLAGS="$(/usr/bin/python3 -c 'import sysconfig; print("-I" + sysconfig.get_path("include"))')"
}

command=(env PYTHONPATH=. PYTHONHASHSEED=0 /usr/bin/python3 -S -B ../input)
