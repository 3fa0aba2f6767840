"""Kubernetes objects: by the schemas of every supported version, strictly, and by checkov with named exceptions."""

import copy
import json
import os
import subprocess
import time
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import kubernetes_validate

from suite.table import Row

EXCEPTIONS = Path(__file__).resolve().parents[2] / "exceptions" / "checkov.toml"
VERSIONS = ("1.33", "1.34", "1.35", "1.36")
# Kinds that Kubernetes itself does not define; what reads them is named in the table.
OWN = ("gateway.networking.k8s.io/", "argoproj.io/")


def complaint(found, version):
    try:
        kubernetes_validate.validate(found, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(str(part) for part in error.path)}: {error.message}"[:300]
    except kubernetes_validate.SchemaNotFoundError as error:
        return str(error)
    return ""


def applied(found):
    """The object as the API server is given it: Flux or KSOPS takes the seal off before."""
    return {key: value for key, value in found.items() if key != "sops"}


def validated(sites):
    for version in VERSIONS:
        began, notes, count = time.monotonic(), [], 0
        for site in sites:
            for path, found in site.objects.items():
                if not found["apiVersion"].startswith(OWN):
                    count += 1
                    said = complaint(applied(found), version)
                    notes += [f"{site.name}/{path}: {said}"] if said else []
        spoiled = copy.deepcopy(next(found for site in sites for found in site.of_kind("Deployment").values()))
        spoiled["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"
        broken = "refused" if complaint(spoiled, version) else "ACCEPTED"
        verdict = "fail" if notes else "pass"
        release = f"{kubernetes_validate.__version__}, schemas {version}"
        yield Row("kubernetes/**", count, "kubernetes-validate, strict", release, verdict, broken, time.monotonic() - began, notes)
    own = sum(found["apiVersion"].startswith(OWN) for site in sites for found in site.objects.values())
    reason = "Gateway API routes: their schema is a custom resource, which the API server's own part reads, not this one"
    yield Row("kubernetes/**/httproute-*, gateway-*", own, "-", "-", "none", "-", 0.0, [reason])


def checkov(environment, folder):
    """Check -> resources that fail it."""
    done = subprocess.run(
        [environment / "bin/python", environment / "bin/checkov", "-d", folder, "--framework", "kubernetes", "--skip-download",
         "--compact", "--quiet", "-o", "json"],
        check=False, text=True, capture_output=True, timeout=600, env={**os.environ, "LOG_LEVEL": "ERROR", "PYTHONDONTWRITEBYTECODE": ""},
    )
    report = json.loads(done.stdout)
    failed = {}
    for entry in report.get("results", {}).get("failed_checks", []):
        failed.setdefault((entry["check_id"], entry["check_name"]), set()).add(entry["resource"].replace("openstack.", "").replace("default.", ""))
    summary = report.get("summary", report)
    return failed, summary.get("passed", 0), summary.get("parsing_errors", 0), summary.get("checkov_version", "unknown")


def spoiled_folder(scratch):
    folder = scratch / "checkov-spoiled"
    folder.mkdir(parents=True, exist_ok=True)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "spoiled", "namespace": "openstack"}}
    pod["spec"] = {"containers": [{"name": "one", "image": "one:1", "securityContext": {"privileged": True}}], "hostNetwork": True}
    (folder / "pod.json").write_text(json.dumps(pod), encoding="utf-8")
    return folder


def checked(sites, environments, scratch):
    """checkov's findings less the exceptions; an exception that excepts nothing any more is a fault too."""
    began, environment, notes, used, count, version = time.monotonic(), environments / "checkov", [], set(), 0, "unknown"
    exceptions = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    for site in (site for site in sites if site.objects):
        failed, passed, errors, version = checkov(environment, site.folder / "kubernetes")
        count += len(site.objects)
        notes += [f"{site.name}: {errors} files were not parsed"] if errors or not passed else []
        for (check, name), resources in sorted(failed.items()):
            for resource in sorted(resources):
                pattern = next((one for one in exceptions.get(check, {}).get("of", []) if fnmatchcase(resource, one)), None)
                used.add((check, pattern))
                notes += [] if pattern else [f"{site.name}: {check} ({name}): {resource}"]
    stated = {(check, pattern) for check, entry in exceptions.items() for pattern in entry["of"]}
    notes += [f"exception of {check} for {pattern} excepts nothing" for check, pattern in sorted(stated - used)]
    notes += [f"exception of {check} names no reason" for check, entry in exceptions.items() if not entry.get("reason")]
    failed, *_ = checkov(environment, spoiled_folder(scratch))
    caught = any(check == "CKV_K8S_16" for check, _ in failed)
    verdict, broken = "fail" if notes else "pass", "refused" if caught else "ACCEPTED"
    what = f"kubernetes/**, {len(exceptions)} exceptions with reasons"
    yield Row(what, count, "checkov", version, verdict, broken, time.monotonic() - began, notes)
