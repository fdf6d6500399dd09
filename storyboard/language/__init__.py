"""The language, version 1.

leaves      texts, numbers, names and paths, each with what it may be
blocks      what every block is, and its short forms
cast        the blocks of a cast: characters, props, locations, styles
variables   the film's variables
model       the storyboard and the cast library, from their top to a line of dialogue
schema      the language as JSON Schema
"""
