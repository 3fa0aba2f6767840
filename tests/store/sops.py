#!/usr/bin/env python3
"""Exchange stores with the real `sops`, both ways.

usage: sops.py PROGRAM SPEC [--sops FILE] [--version vX.Y.Z]

Without --sops the program is built from its Go module. What `sops` encrypts, sets, removes, rotates and gives new keys to is read by
`passwords list`, `show`, `verify` and `build`: the values must be those that were typed, or the file is refused with the code that
is expected. What taco-gen writes after each change, and every Secret of a build, is decrypted by `sops`, which compares the MAC.
Prints a line a case. Exit 1 where one fails; 0 with the reason where Go is not there.
"""
import argparse
import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

STORE = "sites/test/passwords.sops.yaml"
RULE = "^(tag-key|value)$"
NAME = "keystone-admin/password"
VALUE = "correct horse battery staple"


def build(version, folder):
    go = shutil.which("go") or next((path for path in ["/usr/local/go/bin/go"] if pathlib.Path(path).exists()), None)
    if go is None:
        print("skipped: `sops` is built from its Go module, and there is no Go here")
        sys.exit(0)
    made = subprocess.run(
        [go, "install", f"github.com/getsops/sops/v3/cmd/sops@{version}"],
        env={**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
    )
    if made.returncode:
        print(f"skipped: Go does not build `sops`: {made.stderr.strip()[-300:]}")
        sys.exit(0)
    return folder / "sops"


class Bed:
    def __init__(self, program, sops, spec, root):
        self.program, self.sops, self.root, self.bad, self.cases, self.compared = program, sops, root, 0, 0, 0
        (root / "sites/test").mkdir(parents=True)
        text = re.sub(r"^site \S+", "site test", spec, flags=re.M)
        end = text.rindex("}")
        deliver = '    deliver flux repo="https://git.example.com/clusters.git"\n'
        (root / "sites/test/site.kdl").write_text(text[:end] + deliver + "}\n")
        self.must("init", "test")
        self.must("generate", "test")
        self.first = (root / STORE).read_bytes()
        self.mine = re.search(r"age1\w+", (root / "key.txt").read_text())[0]
        self.other = self.stranger()
        self.plain = self.decrypt(root / STORE)
        self.names = re.findall(r"^    (\S+/\S+):$", self.plain, re.M)

    def run(self, *command, text=None):
        environment = {"SOPS_AGE_KEY_FILE": "key.txt", "PATH": "/usr/bin:/bin", "HOME": str(self.root), "NO_COLOR": "1"}
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, input=text)

    def taco(self, *arguments, text=None):
        return self.run(self.program, "passwords", *arguments, text=text)

    def must(self, *arguments, text=None):
        done = self.taco(*arguments, text=text)
        if done.returncode:
            raise AssertionError(f"passwords {arguments[0]}: {done.stderr[:600]}")
        return done.stdout

    def stranger(self):
        """Another recipient: that of a second identity."""
        folder = self.root / "elsewhere"
        shutil.copytree(self.root / "sites", folder / "sites")
        (folder / STORE).unlink()
        done = subprocess.run([self.program, "passwords", "init", "test", "-i", "key.txt"], cwd=folder, capture_output=True)
        assert done.returncode == 0, done.stderr
        recipient = re.search(r"age1\w+", (folder / "key.txt").read_text())[0]
        shutil.copy(folder / "key.txt", self.root / "other.txt")
        shutil.rmtree(folder)
        return recipient

    def sops_must(self, *arguments):
        done = self.run(self.sops, *arguments)
        if done.returncode:
            raise AssertionError(f"sops {arguments}: {done.stderr[-600:]}")
        return done.stdout

    def decrypt(self, path):
        return self.sops_must("decrypt", str(path))

    def encrypt(self, text, *options, rules=None):
        """Encrypts by options, or by the rules of a `.sops.yaml`."""
        (self.root / "plain.yaml").write_text(text)
        config = self.root / ".sops.yaml"
        config.unlink(missing_ok=True)
        if rules:
            config.write_text("creation_rules:\n" + rules)
        else:
            options = ("--age", self.mine, *options)
        (self.root / STORE).write_text(self.sops_must("encrypt", *options, "plain.yaml"))
        config.unlink(missing_ok=True)

    def values(self, names=()):
        """Values as taco-gen shows them, a process each."""
        return {name: self.must("show", "test", name, "--pipe") for name in names or self.names[:: len(self.names) // 4]}

    def typed(self, names):
        """The same as `sops` shows them."""
        plain = yaml.load(self.decrypt(STORE), Loader=yaml.BaseLoader)
        return {name: plain["secrets"][name]["value"] for name in names}

    def same(self, names=()):
        values = self.values(names)
        assert values == self.typed(values), "a value differs"
        self.compared += len(values)

    def case(self, title, act):
        (self.root / STORE).write_bytes(self.first)
        self.cases += 1
        try:
            act(self)
            print(f"ok    {title}")
        except AssertionError as error:
            self.bad += 1
            print(f"FAIL  {title}: {error}")

    def whole(self):
        """The store is read, sound, and of the values that were made first."""
        listed = self.must("list", "test")
        assert all(name in listed for name in self.names), "a name is not listed"
        self.must("verify", "test")
        self.same()
        done = self.run(self.program, "build")
        assert done.returncode == 0, done.stderr[:600]

    def refused(self, code, *arguments, text=None):
        done = self.run(self.program, *arguments, text=text)
        assert done.returncode == 1 and code in done.stderr, f"{arguments}: {done.returncode} {done.stderr[:600]}"


def by_sops(bed):
    plain, both = bed.plain, f"{bed.mine},{bed.other}"

    def encrypted(*options, text=plain):
        def act(bed):
            bed.encrypt(text, "--encrypted-regex", RULE, *options)
            bed.whole()
        return act

    bed.case("sops encrypt", encrypted())
    listed = plain.replace("recipients:\n", f"recipients:\n    - {bed.other}\n")
    bed.case("sops encrypt, two recipients", encrypted("--age", both, text=listed))
    commented = "# above\n" + re.sub(r"^( +value: .*)$", r"        # before\n\1 # behind", plain, flags=re.M)
    bed.case("sops encrypt, comments everywhere", encrypted(text=commented))

    def lists(bed):
        bed.encrypt(plain, "--encrypted-regex", RULE)
        text = (bed.root / STORE).read_text()
        old = "sops:\n    kms: []\n    gcp_kms: []\n    azure_kv: []\n    hc_vault: []\n    pgp: []\n    shamir_threshold: 0\n"
        (bed.root / STORE).write_text(text.replace("sops:\n", old))
        bed.whole()
    bed.case("empty lists, as versions before 3.10 wrote them", lists)

    def by_set(bed):
        bed.sops_must("set", STORE, f'["secrets"]["{NAME}"]["value"]', f'"{VALUE}"')
        bed.refused("TG0909", "passwords", "verify", "test")
        bed.must("generate", "test")
        assert bed.must("show", "test", NAME, "--pipe") == VALUE
        bed.whole()
    bed.case("sops set, then generate makes the tag anew", by_set)

    def added(bed):
        bed.sops_must("unset", STORE, f'["secrets"]["{NAME}"]')
        bed.refused("TG0905", "passwords", "verify", "test")
        bed.sops_must("set", STORE, f'["secrets"]["{NAME}"]', f'{{"value": "{VALUE}"}}')
        bed.refused("TG0909", "check")
        bed.must("generate", "test")
        assert bed.must("show", "test", NAME, "--pipe") == VALUE
        bed.whole()
    bed.case("sops unset, and sops set of an entry without a tag", added)

    def number(bed):
        bed.sops_must("set", STORE, f'["secrets"]["{NAME}"]["value"]', "12345678901234567")
        bed.refused("TG0908", "passwords", "verify", "test")
    bed.case("sops set of a number is refused", number)

    def rotated(bed):
        bed.sops_must("rotate", "-i", STORE)
        bed.whole()
        bed.must("rekey", "test")
        bed.whole()
    bed.case("sops rotate, and rekey behind it", rotated)

    def updated(bed):
        (bed.root / ".sops.yaml").write_text(f"creation_rules:\n  - age: {both}\n")
        bed.sops_must("updatekeys", "-y", STORE)
        (bed.root / ".sops.yaml").unlink()
        bed.refused("TG0913", "passwords", "set", "test", NAME, text=VALUE)
        bed.same()
        bed.refused("TG0913", "passwords", "rekey", "test")
        bed.must("rekey", "test", "--add", bed.other)
        bed.whole()
        bed.must("verify", "test", "-i", "other.txt")
    bed.case("sops updatekeys with one more recipient, taken in by rekey --add", updated)

    def partial(bed):
        bed.encrypt(plain, rules=f"  - age: {bed.mine}\n    encrypted_regex: {RULE}\n    mac_only_encrypted: true\n")
        assert "mac_only_encrypted: true" in (bed.root / STORE).read_text()
        bed.same()
        bed.refused("TG0913", "passwords", "set", "test", NAME, text=VALUE)
        bed.refused("TG0913", "build")
        bed.must("rekey", "test", "--add", bed.mine)
        bed.whole()
    bed.case("mac_only_encrypted is read, and changed after rekey --add only", partial)

    for title, options, rules, code in [
        ("key_groups", [], f"  - encrypted_regex: {RULE}\n    shamir_threshold: 2\n    key_groups:\n    - age: [{bed.mine}]\n    - age: [{bed.other}]\n", "TG0910"),
        ("everything sealed, the default of sops", [], None, "TG0901"),
        ("encrypted_suffix", ["--encrypted-suffix", "value"], None, "TG0901"),
        ("unencrypted_regex", ["--unencrypted-regex", "^(site|recipients|made|tag)$"], None, "TG0901"),
    ]:
        def refusal(bed, options=options, rules=rules, code=code):
            bed.encrypt(plain, *options, rules=rules)
            for action in ["list", "verify", "generate"]:
                bed.refused(code, "passwords", action, "test")
            bed.refused(code, "build")
        bed.case(f"{title} is refused with {code}", refusal)


def by_taco_gen(bed):
    def changed(*arguments, text=None):
        def act(bed):
            bed.must(*arguments, text=text)
            bed.same()
        return act

    bed.case("generate, read by sops", lambda bed: bed.same(bed.names))
    bed.case("set, read by sops", changed("set", "test", NAME, text=VALUE + " é中\"'\\$%#: \n"[:-2]))
    bed.case("rotate, read by sops", changed("rotate", "test", NAME, "mariadb-root/password"))
    bed.case("rekey, read by sops", changed("rekey", "test"))

    def members(bed):
        bed.must("rekey", "test", "--add", bed.other)
        bed.same()
        bed.must("rekey", "test", "--remove", bed.other)
        bed.same()
        bed.must("rotate", "test", NAME)
        bed.same()
    bed.case("rekey --add and --remove, read by sops", members)

    def damaged(bed):
        text = (bed.root / STORE).read_text()
        for old, new in [("tag: v1.", "tag: v2."), ('site: "test"', 'site: "toast"')]:
            (bed.root / STORE).write_text(text.replace(old, new, 1))
            done = bed.run(bed.sops, "decrypt", STORE)
            assert done.returncode and "MAC mismatch" in done.stderr, done.stderr[-300:]
    bed.case("sops refuses a store that was changed", damaged)

    def secrets(bed):
        values = bed.typed(bed.names)
        assert bed.run(bed.program, "build").returncode == 0
        found = sorted((bed.root / "output/test").glob("kubernetes/*/secret-*.yaml"))
        sealed = [path for path in found if "\nsops:" in path.read_text()]
        held = {}
        for path in sealed:
            name = path.stem.removeprefix("secret-")
            for key, text in re.findall(r"^    (\S+): (\S+)$", bed.decrypt(path).partition("\ndata:\n")[2], re.M):
                held[f"{name}/{key}"] = base64.b64decode(text, validate=True).decode()
        wrong = [name for name in set(held) & set(values) if held[name] != values[name]]
        assert len(sealed) > 20 and not wrong and len(set(held) & set(values)) > 15, f"{len(sealed)} Secrets, {wrong}"
        bed.sealed = len(sealed)
    bed.case("every Secret of a build, read by sops", secrets)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("spec", type=pathlib.Path)
    parser.add_argument("--sops", type=pathlib.Path)
    parser.add_argument("--version", default="v3.10.2")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        sops = (options.sops or build(options.version, work / "bin")).resolve()
        bed = Bed(options.program.resolve(), sops, options.spec.read_text(), work / "project")
        by_sops(bed)
        by_taco_gen(bed)
        version = bed.run(str(sops), "--version", "--disable-version-check").stdout.split("\n")[0]
        print(f"{version}: {bed.cases} cases, {bed.compared} values compared, {bed.sealed} Secrets, {bed.bad} failed")
    sys.exit(bed.bad > 0)


if __name__ == "__main__":
    main()
