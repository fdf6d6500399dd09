"""Hosts: one protocol (``protocol``) and a module for each vendor.

``http`` is the client that they share, and ``connections`` are what it sends over. ``errors`` is
the one place at which what a vendor says becomes one of a few kinds of ours; ``registry`` finds
the keys and makes the host of a name.
"""
