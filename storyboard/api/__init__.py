"""The compiler as a library: check a storyboard, compile it, plan it. Nothing here pays.

``compile_storyboard`` and ``check`` give what was compiled, ``plan`` the plan with its price,
verified, ``compare`` the same film on every target. Each function reads the files it needs, runs
the stages in their order, and returns what was made together with everything that was found.
"""

from storyboard.api._compare import compare, comparison
from storyboard.api._compile import Compilation, check, compile_storyboard
from storyboard.api._load import CompileOptions
from storyboard.api._plan import plan, price_age

__all__ = [
    "Compilation",
    "CompileOptions",
    "check",
    "compare",
    "comparison",
    "compile_storyboard",
    "plan",
    "price_age",
]
