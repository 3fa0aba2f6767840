"""Runs one program of this Python environment many times: it is imported once, and each line of standard input is one call of it.

A line is a list of arguments in JSON; the answer is a line with the exit status and all that the program said. Each call is a child
process of its own, so that it finds the files as they are then and leaves nothing behind.
"""

import json
import sys
import traceback
import warnings
from importlib import metadata

# Some programs replace functions of `os` as they are imported: these are taken before.
from os import _exit, close, dup2, fork, pipe, read, waitpid, waitstatus_to_exitcode


def call(program, words):
    sys.argv = [sys.argv[1], *words]
    try:
        code = program()
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    _exit(code if isinstance(code, int) else 1 if code else 0)


def answer(program, words):
    receive, send = pipe()
    child = fork()
    if child == 0:
        close(receive)
        dup2(send, 1)
        dup2(send, 2)
        call(program, words)
    close(send)
    text = b"".join(iter(lambda: read(receive, 65536), b""))
    close(receive)
    _, status = waitpid(child, 0)
    return waitstatus_to_exitcode(status), text.decode(errors="replace")


def main():
    warnings.simplefilter("ignore")
    program = next(iter(metadata.entry_points(group="console_scripts", name=sys.argv[1]))).load()
    for line in sys.stdin:
        print(json.dumps(answer(program, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
