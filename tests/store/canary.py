#!/usr/bin/env python3
"""Look for 200 known secrets in everything that the program writes.

usage: canary.py PROGRAM SPEC

Makes sites with stores for every delivery, builds them, rotates, breaks stores in ways that put values in clear, checks 200 specs
with values in clear in options, and runs every command that reads them in every format. Then the project's files, both output streams, and all system calls of a rotation and a build
(their arguments, environment and writes, as strace sees them) are searched for every value in each form: plain, reversed,
hex, base64 at three alignments, URL, JSON, and md5, sha1, sha256 and sha512 in hex and base64. The search is first shown to
find each form. Exit 1 on a hit.
"""
import base64
import contextlib
import hashlib
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import read

SITES = 8
DELIVERIES = ["sops", "external-secrets store=vault", 'sealed-secrets certificate="seal.pem"', "plain"]
# Options that hold secrets, each with a value in clear where the site's own reference would be.
CLEAR = [
    ("keystone", "keystone.conf", "database", "connection", "mysql+pymysql://keystone:{}@mariadb/keystone"),
    ("keystone", "keystone.conf", "DEFAULT", "transport_url", "rabbit://keystone:{}@rabbitmq:5672/"),
    ("glance", "glance-api.conf", "keystone_authtoken", "password", "{}"),
    ("nova", "nova.conf", "neutron", "metadata_proxy_shared_secret", "{}"),
    ("nova", "nova.conf", "placement", "password", "{}"),
]
FORMATS = ["human", "short", "json", "sarif", "github"]


def forms(value):
    raw = value.encode()
    yield "plain", raw
    yield "reversed", raw[::-1]
    yield "hex", raw.hex().encode()
    for shift in range(3):
        # Of a text that begins `shift` bytes before the value, what depends on the value alone.
        text = base64.b64encode(b"\0" * shift + raw)
        yield f"base64, shifted by {shift}", text[(shift * 8 + 5) // 6 : len(text) - 4]
    # Letters are the same in URLs and JSON, so these two show the value with every letter escaped.
    yield "url", "".join(f"%{byte:02X}" for byte in raw).encode()
    yield "json", "".join(f"\\u{byte:04x}" for byte in raw).encode()
    for name in ["md5", "sha1", "sha256", "sha512"]:
        digest = hashlib.new(name, raw)
        yield name, digest.hexdigest().encode()
        yield f"{name}, base64", base64.b64encode(digest.digest()).rstrip(b"=")


def search(haystack, needles):
    lower = haystack.lower()
    for where, form, needle in needles:
        text = lower if form in ("hex", "md5", "sha1", "sha256", "sha512") else haystack
        if needle in text:
            yield where, form


class Project:
    def __init__(self, program, spec, root):
        self.program, self.root, self.said, self.values, self.runs = program, root, [], {}, 0
        for number in range(SITES):
            site = root / f"sites/s{number}"
            site.mkdir(parents=True)
            text = spec.replace("site minimal", f"site s{number}")
            end = text.rindex("}")
            deliver = f'{["flux", "argocd"][number // 4]} repo="https://git.example.com/c.git"'
            lab = "    lab #true\n" if DELIVERIES[number % 4] == "plain" and "lab #true" not in text else ""
            (site / "site.kdl").write_text(f"{text[:end]}{lab}    deliver {deliver} {{ secrets {DELIVERIES[number % 4]} }}\n}}\n")
            shutil.copy(pathlib.Path(__file__).parent / "controller.pem", site / "seal.pem")

    def run(self, *arguments, key="key.txt", trace=None):
        command = [self.program, *arguments]
        if trace:
            command = ["strace", "-f", "-v", "-s", "1000000", "-o", trace, *command]
        environment = {"SOPS_AGE_KEY_FILE": key, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True)
        self.said.append((" ".join(map(str, arguments)), done.stdout + done.stderr))
        self.runs += 1
        return done.returncode == 1

    def note(self, site):
        """Remembers a site's values, old ones as well."""
        store = self.root / f"sites/{site}/passwords.sops.yaml"
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            read.main(str(store), str(self.root / "key.txt"), "--values")
        for line in out.getvalue().splitlines():
            words = line.split(" ", 2)
            if len(words) == 3 and len(words[2]) >= 16 and "/" in words[0] and not words[2].startswith("-----"):
                self.values[f"{site} {words[0]} {len(self.values)}"] = words[2]

    def in_clear(self, site):
        """200 specs, each with a known value in clear; the files themselves go again."""
        path = self.root / f"sites/{site}/site.kdl"
        text = path.read_text()
        end, failed = text.rindex("}"), 0
        values = list(self.values.values())
        for number in range(200):
            service, file, section, option, template = CLEAR[number % len(CLEAR)]
            value = template.format(values[number * 7 % len(values)])
            path.write_text(f'{text[:end]}    service {service} {{ config "{file}" {{ {section} {{ {option} "{value}" }} }} }}\n}}\n')
            failed += self.run("check", site, "--format", FORMATS[number // len(CLEAR) % len(FORMATS)])
        path.write_text(text)
        return failed

    def broken(self, site):
        """A store in ways that people break it, with a known value in clear."""
        store = self.root / f"sites/{site}/passwords.sops.yaml"
        text = store.read_text()
        line = next(line for line in text.splitlines() if line.strip().startswith("value:"))
        value = next(value for name, value in self.values.items() if name.startswith(site))
        for wrong in [value, f'"{value}', f"|\n            {value}", f"[{value}", f"*{value}", f"&{value} x", f"!{value} x", f"x # {value}"]:
            store.write_text(text.replace(line, f"        value: {wrong}"))
            for form in FORMATS:
                self.run("check", site, "--format", form)
                self.run("passwords", "verify", site, "--format", form)
            for action in ["generate", "list"]:
                self.run("passwords", action, site)
        store.write_text(text[: len(text) // 2])
        self.run("passwords", "verify", site)
        store.write_text(text)


def main(program, spec):
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        project = Project(pathlib.Path(program).resolve(), pathlib.Path(spec).read_text(), work)
        for number in range(SITES):
            project.run("passwords", "init", f"s{number}")
            project.run("passwords", "generate", f"s{number}")
            project.note(f"s{number}")
        project.run("build")
        project.run("passwords", "rotate", "s0", "keystone-admin/password", "mariadb-root/password", trace=work / "t1")
        project.note("s0")
        # Not the sites whose Secrets are in clear: what is written to them are the values.
        sealed = [f"s{number}" for number in range(SITES) if DELIVERIES[number % 4] != "plain"]
        project.run("build", *sealed, trace=work / "t2")
        project.run("passwords", "rekey", "s1")
        for number in range(SITES):
            project.run("passwords", "verify", f"s{number}")
            project.run("passwords", "list", f"s{number}")
        project.run("check", "--format", "json")
        project.broken("s2")
        failed = project.in_clear("s4")
        needles = [(name, form, needle) for name, value in project.values.items() for form, needle in forms(value)]
        for name, form, needle in needles[:16]:
            assert (name, form) in list(search(b"before " + needle + b" after", needles[:16])), form
        texts = [(str(path.relative_to(work)), path.read_bytes()) for path in work.rglob("*") if path.is_file()]
        # Secrets in clear are what `plain` is for; everything else that it writes is searched.
        clear = [where for where, text in texts if b"taco-gen/plaintext" in text and "/secret-" in where]
        shown = sum(bool(list(search(text, needles))) for where, text in texts if where in clear)
        # All but those of ssh keys, which have many lines and are not among the values.
        assert shown == len([where for where in clear if "-ssh" not in where]) > 0, f"{shown} of {len(clear)} Secrets in clear are found"
        texts = [(where, text) for where, text in texts if where not in clear]
        texts += project.said
        size = sum(len(text) for _, text in texts)
        # One text of all is searched first; only what is found there is looked for in each.
        found = set(search(b"\n".join(text for _, text in texts), needles))
        left = [needle for needle in needles if needle[:2] in found]
        hits = [f"{form} of {name} in {where}" for where, text in texts for name, form in search(text, left)]
        print("\n".join(hits[:50]))
        print(f"secrets={len(project.values)} forms={len(needles)} runs={project.runs} failing_specs={failed} clear={len(clear)} files={len(texts)} bytes={size} hits={len(hits)}")
        sys.exit(bool(hits) or len(project.values) < 200 or failed < 200)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
