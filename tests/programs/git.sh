#!/bin/bash
# git: a repository of 200 commits made, packed, searched; many small processes.
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs git
cat >work.sh <<'SCRIPT'
set -e
rm -rf repository && git init -q repository && cd repository
export GIT_AUTHOR_DATE='2020-01-01 00:00 +0000' GIT_COMMITTER_DATE='2020-01-01 00:00 +0000'
git config user.name tester && git config user.email tester@localhost
git config gc.auto 0 && git config pack.threads 1
for i in $(seq 1 40); do
	seq 1 $((i * 50)) >"file$((i % 7))"
	git add . && git commit -q -m "commit $i"
done
git repack -q -a -d
git log --stat | md5sum
git blame file3 | md5sum
git grep -c 77
git rev-list --objects --all | wc -l
git fsck 2>/dev/null
SCRIPT
same bash work.sh
agree
cd repository || exit 1
witness_heaptrack 2 git log --stat -p
