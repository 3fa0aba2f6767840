"""What the server keeps of an object against what its file says."""


def differences(wanted, stored, path=""):
    """Where the stored object is not what the file says; fields that the file leaves out are the server's own."""
    if isinstance(wanted, dict) and isinstance(stored, dict):
        for key, value in wanted.items():
            if key not in stored:
                yield f"{path}.{key}: {shown(value)} is not kept"
            else:
                yield from differences(value, stored[key], f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(stored, list):
        if len(wanted) != len(stored):
            yield f"{path}: {len(wanted)} entries became {len(stored)}"
        for number, (value, kept) in enumerate(zip(wanted, stored)):
            yield from differences(value, kept, f"{path}[{number}]")
    elif wanted != stored or type(wanted) is not type(stored):
        yield f"{path}: {shown(wanted)} became {shown(stored)}"


def shown(value):
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."
