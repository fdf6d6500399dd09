"""Targets as data: models on hosts, with every limit, name, type and price that is used.

model     what a target is made of
load      from an id to its data, built in or the user's own
checks    where a target contradicts itself
schemas   the JSON Schemas of what is sent, and of a target file
drift     what moved between a target's data and a vendor's schema of today
data      the built-in targets
"""
