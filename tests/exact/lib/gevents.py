# gevents.py - a gevent server and its clients in one process.
import gevent
from gevent import queue, socket
from gevent.server import StreamServer

counts = {"lines": 0}


def serve(connection, _address):
    stream = connection.makefile("rw")
    for line in stream:
        counts["lines"] += 1
        stream.write(line.upper())
        stream.flush()


server = StreamServer(("127.0.0.1", 0), serve)
server.start()
answers = queue.Queue()


def client(number):
    connection = socket.create_connection(("127.0.0.1", server.server_port))
    stream = connection.makefile("rw")
    total = 0
    for turn in range(20):
        stream.write("client %d turn %d\n" % (number, turn))
        stream.flush()
        total += len(stream.readline())
        if turn % 5 == 0:
            gevent.sleep(0.001)
    connection.close()
    answers.put((number, total))


gevent.joinall([gevent.spawn(client, number) for number in range(40)])
print(sorted(answers.get() for _ in range(40)), counts)
try:
    gevent.spawn(lambda: gevent.sleep(5)).get(timeout=0.05)
except gevent.Timeout:
    print("timeout")
server.stop()
