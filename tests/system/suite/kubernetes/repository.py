"""A Git repository that is pushed to by its path and read over HTTP: Git's own server program behind Python's HTTP server."""

import http.server
import os
import shutil
import subprocess
import threading

from suite.root import Failed

NAMES = {"GIT_AUTHOR_NAME": "suite", "GIT_AUTHOR_EMAIL": "suite@example.com", "GIT_COMMITTER_NAME": "suite",
         "GIT_COMMITTER_EMAIL": "suite@example.com", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
         "GIT_TERMINAL_PROMPT": "0"}
BRANCH = "main"


def git(folder, *words):
    """What Git prints; nothing of the machine's own settings takes part."""
    done = subprocess.run(["git", *map(str, words)], check=False, cwd=folder, env={**os.environ, **NAMES}, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    if done.returncode != 0:
        raise Failed(f"git {' '.join(map(str, words[:3]))}: {done.stderr.strip()[-500:]}")
    return done.stdout


class Repository:
    """A bare repository in `folder`, served for reading at `url`."""

    def __init__(self, folder, address):
        self.folder, self.path = folder, folder / "clusters.git"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--bare", f"--initial-branch={BRANCH}", self.path)
        handler = type("Handler", (Handler,), {"root": folder})
        self.server = http.server.ThreadingHTTPServer((address, 0), handler)
        self.url = f"http://{address}:{self.server.server_port}/clusters.git"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def revision(self):
        """The newest commit."""
        return git(self.path, "rev-parse", BRANCH).strip()

    def commit(self, change):
        """A commit that no taco-gen made: `change` is given the files of the branch to edit."""
        folder = self.folder / "clone"
        shutil.rmtree(folder, ignore_errors=True)
        git(self.folder, "clone", "--quiet", self.path, folder)
        change(folder)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "by hand")
        git(folder, "push", "--quiet", "origin", BRANCH)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """Gives each request to `git http-backend`, by the rules of CGI."""

    protocol_version = "HTTP/1.1"
    root = None

    def log_message(self, *_):
        """The answers are judged by who asked."""

    def answer(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ = {
            **os.environ, **NAMES, "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_ADDR": self.client_address[0],
            "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(["git", "http-backend"], check=False, env=environ, input=body, capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().splitlines() if ": " in line]
        status = next((int(value.split()[0]) for name, value in fields if name == "Status"), 200 if fields else 500)
        self.send_response(status)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer
