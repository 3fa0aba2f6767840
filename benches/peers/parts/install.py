"""The peers' programs from their public registries, each into a folder of its own, once."""

import os
import shutil
import subprocess
from pathlib import Path

JRSONNET = "0.5.0-pre98"
KUSTOMIZE = "v5.8.1"
OPENSTACK_HELM = "0ee5adeffcaefb6f7a78bb23bf845414672e6827"
CHARTS = ["cinder", "etcd", "glance", "heat", "horizon", "keystone", "libvirt", "mariadb", "memcached", "neutron", "nova",
          "openvswitch", "ovn", "placement", "rabbitmq"]
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


def openstack_helm(folder, given):
    """A folder with the charts of the lab's services, from a checkout that is given or from the project's repository."""
    source = given or folder / f"openstack-helm-{OPENSTACK_HELM[:12]}"
    if not source.exists():
        # A fetch that fails leaves nothing that the next run would take for the charts.
        part = source.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        call(["git", "init", "--quiet", part])
        call(["git", "-C", part, "fetch", "--depth=1", "https://opendev.org/openstack/openstack-helm", OPENSTACK_HELM])
        call(["git", "-C", part, "checkout", "--quiet", "FETCH_HEAD"])
        part.rename(source)
    return source


def charts(source, folder):
    """Copies the charts with the library that each depends on, as `helm dependency build` would put it."""
    for chart in CHARTS:
        shutil.copytree(source / chart, folder / chart)
        shutil.copytree(source / "helm-toolkit", folder / chart / "charts/helm-toolkit")


def call(command, **options):
    print("+", " ".join(map(str, command)), flush=True)
    subprocess.run(command, check=True, **options)
