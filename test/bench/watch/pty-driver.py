"""Runs a program on a pseudo-terminal of its own and tells when it wrote what.

usage: pty-driver.py COLUMNS ROWS COMMAND...

stdin has a JSON value a line: {"write": "keys"}, {"size": [columns, rows]}. The program gets SIGHUP when stdin ends.
stdout has frames: a letter; as doubles, seconds of CLOCK_MONOTONIC, CPU seconds of the program and its children, and seconds
that its main thread was kept waiting for a processor; the length of what follows in 4 bytes (all big-endian), and that: f its
process id, once it was started; w when the keys before it are written; o what it wrote; x its wait status.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

MOST = 65536


def set_size(columns, rows):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


def cpu_of(root):
    """Nanoseconds exactly, of threads that ended too; what has exited counts no more."""
    total = 0.0
    pending = [root]
    while pending:
        one = pending.pop()
        try:
            total += time.clock_gettime((~one << 3) | 2)
            for task in os.listdir(f'/proc/{one}/task'):
                with open(f'/proc/{one}/task/{task}/children') as children:
                    pending += map(int, children.read().split())
        except OSError:
            pass
    return total


def wait_of(one):
    try:
        with open(f'/proc/{one}/schedstat') as schedstat:
            return int(schedstat.read().split()[1]) / 1e9
    except OSError:
        return 0.0


def tell(kind, contents=b''):
    now = time.monotonic()
    out.write(kind + struct.pack('>dddI', now, cpu_of(pid), wait_of(pid), len(contents)) + contents)
    out.flush()


def obey(line):
    order = json.loads(line)
    if 'size' in order:
        set_size(*order['size'])
    if 'write' in order:
        os.write(master, order['write'].encode())
        tell(b'w')


columns, rows = int(sys.argv[1]), int(sys.argv[2])
out = sys.stdout.buffer
# the size is there before the program asks for it
ready, go = os.pipe()
pid, master = pty.fork()
if pid == 0:
    os.close(go)
    os.read(ready, 1)
    os.close(ready)
    os.execvp(sys.argv[3], sys.argv[3:])
set_size(columns, rows)
os.close(ready)
tell(b'f', str(pid).encode())
os.close(go)
waiting = b''
is_asked = True
while True:
    readable, _, _ = select.select([master, 0] if is_asked else [master], [], [])
    if master in readable:
        try:
            contents = os.read(master, MOST)
        except OSError:
            contents = b''
        if contents == b'':
            break
        tell(b'o', contents)
    if 0 in readable:
        asked = os.read(0, MOST)
        if asked == b'':
            is_asked = False
            os.kill(pid, signal.SIGHUP)
        *lines, waiting = (waiting + asked).split(b'\n')
        for line in lines:
            obey(line)
_, status = os.waitpid(pid, 0)
tell(b'x', str(status).encode())
