#!/usr/bin/env python3
"""Wait until the member here serves, so that the next one restarts after it, as long as all members answer.

In a cluster that is only being made some do not answer yet: then there is nothing to wait for. It never fails: what a
member lacks is in its own log, and whoever asks it sees that it does not serve.
"""

import os
import socket
import time

import probe

PORT = 4569
LIMIT = 75


def answers(address):
    try:
        with socket.create_connection((address, PORT), 3):
            return True
    except OSError:
        return False


def main():
    addresses = [member.partition("=")[2] for member in os.environ["TACO_MEMBERS"].split(",")]
    end = time.monotonic() + LIMIT
    while time.monotonic() < end and not probe.is_ready(probe.status()):
        time.sleep(3)
        if not all([answers(address) for address in addresses]):
            return


if __name__ == "__main__":
    main()
