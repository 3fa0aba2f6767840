"""Which workloads an edit rolls: by the digests that the compiler wrote, by the templates that the server keeps, and by the pods."""

from suite.kubernetes.emitted import COMPONENT, NAME, SETS, WORKLOADS, consumer, template

REVISIONS = ("pod-template-hash", "controller-revision-hash")


class Seen:
    """What stands at one moment: the templates of the workloads, and the pods with their revision."""

    def __init__(self, client, namespace):
        self.templates, self.pods, self.on_delete, self.sets = {}, {}, set(), set()
        for kind in WORKLOADS:
            for found in client.items(kind, "apps/v1" if kind in SETS else "batch/v1", namespace):
                name = consumer(found)
                # A Job of another name is another Job, also where its template were the same.
                self.templates[name] = (found["metadata"]["uid"] if kind == "Job" else "", template(found))
                self.sets |= {name} if kind in SETS else set()
                self.on_delete |= {name} if found["spec"].get("updateStrategy", {}).get("type") == "OnDelete" else set()
        for pod in client.items("Pod", namespace=namespace):
            about = pod["metadata"]
            labels = about["labels"]
            revision = next((labels[key] for key in REVISIONS if key in labels), "")
            if "deletionTimestamp" not in about:
                self.pods.setdefault(f"{labels.get(NAME)}/{labels.get(COMPONENT)}", {})[about["uid"]] = revision


def different(before, after):
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def faults(digests, seen):
    """Where the cluster did not do what the digests say; `digests` and `seen` are each a pair of before and after."""
    said = different(*digests)
    before, after = seen
    rolled = different(before.templates, after.templates)
    for name in sorted(said - rolled):
        yield f"{name}: the digest changed, and the server keeps the same template"
    for name in sorted(rolled - said):
        yield f"{name}: the template changed, and the digest is the same"
    for name in sorted(before.sets & after.sets):
        old, new = before.pods.get(name, {}), after.pods.get(name, {})
        gone, stayed = old.keys() - new.keys(), old.keys() & new.keys()
        if name in said and name not in before.on_delete:
            same = {new[uid] for uid in new} & {old[uid] for uid in old}
            if stayed or same:
                yield f"{name}: the digest changed, and {len(stayed)} pods are the old ones"
        elif gone:
            why = "is only replaced by hand" if name in said else "kept its digest"
            yield f"{name} {why}, and {len(gone)} of its pods were replaced"
