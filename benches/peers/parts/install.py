"""The peers' programs from their public registries, each into a folder of its own, once."""

import os
import shutil
import subprocess
from pathlib import Path

JRSONNET = "0.5.0-pre98"
KUSTOMIZE = "v5.8.1"
HELM = Path(__file__).resolve().parent.parent / "helm"


def jrsonnet(folder):
    """The program, from crates.io."""
    program = folder / f"jrsonnet-{JRSONNET}"
    if not program.exists():
        call(["cargo", "install", "jrsonnet", "--version", JRSONNET, "--locked", "--root", folder / "cargo"])
        shutil.copy(folder / "cargo/bin/jrsonnet", program)
    return program


def kustomize(folder):
    """The program, from the Go modules."""
    program = folder / f"kustomize-{KUSTOMIZE}"
    if not program.exists():
        module = f"sigs.k8s.io/kustomize/kustomize/v5@{KUSTOMIZE}"
        call(["go", "install", module], env={**os.environ, "GOBIN": str(folder / "go")})
        shutil.copy(folder / "go/kustomize", program)
    return program


def helm(folder):
    """A program round Helm's own template engine; `helm/go.mod` says which version."""
    version = next(line.split()[-1] for line in (HELM / "go.mod").read_text().splitlines() if "helm.sh/helm" in line)
    program = folder / f"helm-engine-{version}"
    if not program.exists():
        call(["go", "build", "-o", program, "."], cwd=HELM)
    return program


def call(command, **options):
    print("+", " ".join(map(str, command)), flush=True)
    subprocess.run(command, check=True, **options)
