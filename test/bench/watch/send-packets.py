"""Sends the packets of a pcap again and again at a rate, until stdin ends; then says how many, and in how many seconds.

usage: send-packets.py INTERFACE FILE PACKETS_PER_SECOND

Each time, whoever is in 10.0.0.0/8 but below 10.0.1.0 has another second octet, so that its flows are new: 256 times.
"""

import select
import socket
import struct
import sys
import time

PERIOD = 0.005
SOURCE, TARGET = 26, 30

interface, name, rate = sys.argv[1], sys.argv[2], float(sys.argv[3])
with open(name, 'rb') as file:
    contents = file.read()
packets = []
at = 24
while at < len(contents):
    (length,) = struct.unpack_from('<I', contents, at + 8)
    frame = bytearray(contents[at + 16 : at + 16 + length])
    changed = SOURCE + 1 if frame[SOURCE + 1] != 0 or frame[SOURCE + 2] != 0 else TARGET + 1
    packets.append((frame, changed))
    at += 16 + length
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((interface, 0))
print('ready', flush=True)
sent = 0
again = 0
index = 0
begun = time.monotonic()
while not select.select([0], [], [], 0)[0]:
    # one that was late sends no more at once than in a tenth of a second
    due = min(int((time.monotonic() - begun) * rate), sent + int(rate / 10))
    while sent < due:
        frame, changed = packets[index]
        frame[changed] = again
        try:
            link.send(frame)
        except OSError:
            time.sleep(0.001)
            continue
        sent += 1
        index += 1
        if index == len(packets):
            index = 0
            again = (again + 1) & 255
    time.sleep(PERIOD)
print(f'sent {sent} in {time.monotonic() - begun:.3f}', flush=True)
