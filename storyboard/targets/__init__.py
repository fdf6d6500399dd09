"""Targets as data: models on hosts, with every limit, name, type and price that is used.

model         what a target is made of, with ``facts``, ``limits`` and ``request_rules``
load          from an id to its data, built in or the user's own
checks        where a target contradicts itself, ``schema_checks`` where it does its schema
schemas       the JSON Schemas of what is sent, and of a target file
sent_request  what a request asks for, read by its target's data
inheritance   a target file over the one that it extends
own_schema    the schema of requests that stands beside a file of the user's
drift         what moved between a target's data and a vendor's schema of today
from_schema   a new target file from the schema of its endpoint, with ``schema_references``
data          the built-in targets
"""
