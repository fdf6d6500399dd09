"""Histories as vendors might keep them: late, finished orders only, in another form, with others.

Each is a fault of the point ``history``, and is drawn anew for every request.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from storyboard.simulator.job import Job
from storyboard.simulator.service import RequestFaults

_KEPT = 0.6
"""The share of a prompt that is kept where it is cut short."""


class HistoryView(Struct, frozen=True):
    """What a history shows for one request; ``lag`` is by how many seconds it is always late."""

    asked: RequestFaults
    lag: float

    def jobs(self, jobs: Iterable[Job]) -> list[Job]:
        """The jobs that are shown, the first one last."""
        late = self.asked.fault("late")
        seen = time.time() - max(self.lag, late.number(60) if late is not None else 0.0)
        shown = [job for job in jobs if job.accepted_at <= seen]
        if self.asked.fault("finished") is None:
            return shown
        ended = [job for job in shown if job.ended_at is not None and job.ended_at <= seen]
        return sorted(ended, key=lambda job: job.ended_at or 0.0)

    def page(self, size: int) -> int:
        """How many rows stand on a page, where so many were asked for."""
        paged = self.asked.fault("paged")
        return size if paged is None else max(1, min(size, int(paged.number(1))))

    def body(self, job: Job) -> dict[str, Any] | None:
        """The body of a job as it is kept; None where it is not."""
        if self.asked.fault("bare") is not None or not job.keeps_payload:
            return None
        return self._restated(job.body) if self.asked.fault("restated") is not None else job.body

    def prompt(self, prompt: str | None) -> str | None:
        """A prompt as it is kept; None where it is not."""
        if prompt is None or self.asked.fault("bare") is not None:
            return None
        return _cut(prompt) if self.asked.fault("restated") is not None else prompt

    def time(self, text: str | None) -> str | None:
        """A time in ISO 8601, without its zone where that is left out."""
        if text is None or self.asked.fault("zoneless") is None:
            return text
        return text.partition("+")[0]

    def with_others(self, rows: list[dict[str, Any]], name: str, **texts: Any) -> list[Any]:
        """The rows of a page with other people's: strange ones, or such as are equal to ours.

        ``name`` is the field of the id, ``texts`` are what a strange row holds instead.
        """
        found: list[dict[str, Any]] = []
        strange, twins = self.asked.fault("strangers"), self.asked.fault("twins")
        for row in rows:
            found.append(row)
            if twins is not None:
                found.append({**row, name: f"twin-of-{row[name]}"})
            others = int(strange.number(1)) if strange is not None else 0
            found += [
                {**row, **texts, name: f"stranger-{number}-{row[name]}"} for number in range(others)
            ]
        return found

    @staticmethod
    def _restated(body: dict[str, Any]) -> dict[str, Any]:
        kept = {
            name: _restate(name, copy.deepcopy(value))
            for name, value in body.items()
            if name not in ("aspect_ratio", "negative_prompt")
        }
        if "multi_prompt" in kept:
            kept["multi_prompt"] = json.dumps(kept["multi_prompt"], ensure_ascii=False)
        return {**kept, "seed": 1}


def _restate(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _restate(inner, one) for inner, one in value.items()}
    if isinstance(value, list):
        return [_restate(name, one) for one in value]
    if not isinstance(value, str):
        return value
    if name == "prompt":
        return _cut(value)
    if value.startswith(("http://", "https://")):
        return f"https://elsewhere.example/{len(value)}"
    return int(value) if value.isdecimal() else value


def _cut(prompt: str) -> str:
    """A prompt that is cut short, with tags as the model reads them."""
    kept = prompt[: max(24, int(len(prompt) * _KEPT))]
    kept = kept if kept == prompt else f"{kept}…"
    return kept.replace("@Element", "<<<element_").replace("@Image", "<<<image_")
