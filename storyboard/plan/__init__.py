"""The plan: what will be asked, in order, with its price (``planner``), and its file (``file``)."""

from storyboard.plan.planner import Limit, Origin, Plan, empty_plan, plan

__all__ = ["Limit", "Origin", "Plan", "empty_plan", "plan"]
