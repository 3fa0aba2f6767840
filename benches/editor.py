#!/usr/bin/env python3
"""How long an editor waits for `taco-gen lsp`: benches/editor.py PROGRAM [PROJECT] [SITE]

Prints, in milliseconds, the time from the start of the process to the first diagnostics of the spec, and from a key to the
diagnostics that follow it: least, median and greatest of 30 keys, each an edit of the spec that changes a value.
"""

import json
import pathlib
import subprocess
import sys
import time


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    project = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()
    site = sys.argv[3] if len(sys.argv) > 3 else "lab"
    spec = project / "sites" / site / "site.kdl"
    text, uri = spec.read_text(), spec.as_uri()
    started = time.perf_counter()
    server = subprocess.Popen([program, "lsp"], cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(method, parameters, number=None):
        message = {"jsonrpc": "2.0", "method": method, "params": parameters}
        if number is not None:
            message["id"] = number
        body = json.dumps(message).encode()
        server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        server.stdin.flush()

    def receive():
        length = 0
        while (line := server.stdout.readline().strip()):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(server.stdout.read(length))

    def until_answer(number):
        told = None
        while True:
            message = receive()
            if message.get("id") == number:
                return told
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                told = message["params"]["diagnostics"]

    send("initialize", {"capabilities": {}, "rootUri": project.as_uri()}, 0)
    until_answer(0)
    send("initialized", {})
    send("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "kdl", "version": 1, "text": text}})
    # The answer follows the diagnostics; a spec without any is told of by the answer alone.
    send("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}}, 1)
    until_answer(1)
    print(f"first {1000 * (time.perf_counter() - started):.0f}")
    waits = []
    for key in range(30):
        changed = text.rstrip()[:-1] + f"    service keystone {{ workers {key + 2} }}\n}}\n" if "service keystone" not in text else \
            text.replace("expiration 7200", f"expiration {7200 + key}", 1)
        began = time.perf_counter()
        send("textDocument/didChange", {"textDocument": {"uri": uri, "version": key + 2}, "contentChanges": [{"text": changed}]})
        send("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}}, key + 2)
        until_answer(key + 2)
        waits.append(1000 * (time.perf_counter() - began))
    waits.sort()
    print(f"key {waits[0]:.0f} {waits[len(waits) // 2]:.0f} {waits[-1]:.0f}")
    send("shutdown", None, 99)
    until_answer(99)
    send("exit", None)
    server.wait()


main()
