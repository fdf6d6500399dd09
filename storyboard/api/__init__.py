"""The compiler as a library: check a storyboard, compile it, plan it. Nothing here pays.

reading     from a path to the storyboard and the libraries it uses
compiling   the stages, from what was read to requests
planning    the plan with its price, verified
comparing   the same film on every target

Each function reads the files it needs, runs the stages in their order, and returns what was
made together with everything that was found.
"""

from storyboard.api.comparing import compare
from storyboard.api.compiling import Compilation, check, compile_storyboard
from storyboard.api.planning import plan
from storyboard.api.reading import Options

__all__ = ["Compilation", "Options", "check", "compare", "compile_storyboard", "plan"]
