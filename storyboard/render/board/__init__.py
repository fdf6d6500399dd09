"""The board of a film as one page of HTML, which needs no network and no script.

- ``parts``: what may be left out, and the words for how it stands with a shot
- ``view``: what of a board stands on the page, in words
- ``frames``: what stands in the frame of a shot
- ``takes``: the takes of a clip, and what to write for choosing one
- ``timeline``: the film to scale
- ``page``: the page itself, of the template and the style that stand beside it
"""

from storyboard.render.board.page import render_board
from storyboard.render.board.parts import PagePart

__all__ = ["PagePart", "render_board"]
