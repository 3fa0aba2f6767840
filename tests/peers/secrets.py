#!/usr/bin/env python3
"""Random strings as the values of secrets, through the store and a build, back from each dialect's own reader.

usage: secrets.py PROGRAM [--count N] [--seed N] [--only oslo|mycnf|url|whole|refused]

Where dialects.py sets a few secrets by `passwords set`, here a store is written by other libraries than the compiler's (pyrage,
cryptography), so that thousands of strings cost one build. `oslo` and `mycnf`: a project's copy of the service data declares
secrets that options of nova.conf and my.cnf show; the drop-ins are read by oslo.config and by MariaDB's my_print_defaults. `url`:
the passwords of databases and queues, from connection and transport_url by SQLAlchemy and oslo.messaging. `whole`: the keys of
mounted Secrets. `refused`: strings that no password may be, each refused with a code and without being shown. Other dialects (uwsgi's
ini, rabbitmq.conf, YAML, environment) take no secrets: TG0511. Exit 1 where a string changes.
"""
import argparse
import base64
import collections
import hashlib
import hmac
import os
import pathlib
import random
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "store")]
import dialects
import read
import yaml
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STORE = "sites/test/passwords.sops.yaml"
PROBES = 1000
TARGETS = {"oslo": ("nova", "nova.conf", "DEFAULT"), "mycnf": ("mariadb", "my.cnf", "client")}


def seal(key, text, associated):
    iv = os.urandom(32)
    sealed = AESGCM(key).encrypt(iv, text.encode(), associated.encode())
    parts = [base64.b64encode(part).decode() for part in (sealed[:-16], iv, sealed[-16:])]
    return "ENC[AES256_GCM,data:{},iv:{},tag:{},type:str]".format(*parts)


class Store:
    """A store that is written anew with other values."""

    def __init__(self, bed):
        self.path = bed.folder / STORE
        self.text = self.path.read_text()
        document = yaml.load(self.text, Loader=yaml.BaseLoader)
        self.key = read.data_key(document, str(bed.folder / "key.txt"))
        secret = base64.b64decode(read.unseal(self.key, document["tag-key"], "tag-key:"))
        info = f"taco-gen/tag/v1{document['site']}".encode()
        self.tags = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)

    def write(self, values):
        def entry(found):
            head, name, made = found[1], found[2], found[3]
            if name not in values:
                return found[0]
            value = values[name]
            message = len(name).to_bytes(8, "big") + (name + value).encode()
            tag = "v1." + hmac.new(self.tags, message, hashlib.sha256).hexdigest()[:32]
            return f"{head}{made}        tag: {tag}\n        value: {seal(self.key, value, f'secrets:{name}:value:')}\n"

        text = re.sub(r"(    (\S+/\S+):\n)(        made: .*\n)        tag: .*\n        value: .*\n", entry, self.text)
        document = yaml.load(text, Loader=yaml.BaseLoader)
        about, total = document.pop("sops"), hashlib.sha512()
        for path, leaf in read.leaves(document):
            total.update(read.unseal(self.key, leaf, path) if leaf.startswith("ENC[") else leaf.encode())
        mac = seal(self.key, total.hexdigest().upper(), about["lastmodified"])
        self.path.write_text(text.replace(about["mac"], mac))


class Bed(dialects.Bed):
    def start(self, body=""):
        (self.folder / "sites/test/site.kdl").write_text(dialects.SITE.format(body=body))
        for action in ("init", "generate"):
            dialects.must(self.run("passwords", action, "test", "-i", "key.txt"))
        self.store = Store(self)

    def built(self, values):
        """The data of every Secret in clear."""
        self.store.write(values)
        dialects.must(self.run("build", "-i", "key.txt"))
        found = {}
        for path in self.folder.glob("output/test/kubernetes/*/secret-*.yaml"):
            data = yaml.load(path.read_text(), Loader=yaml.CSafeLoader).get("data") or {}
            found[path.stem.removeprefix("secret-")] = {key: base64.b64decode(text) for key, text in data.items()}
        return found


def probes(bed, count, chance):
    """Two dialects at once: option `oN` of each file shows secret `pN` of its service."""
    body = ""
    for service, file, section in TARGETS.values():
        path = bed.folder / f"schema/services/{service}/service.kdl"
        declared = "".join(f'    secret p{n} kind=password doc="A probe."\n' for n in range(PROBES))
        path.write_text(re.sub(r"^(    secret .*\n)", lambda found: found[1] + declared, path.read_text(), count=1, flags=re.M))
        names = " ".join(f"o{n}" for n in range(PROBES))
        options = "; ".join(f'o{n} (secret)"p{n}"' for n in range(PROBES))
        body += f'service {service} {{ extra-options "{file}" {{ "{section}" {names} }}\nconfig "{file}" {{ "{section}" {{ {options} }} }} }}\n'
    bed.start(body)
    tally, changed = collections.Counter(), []
    for _ in range(-(-count // PROBES)):
        values = {f"{service}-p{n}/password": dialects.legal(chance) for service, *_ in TARGETS.values() for n in range(PROBES)}
        objects = bed.built(values)
        for kind, (service, file, section) in TARGETS.items():
            stem = re.sub(r"[._]", "-", file)
            data = objects[stem if stem.startswith(service) else f"{service}-{stem}"]["secret.conf"]
            folder = bed.folder / kind
            folder.mkdir(exist_ok=True)
            path = dialects.write(folder / "secret.conf", data.decode())
            keys = [(section, f"o{n}") for n in range(PROBES)]
            back = dialects.read_mycnf(path, keys) if kind == "mycnf" else dialects.read_oslo(None, keys, folder)
            for n, key in enumerate(keys):
                value = values[f"{service}-p{n}/password"]
                tally[kind] += 1
                if back.get(key) != value:
                    changed.append((kind, value, back.get(key)))
            dialect = dialects.DIALECTS[kind]._replace(section=section)
            for n in range(20):
                value = values[f"{service}-p{n}/password"]
                back = dialects.got(dialect, bed.folder / "careless", f"[{section}]\no = {value}\n", ["o"])
                tally[kind + " without care"] += back.get("o") != value
    return tally, changed


def accounts(bed, count, chance, wanted):
    """The site's own passwords: URLs in drop-ins, and whole keys of mounted Secrets."""
    bed.start()
    listed = dialects.must(bed.run("passwords", "list", "test")).stdout
    names = re.findall(r"^(\S+) +password ", listed, re.M)
    everywhere = dialects.places(bed.folder / "output/test") if (bed.folder / "output/test").exists() else None
    tally, changed, folder = collections.Counter(), [], bed.folder / "drop-in"
    while tally[wanted] < count:
        values = {name: dialects.legal(chance) for name in names}
        objects = bed.built(values)
        everywhere = everywhere or dialects.places(bed.folder / "output/test")
        for name, value in values.items():
            held, _, key = name.partition("/")
            if key in objects.get(held, {}):
                tally["whole"] += 1
                if objects[held][key] != value.encode():
                    changed.append(("whole", value, objects[held][key]))
        for held, targets in everywhere.items():
            targets = [place for place in targets if place.secret in values and place.kind == "url"]
            if not targets or wanted != "url":
                continue
            for place, back in zip(targets, dialects.read_drop_in(objects[held]["secret.conf"].decode(), folder, targets)):
                value = values[place.secret]
                tally["url"] += 1
                tally["url, " + ("transport_url" if place.name == "transport_url" else "connection")] += 1
                careless = dialects.careless_drop_in(place, value)
                if tally["url"] <= 100:
                    tally["url without care"] += dialects.read_drop_in(careless, folder, [place]) != [value]
                if back != value:
                    changed.append(("url", value, back))
    return tally, changed


def refused(bed, count, chance):
    bed.start()
    name, tally, changed = "keystone-admin/password", collections.Counter(), []
    before = (bed.folder / STORE).read_bytes()
    for _ in range(count):
        text = dialects.legal(chance)
        wrong = chance.choice([text + chance.choice("\n\r\0\x01\x1b\x7f\u2028") + "more", " " + text, text + "\u00a0", text[:11], text[0] * 20, "Password" + text[:1] * 3 + "1!"])
        ran = bed.run("passwords", "set", "test", name, "-i", "key.txt", text=wrong)
        if ran.returncode == 0:
            # What is left may be a password after all: a sign more makes `Password` one.
            tally["taken"] += 1
            (bed.folder / STORE).write_bytes(before)
            continue
        code = re.search(r"TG\d+", ran.stderr)
        tally[code[0] if code else "no code"] += 1
        if not code or wrong.strip() in ran.stderr + ran.stdout or (bed.folder / STORE).read_bytes() != before:
            changed.append(("refused", wrong, ran.stderr[:200]))
    return tally, changed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", choices=["probes", "url", "whole", "refused"])
    options = parser.parse_args()
    bad = 0
    for kind in [options.only] if options.only else ["probes", "url", "whole", "refused"]:
        with tempfile.TemporaryDirectory() as folder:
            bed, chance = Bed(options.program.resolve(), pathlib.Path(folder)), random.Random(f"{options.seed} {kind}")
            if kind == "probes":
                tally, changed = probes(bed, options.count, chance)
            elif kind == "refused":
                tally, changed = refused(bed, min(options.count, 300), chance)
            else:
                tally, changed = accounts(bed, options.count, chance, kind)
        print(f"{kind}: {dict(tally)}; {len(changed)} changed", flush=True)
        for what in changed[:8]:
            print("    changed: {}: {!r} is read as {!r}".format(*what))
        bad += len(changed)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
