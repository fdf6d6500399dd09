"""From what was written to the film.

libraries     the files that a storyboard uses
templates     Jinja2 in texts, filled in with the film's variables
sandbox       which of Jinja2 they have, and what is refused
filters       how templates show values, and the filters that they may use
mentions      @name in a text
members       who and what is declared, and in which looks
cast          the mark that stands for each mention
texts         templates filled in, mentions turned into marks
assets        pictures and clips, and whether they are within a target's limits
settings      what shots are where they do not say it
shots         scenes and shots with every default filled
casting       what each mark becomes on a target: a tag, or words
references    what the target is sent for a member, and what it cannot take
capabilities  what the film asks of its target and does not get
frame_shapes  first and last frames of another shape than the film
misread_words pronouns without a name, and lines in capitals, of English films
symbols       each name, its declaration and its uses
scene_errors  which scenes an error concerns
resolver      the stage itself
"""

from storyboard.compiler.resolve.libraries import Shelf
from storyboard.compiler.resolve.resolver import ResolvedFilm, resolve

__all__ = ["ResolvedFilm", "Shelf", "resolve"]
