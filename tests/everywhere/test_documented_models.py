"""The models that the vendors' documents name, line by line: each compiles, is priced, and runs.

The documents are those on which the language was built: fal's pages of O3 Pro and of O1 Standard
reference to video with what they call related, Oxen's page of O3 Pro reference to video, and Oxen's
walkthrough of it with its table of other models. What each target is sent by the stored film is in
``expected``, which ``test_every_target`` compiles anew.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from storyboard.diagnostics import Diagnostics
from storyboard.targets.load import catalogue, load
from storyboard.targets.model import Target

EXPECTED = Path(__file__).with_name("expected")
FAL = "fal-ai/kling-video/"


class DocumentedModel(Struct, frozen=True, array_like=True):
    """A model by the words of a document, the endpoint that it is, and the dollars of a second.

    Those are without sound. ``is_quoted`` says that they stand in the same document.
    """

    document: str
    words: str
    endpoint: str
    target: str
    per_second: str
    is_quoted: bool = False

    @property
    def name(self) -> str:
        return f"{self.document}: {self.words}"


O3_PAGE, O1_PAGE = "fal, O3 Pro", "fal, O1 Standard"
OXEN_PAGE, OXEN_TABLE = "Oxen, O3 Pro", "Oxen, other models"

MODELS = [
    msgspec.convert(row, DocumentedModel)
    for row in (
        # fal, API reference of O3 Pro reference to video: its endpoint, and "Related"
        (O3_PAGE, "its own", f"{FAL}o3/pro/reference-to-video", "fal/kling-o3-pro", "0.112"),
        (
            O3_PAGE,
            "Kling O3 Image to Video [Pro]",
            f"{FAL}o3/pro/image-to-video",
            "fal/kling-o3-pro-image-to-video",
            "0.112",
        ),
        (
            O3_PAGE,
            "Kling O3 Edit Video [Pro]",
            f"{FAL}o3/pro/video-to-video/edit",
            "fal/kling-o3-pro-video-edit",
            "0.168",
        ),
        (
            O3_PAGE,
            "Kling O3 Reference to Video [Standard]",
            f"{FAL}o3/standard/reference-to-video",
            "fal/kling-o3-standard",
            "0.084",
        ),
        (
            O3_PAGE,
            "Kling O3 Text to Video [Pro]",
            f"{FAL}o3/pro/text-to-video",
            "fal/kling-o3-pro-text-to-video",
            "0.112",
        ),
        (
            O3_PAGE,
            "Kling O3 Reference Video to Video [Pro]",
            f"{FAL}o3/pro/video-to-video/reference",
            "fal/kling-o3-pro-video-reference",
            "0.168",
        ),
        # fal, API reference of O1 Standard reference to video: its endpoint, and "Related"
        (
            O1_PAGE,
            "its own",
            f"{FAL}o1/standard/reference-to-video",
            "fal/kling-o1-standard",
            "0.084",
        ),
        (
            O1_PAGE,
            "Kling O1 First Frame Last Frame to Video [Pro]",
            f"{FAL}o1/image-to-video",
            "fal/kling-o1-pro-image-to-video",
            "0.112",
        ),
        (
            O1_PAGE,
            "Kling O1 Edit Video [Pro]",
            f"{FAL}o1/video-to-video/edit",
            "fal/kling-o1-pro-video-edit",
            "0.168",
        ),
        (
            O1_PAGE,
            "Kling O1 Reference Image to Video [Pro]",
            f"{FAL}o1/reference-to-video",
            "fal/kling-o1-pro",
            "0.112",
        ),
        (
            O1_PAGE,
            "Kling O1 Reference Video to Video [Pro]",
            f"{FAL}o1/video-to-video/reference",
            "fal/kling-o1-pro-video-reference",
            "0.168",
        ),
        # Oxen, page of O3 Pro reference to video, which is sync, async, and async with SSE
        (
            OXEN_PAGE,
            "its own",
            "kling-video-o3-pro-reference-to-video",
            "oxen/kling-o3-pro",
            "0.224",
        ),
        # Oxen, walkthrough of O3 Pro: its heading, and "Other Kling Models"
        *(
            (OXEN_TABLE, endpoint, endpoint, f"oxen/{model}", per_second, True)
            for endpoint, model, per_second in (
                ("kling-video-v2-6-pro-text-to-video", "kling-v2.6-pro-text-to-video", "0.070"),
                ("kling-video-v2-6-pro-image-to-video", "kling-v2.6-pro-image-to-video", "0.070"),
                ("kling-video-o3-pro-image-to-video", "kling-o3-pro-image-to-video", "0.224"),
                ("kling-video-o3-pro-reference-to-video", "kling-o3-pro", "0.224"),
                ("kling-video-o3-pro-video-to-video-edit", "kling-o3-pro-video-edit", "0.336"),
                ("kling-video-v3-pro-motion-control", "kling-v3-pro-motion-control", "0.168"),
            )
        ),
    )
]

named = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


def target_of(model: DocumentedModel) -> Target:
    assert model.target in catalogue()
    target = load(model.target, Diagnostics())
    assert target is not None
    return target


def stored(model: DocumentedModel) -> Any:
    """What the film of ``test_every_target`` compiles to on the target of a model."""
    path = EXPECTED / f"{model.target.replace('/', '-')}.json"
    return json.loads(path.read_text(encoding="utf-8"))


@named
def test_a_model_compiles_to_requests_of_its_own_endpoint(model: DocumentedModel) -> None:
    assert target_of(model).endpoint == model.endpoint
    requests = stored(model)["requests"]
    assert len(requests) > 1
    assert {one["endpoint"] for one in requests} == {model.endpoint}
    has_model = model.target.startswith("oxen/")
    assert all((one["payload"].get("model") == model.endpoint) == has_model for one in requests)


@named
def test_a_model_is_priced(model: DocumentedModel) -> None:
    target = target_of(model)
    silent = {
        row.per_second: row.source for row in target.prices if row.per_second and not row.audio
    }
    assert list(silent) == [Decimal(model.per_second)]
    source = target.sources[silent[Decimal(model.per_second)]]
    assert not model.is_quoted or "walkthrough" in source.title


@named
def test_a_model_runs_on_the_simulator(model: DocumentedModel, vendors: Any) -> None:
    target = target_of(model)
    sent = [one["payload"] for one in stored(model)["requests"]]
    assert vendors.send(target.host, model.endpoint, sent) == [""] * len(sent)
    rows = vendors.simulator.bill()["rows"][-len(sent) :]
    assert len(rows) == len(sent)
    assert not any(row["remarks"] for row in rows)


LENGTHS = [
    ("one of 1 s", [1], False),
    ("one of 2 s", [2], False),
    ("one of 3 s", [3], True),
    ("two, 2 and 1 s", [2, 1], True),
    ("two of 1 s", [1, 1], False),
    ("one of 15 s", [15], True),
    ("three of 5 s", [5, 5, 5], True),
    ("5, 5 and 6 s", [5, 5, 6], False),
]


@pytest.mark.parametrize(
    ("lengths", "works"), [row[1:] for row in LENGTHS], ids=[row[0] for row in LENGTHS]
)
def test_the_lengths_of_the_walkthroughs_table(
    lengths: list[int], works: bool, vendors: Any
) -> None:
    shots = [{"prompt": "The sea.", "duration": one} for one in lengths]
    single = {"prompt": "The sea.", "duration": lengths[0]}
    body = single if len(lengths) == 1 else {"multi_prompt": shots}
    endpoint = "kling-video-o3-pro-reference-to-video"
    (refusal,) = vendors.send("oxen", endpoint, [{"model": endpoint, **body}])
    assert (refusal == "") == works
