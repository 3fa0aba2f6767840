"""What start-up gates wait for, against the order of delivery: it must be emitted, and come before the one that waits or with it."""

from suite.kubernetes.emitted import SETS, consumer, template, wave
from suite.kubernetes.gates import PRIMARY, gate


def gates(emitted):
    """Every dependency of every gate: the workload that waits, a kind, and what identifies the other."""
    return [(found, kind, wanted) for found in emitted.workloads.values() for kind, wanted in gate(template(found)["spec"])]


def count(emitted):
    return len(gates(emitted))


def faults(emitted):
    units = {id(file.object): file.unit for file in emitted.files}
    for found, kind, wanted in gates(emitted):
        behind = sources(emitted, kind, wanted)
        if not behind:
            yield f"{consumer(found)} waits for {kind} {wanted}, which is nowhere"
        yield from late(emitted, units, found, behind)


def sources(emitted, kind, wanted):
    """The objects that a dependency is about: a Service and what it selects, Jobs, or the sets of pods."""
    if kind == "Service":
        service = next((one for one in emitted.objects if (one["kind"], one["metadata"]["name"]) == (kind, wanted["name"])), None)
        chosen = dict((service or {}).get("spec", {}).get("selector") or {})
        # A program in the pod sets this one.
        chosen.pop(PRIMARY, None)
        behind = selected(emitted, SETS, chosen) if chosen else []
        return [service, *behind] if behind else []
    if "name" in wanted:
        return [one for one in emitted.workloads.values() if (one["kind"], one["metadata"]["name"]) == (kind, wanted["name"])]
    return selected(emitted, ("Job",) if kind == "Job" else SETS, wanted["labels"])


def selected(emitted, kinds, labels):
    every = emitted.workloads.values()
    return [one for one in every if one["kind"] in kinds and labels.items() <= template(one)["metadata"]["labels"].items()]


def late(emitted, units, found, behind):
    """Dependencies that would be delivered only after the one that waits for them is well."""
    own = units[id(found)]
    for one in behind:
        unit = units[id(one)]
        same = unit == own and wave(one) <= wave(found)
        if emitted.needs and not same and unit not in emitted.before(own):
            yield f"{own}/{found['metadata']['name']} waits for {one['kind']} {unit}/{one['metadata']['name']}, which comes later"
