#!/usr/bin/env python3
"""Join standard input and output to a UNIX socket: migration-pipe.py SOCKET"""

import os
import socket
import sys
import threading


def send(connection):
    while data := os.read(0, 65536):
        connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


def main():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(sys.argv[1])
        threading.Thread(target=send, args=(connection,), daemon=True).start()
        while data := connection.recv(65536):
            view = memoryview(data)
            while view:
                view = view[os.write(1, view) :]


if __name__ == "__main__":
    main()
