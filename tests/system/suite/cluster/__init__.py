"""Pods of the emitted objects, run as processes in namespaces: their commands, files, accounts, addresses and names."""
