# work.py - threads that write and read JSON, and compare; ends when stdin does.
import json, sys, threading
ending = False
wrong = 0
def work():
    global wrong
    while not ending:
        data = {str(i): list(range(i % 50)) + ["x" * (600 + i)] for i in range(300)}
        wrong += json.loads(json.dumps(data)) != data
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
sys.stdin.read()
ending = True
for thread in threads: thread.join()
print("wrong", wrong)
