"""Hosts: one protocol (``types``), the door to the network (``wire``), a module for each vendor.

``lanes`` are the connections behind that door.

``errors`` is the one place at which what a vendor says becomes one of a few kinds of ours;
``keys`` finds the keys; ``opening`` makes the host of a name.
"""
