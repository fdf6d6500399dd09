"""The plan: what will be asked of the vendor, in order, with its price.

``model`` is its type with its JSON. ``planner`` makes it, and ``limits`` are what it is held to.
``actions`` say what is to be done for each request and ``changes`` why, ``assembly`` makes the
``timeline`` of the film, ``prompt_map`` says where the words of prompts were written, and ``file``
writes it. ``verify`` checks it without their help: ``request_check`` against its target's data,
``sense`` its prompts against the film, whose words ``film_texts`` reads, ``timeline_check`` what
the film is cut from, and ``totals_check`` its sums.
``staleness`` reads a plan's file and holds it against what it was made from; ``clips`` are its
clips as a run needs them, with ``request_body`` for the bodies that are really sent.
"""

from storyboard.plan.limits import Limit
from storyboard.plan.model import Plan, PlanError
from storyboard.plan.planner import PlanOrigin, empty_plan, plan

__all__ = ["Limit", "Plan", "PlanError", "PlanOrigin", "empty_plan", "plan"]
