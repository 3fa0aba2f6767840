#!/usr/bin/env python3
"""Give a build's SealedSecrets and ExternalSecrets to the code that opens them in a cluster.

usage: operators.py PROGRAM SPEC [--kubeseal FILE] [--engine FILE]

One store, three builds: sealed for Flux, sealed for a controller with a key made here, and by reference. Every SealedSecret is
unsealed by bitnami's `kubeseal --recovery-unseal`; every ExternalSecret is held against the operator's own
CustomResourceDefinition, with fields that it does not have refused, and its templates are executed by the operator's own engine
with the store's values. Both must give the data that the Secrets for Flux have. A broken counterpart of each must not.
kubeseal, the engine and the definitions are Go modules, built here where the options do not name programs. Needs openssl, and
pyrage, cryptography, PyYAML and jsonschema from PyPI. Exit 1 where data differs; 0 with the reason where Go is not there.
"""
import argparse
import base64
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]
import dialects
import read

SEALED = ("github.com/bitnami-labs/sealed-secrets", "v0.27.1")
# The newest release of which the module proxy has the template engine in the same module, and the newest for the definitions.
ENGINE = ("github.com/external-secrets/external-secrets", "v0.20.4")
DEFINED = ("github.com/external-secrets/external-secrets", "v1.3.2")
# Templates, dollars behind backslashes, quotes that a reader takes for its own, and comments.
HARD = [r'''a{{ .b }}$c\$d%e"f'g#h;i''', '"quoted word $x"', "'single quoted'", "ends with \\", "# comment like", "plain-w0rd-of-x"]
STORE = "sites/test/passwords.sops.yaml"
DELIVERIES = {
    "sops": "sops",
    "sealed": 'sealed-secrets certificate="controller.pem"',
    "external": "external-secrets store=vault path=cloud",
}


def go(*arguments, cwd=None, **environment):
    program = shutil.which("go") or "/usr/local/go/bin/go"
    if not pathlib.Path(program).exists():
        print("skipped: the controllers are Go modules, and there is no Go here")
        sys.exit(0)
    done = subprocess.run([program, *arguments], cwd=cwd, env={**os.environ, "CGO_ENABLED": "0", **environment}, capture_output=True, text=True)
    if done.returncode:
        print(f"skipped: go {' '.join(arguments)}: {done.stderr.strip()[-400:]}")
        sys.exit(0)
    return done.stdout


def kubeseal(folder):
    go("install", f"{SEALED[0]}/cmd/kubeseal@{SEALED[1]}", GOBIN=str(folder))
    return folder / "kubeseal"


def engine(folder):
    source = folder / "engine"
    shutil.copytree(HERE / "engine", source)
    (source / "go.mod").write_text(f"module engine\n\ngo 1.24.0\n\nrequire {ENGINE[0]} {ENGINE[1]}\n")
    go("build", "-mod=mod", "-o", "engine", ".", cwd=source)
    return source / "engine"


def definition(module, path):
    """A module's CustomResourceDefinition: the schemas of its versions, closed against other fields."""
    folder = pathlib.Path(json.loads(go("mod", "download", "-json", "@".join(module)))["Dir"])
    versions = yaml.safe_load((folder / path).read_text())["spec"]["versions"]
    return {version["name"]: closed(version["schema"]["openAPIV3Schema"]) for version in versions}


def closed(schema):
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) if key != "enum" else value for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


class Bed:
    def __init__(self, program, spec, root):
        self.program, self.root = program, root
        first = root / "sops"
        text = re.sub(r"^site \S+", "site test", spec, flags=re.M)
        end = text.rindex("}")
        for name, how in DELIVERIES.items():
            site = root / name / "sites/test"
            site.mkdir(parents=True)
            deliver = f'    deliver flux repo="https://git.example.com/c.git" {{ secrets {how} }}\n'
            (site / "site.kdl").write_text(text[:end] + deliver + "}\n")
        for number in (1, 2):
            command = ["openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes", "-days", "30", "-subj", f"/CN=controller-{number}"]
            subprocess.run([*command, "-keyout", f"key{number}.pem", "-out", f"cert{number}.pem"], cwd=root, check=True, capture_output=True)
        shutil.copy(root / "cert1.pem", root / "sealed/sites/test/controller.pem")
        self.run(first, "passwords", "init", "test")
        self.run(first, "passwords", "generate", "test")
        chance = random.Random("operators")
        listed = self.run(first, "passwords", "list", "test")
        self.hard = 0
        for name in re.findall(r"^(\S+) +password ", listed, re.M):
            value = dialects.legal(chance) if self.hard else r'a{{ .b }}$c\$d%e"f\'g#h;i'
            done = subprocess.run([program, "passwords", "set", "test", name, "-i", root / "key.txt"], cwd=first, input=value.encode(), capture_output=True)
            self.hard += done.returncode == 0
        for name in DELIVERIES:
            if name != "sops":
                shutil.copy(first / STORE, root / name / STORE)
            self.run(root / name, "build")

    def run(self, folder, *arguments):
        key = [] if "list" in arguments else ["-i", str(self.root / "key.txt")]
        done = subprocess.run([self.program, *arguments, *key], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{arguments}: {done.stderr[:800]}")
        return done.stdout

    def objects(self, delivery, kind):
        folder = self.root / delivery / "output/test/kubernetes"
        return {path.stem.removeprefix(kind + "-"): path for path in sorted(folder.glob(f"*/{kind}-*.yaml"))}

    def store(self):
        """The store's values, by an independent reader."""
        document = yaml.load((self.root / "sops" / STORE).read_text(), Loader=yaml.BaseLoader)
        key = read.data_key(document, str(self.root / "key.txt"))
        values = document["secrets"].items()
        return {name: read.unseal(key, entry["value"], f"secrets:{name}:value:") for name, entry in values}

    def expected(self):
        """What the Secrets for Flux hold."""
        found = {}
        for name, path in self.objects("sops", "secret").items():
            document = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
            if "sops" in document:
                key = read.data_key(document, str(self.root / "key.txt"))
                opened = {part: read.unseal(key, text, f"data:{part}:") for part, text in document["data"].items()}
                found[name] = {part: base64.b64decode(text, validate=True) for part, text in opened.items()}
        return found


def unseal(program, key, text):
    done = subprocess.run([program, "--recovery-unseal", "--recovery-private-key", key], input=text, capture_output=True, text=True)
    if done.returncode:
        return None
    return {part: base64.b64decode(value) for part, value in json.loads(done.stdout)["data"].items()}


def sealed(bed, program, expected, schemas):
    found, wrong = bed.objects("sealed", "sealedsecret"), []
    for name, path in found.items():
        text = path.read_text()
        jsonschema.validate(yaml.safe_load(text), schemas["v1alpha1"])
        if unseal(program, bed.root / "key1.pem", text) != expected[name]:
            wrong.append(name)
    name, path = next(iter(found.items()))
    text = path.read_text()
    broken = {
        "another key": unseal(program, bed.root / "key2.pem", text),
        "another name": unseal(program, bed.root / "key1.pem", text.replace(f'name: "{name}"', 'name: "other"')),
        "another namespace": unseal(program, bed.root / "key1.pem", text.replace('namespace: "', 'namespace: "x')),
    }
    taken = [what for what, data in broken.items() if data is not None]
    print(f"sealed-secrets {SEALED[1]}: {len(found)} SealedSecrets, {len(wrong)} differ {wrong}; broken ones taken: {taken or 'none'}")
    return len(wrong) + len(taken) + (set(found) != set(expected))


def refusals(schema, document):
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]


def external(bed, program, expected, schemas):
    store, found, questions, faults = bed.store(), bed.objects("external", "externalsecret"), [], []
    for name, path in found.items():
        document = yaml.safe_load(path.read_text())
        faults += [f"{name}: {message}" for message in refusals(schemas["v1"], document)]
        data = {}
        for entry in document["spec"]["data"]:
            folder, _, held = entry["remoteRef"]["key"].partition("/")
            assert folder == "cloud"
            data[entry["secretKey"]] = store[f"{held}/{entry['remoteRef']['property']}"]
        questions.append({"Template": document["spec"]["target"]["template"]["data"], "Data": data})
    answers = ask(program, questions)
    wrong = [name for name, answer in zip(found, answers) if answer != expected[name]]
    careless = [{**one, "Template": {part: re.sub(r" \| [^}]*", " ", text) for part, text in one["Template"].items()}} for one in questions]
    changed = sum(answer != expected[name] for name, answer in zip(found, ask(program, careless)))
    document["spec"]["refresh"] = "1h"
    unknown = refusals(schemas["v1"], document)
    print(
        f"external-secrets {DEFINED[1]}, engine {ENGINE[1]}: {len(found)} ExternalSecrets, {len(faults)} refused {faults[:3]}, {len(wrong)} differ"
        f" {wrong}; with pipes taken out of templates {changed} differ; a field that is not there: {'refused' if unknown else 'TAKEN'}"
    )
    return len(faults) + len(wrong) + (not changed) + (not unknown) + (set(found) != set(expected))


def ask(program, questions):
    encode = lambda one: {**one, "Data": {key: base64.b64encode(value).decode() for key, value in one["Data"].items()}}
    text = json.dumps([encode(one) for one in questions])
    done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    return [{part: base64.b64decode(value) for part, value in (one["data"] or {}).items()} for one in json.loads(done.stdout)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("spec", type=pathlib.Path)
    parser.add_argument("--kubeseal", type=pathlib.Path)
    parser.add_argument("--engine", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        programs = [(options.kubeseal or kubeseal(work)).resolve(), (options.engine or engine(work)).resolve()]
        schemas = [
            definition(SEALED, "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml"),
            definition(DEFINED, "config/crds/bases/external-secrets.io_externalsecrets.yaml"),
        ]
        bed = Bed(options.program.resolve(), options.spec.read_text(), work / "project")
        expected = bed.expected()
        print(f"{len(expected)} Secrets of {len(bed.store())} values, {bed.hard} of them hard strings")
        bad = sealed(bed, programs[0], expected, schemas[0]) + external(bed, programs[1], expected, schemas[1])
    print(f"{bad} faults")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
