"""From what was written to the film.

libraries   the files that a storyboard uses
templates   Jinja2 in texts, filled in with the film's variables
sandbox     which of Jinja2 they have, and what is refused
tracing     where in a filled-in template the texts stand that it was given
filters     how templates show values, and the filters that they may use
mentions    @name in a text
members     who and what is declared, and in which looks
references  what the target is sent for them, and what it cannot take
cast        names bound to what is sent for them
texts       templates filled in, mentions turned into marks, members without pictures into words
compose     a shot's fields put together into one text
assets      pictures and clips, checked against the target's limits
shots       scenes and shots with every default filled
offers      what the film asks of its target and does not get
resolving   the stage itself
"""

from storyboard.resolve.libraries import Shelf
from storyboard.resolve.resolving import resolve

__all__ = ["Shelf", "resolve"]
