# greenlets.py - greenlets share one C stack: each switch copies parts of it away and back.
import gc
import re
import greenlet


def walk(depth, number):
    if depth == 0:
        return greenlet.getcurrent().parent.switch(number)
    # Through C: sorted calls back, so C frames lie in between.
    return sorted([depth, number], key=lambda value: walk(depth - 1, number) or value)[0]


def body(number):
    total = 0
    for turn in range(6):
        walk(turn + number % 5, number)
        total += len(re.sub("a+", lambda match: match.group() * 2, "xaaya" * (number + 1)))
        if turn == 4 and number % 7 == 0:
            raise ValueError(number)
    return ("done", number, total)


results = []
for repeat in range(5):
    running = [greenlet.greenlet(body) for _ in range(40)]
    turns = 0
    while running:
        for number, one in list(enumerate(running)):
            try:
                value = one.switch(number) if not one else one.switch(None)
            except ValueError as error:
                value = ("failed", error.args)
            turns += 1
            if one.dead:
                results.append(value)
                running.remove(one)
        gc.collect(0)
    # Some are thrown away half way.
    lost = [greenlet.greenlet(body) for _ in range(10)]
    for number, one in enumerate(lost):
        one.switch(number)
    del lost, one
    results.append(turns)
print(len(results), sum(hash(str(type(value))) * 0 + 1 for value in results))
print([value for value in results if isinstance(value, int)], results[:3], results[-4:-1])
