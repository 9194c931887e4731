#!/bin/bash
# Debian's python3, with its own allocator and with malloc for everything.
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs /usr/bin/python3
export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
make_python script.py
same /usr/bin/python3 script.py
agree
witness_heaptrack 2 /usr/bin/python3 script.py
export PYTHONMALLOC=malloc
same /usr/bin/python3 script.py
agree
