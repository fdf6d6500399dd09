"""The board of a film: its shots as cards, its cast, and how its price is shared out.

- ``model``: the values, from a piece of text to the whole film
- ``cards``: makes them of a plan and of the film that it was made from
- ``sheet``: who appears where, with seconds and money
- ``phrases``: texts as people read them
- ``bill``: what scenes, shots or members cost, so that it adds up
- ``cues``: when each line is said
- ``takes``: the takes of each clip, among which its writer may choose
- ``sorted_findings``: what was found, by scene and shot
- ``thumbnails``, ``stills``: small copies of pictures, and of frames of what was rendered
"""

from storyboard.board.cards import make_board
from storyboard.board.model import BoardScene, FilmBoard, ShotCard

__all__ = ["BoardScene", "FilmBoard", "ShotCard", "make_board"]
