"""The language, version 1, and its decoder: from positioned nodes to a model.

leaves        how a scalar is read and refused
names         what a name may be
quantities    seconds, money, the number of a take
scalars       texts, flags, files, the film's shape and language
blocks        what every block is, and its short forms
cast          the blocks of a cast: characters, props, locations, styles
variables     the film's variables
model         the storyboard and the cast library, from their top to a line of dialogue
schema        the language as JSON Schema
decoder       from nodes to a model, as far as that can be made
error_paths   walking to where an error is, among the nodes and in the model
model_errors  what is said of it
repairs       what is taken out, renamed or put in its place

A model is decoded as far as it can be. pydantic validates, and its errors become our
diagnostics. What is wrong is said at its place and taken out (a scalar becomes what its absence
means), and the rest is validated again, so that one run finds every mistake of a file and later
stages still see everything that is right.
"""
