"""What others run for a site: programs with an address and a name that the site's pods know, started from no object."""

import subprocess

from suite.root import PATH, Root

ENVIRON = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root"}


class Server:
    """One program on a machine of its own, by the name that the site's spec has for it."""

    def __init__(self, stage, name, tree):
        self.stage, self.name = stage, name
        self.root = Root(stage.work, tree, f"outside/{name}")
        self.address = stage.connect(name)
        stage.outside[name] = self.address
        stage.servers.append(self)
        stage.changed("pods")
        self.process, self.log = None, stage.folder / "logs" / f"{name}.log"

    def command(self, words):
        return ["nsenter", f"--net=/run/netns/{self.name}", *self.root.command(words)]

    def start(self, *words, env=None):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(words), env={**ENVIRON, **(env or {})}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def run(self, *words, text=None, env=None, timeout=120):
        """A program there, to its end; what it said is part of the failure."""
        done = subprocess.run(
            self.command(words), check=False, text=True, errors="replace", timeout=timeout, env={**ENVIRON, **(env or {})},
            input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, f"{self.name}, {words[0]} ended with {done.returncode}: {done.stdout.strip()[-600:]}"
        return done.stdout

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
