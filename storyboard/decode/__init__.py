"""From positioned nodes to a model: pydantic validates, and its errors become our diagnostics.

A model is decoded as far as it can be. What is wrong is said at its place and taken out (a
leaf becomes what its absence means), and the rest is validated again, so that one run finds
every mistake of a file and later stages still see everything that is right.

locations   walking to where an error is, among the nodes and in the model
reports     what is said of it
repairs     what is taken out, renamed or put in its place
decoding    the stage itself
"""

from storyboard.decode.decoding import decode

__all__ = ["decode"]
