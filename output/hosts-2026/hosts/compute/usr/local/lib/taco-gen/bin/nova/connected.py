#!/usr/bin/env python3
"""Has a program of this pod an open connection to a port: connected.py PROGRAM PORT

A service that lost its broker or database answers nobody, though its process is there. Exits with 0 where a process
whose command line names PROGRAM holds an established TCP connection to PORT.
"""

import os
import sys

ESTABLISHED = "01"


def connections(port):
    """The socket inodes of established connections to a port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as lines:
                rows = [line.split() for line in lines][1:]
        except OSError:
            continue
        for row in rows:
            if row[3] == ESTABLISHED and int(row[2].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{row[9]}]")
    return found


def sockets(program):
    """The sockets that processes of a program hold."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace")
            if program not in words or int(process) == os.getpid():
                continue
            for handle in os.listdir(f"/proc/{process}/fd"):
                yield os.readlink(f"/proc/{process}/fd/{handle}")
        except OSError:
            continue


def main():
    program, port = sys.argv[1], int(sys.argv[2])
    wanted = connections(port)
    if not any(socket in wanted for socket in sockets(program)):
        sys.exit(f"{program} has no connection to port {port}")


if __name__ == "__main__":
    main()
