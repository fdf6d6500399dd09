"""Hosts: the vendors' queues, behind one protocol.

``registry`` is the table of hosts and finds their keys, ``declaration`` what each host says of
itself, ``protocol`` what a run asks of any host. A folder for each host has its declaration, its
client and the reading of its errors. ``http`` is the client that they share, ``connections`` the
connections below it, ``errors`` the kinds of failures.
"""
