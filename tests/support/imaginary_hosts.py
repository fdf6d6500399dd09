"""Target files of hosts that do not exist, each with other forms of requests."""

from __future__ import annotations

HEAD = """\
target: imaginary/reel-1
title: Reel 1, on an imaginary host
host: imaginary
endpoint: reel-1
as_of: 2026-10-01
sources: {manual: {title: the manual, date: 2026-10-01, grade: A}}
facts: {seconds: {source: manual, grade: A}}
pictures: {max_bytes: 1000000, min_side: 200, min_ratio: 0.5, max_ratio: 2, formats: [PNG]}
aspect_ratios: ["16:9", "9:16"]
"""

JSON_SHOTS = (
    HEAD
    + """\
seconds: {min: 2, max: 12}
prompt: {characters: 300}
shots: {max: 5, min_seconds: 1, max_seconds: 12, characters: 120}
tags: {element: "<<<element_{n}>>>", image: "<<<image_{n}>>>", overhead: 0}
references: {max: 6}
elements: {min_references: 0, max_references: 4}
features:
  elements: {how: native}
  images: {how: native}
  looks: {how: native}
  lone_frontal: {how: native}
  element_video: {how: none}
  voice: {how: none}
  multi_shot: {how: native}
  any_length: {how: native}
  first_frame: {how: native}
  last_frame: {how: none}
  audio: {how: native}
  negative_prompt: {how: native}
  aspect_ratio: {how: native}
request:
  model: engine
  prompt: text
  shots: {name: scenes, prompt: says, seconds: lasts, type: suffixed, encoding: json, total: omit}
  seconds: {name: length, type: suffixed}
  start_frame: opens_on
  images: pictures
  elements: {name: subjects, frontal: front, references: others}
  audio: sound
  negative: without
  aspect_ratio: shape
  constants: {quality: fine}
prices:
  - {audio: false, per_second: "0.05", as_of: 2026-10-01, source: manual, grade: A}
  - {audio: true, per_second: "0.075", as_of: 2026-10-01, source: manual, grade: A}
"""
)

WORDS_AND_PICTURES = (
    HEAD
    + """\
seconds: {min: 4, max: 8, choices: [4, 8]}
prompt: {characters: 400}
tags: {element: "[person {n}]", image: "[picture {n}]", overhead: 0}
references: {max: 3, frames: true}
features:
  elements: {how: image}
  images: {how: native}
  looks: {how: image}
  lone_frontal: {how: none}
  element_video: {how: none}
  voice: {how: none}
  multi_shot: {how: single_requests}
  any_length: {how: rounded_up}
  first_frame: {how: words, text: "Begin with {image}."}
  last_frame: {how: none}
  audio: {how: none}
  negative_prompt: {how: none}
  aspect_ratio: {how: none}
request:
  prompt: story
  seconds: {name: seconds, type: integer}
  images: look_at
prices:
  - {audio: false, per_second: "3", currency: XCR, as_of: 2026-10-01, source: manual, grade: A}
"""
).replace('aspect_ratios: ["16:9", "9:16"]', "aspect_ratios: []")

NAMED = (
    HEAD
    + """\
seconds: {min: 2, max: 12}
prompt: {characters: 700}
shots: {max: 3, min_seconds: 1, max_seconds: 12, characters: 200}
tags: {element: "@{name}", image: "<<<image_{n:02}>>>", overhead: 0}
references: {max: 6}
elements: {min_references: 0, max_references: 4}
features:
  elements: {how: native}
  images: {how: native}
  looks: {how: native}
  lone_frontal: {how: native}
  element_video: {how: none}
  voice: {how: none}
  multi_shot: {how: native}
  any_length: {how: native}
  first_frame: {how: native}
  last_frame: {how: native}
  audio: {how: native}
  negative_prompt: {how: none}
  aspect_ratio: {how: native}
request:
  prompt: text
  shot_line: "[Shot {n}, {seconds}s] {prompt}"
  seconds: {name: length, type: integer}
  images:
    name: image_list
    link: image_url
    role: type
    roles: {first_frame: first_frame, last_frame: end_frame}
  elements: {name: cast, id: name, pictures: image_urls}
  audio: {name: sound, on: "on", off: "off"}
  aspect_ratio: shape
prices:
  - {audio: false, per_second: "0.05", as_of: 2026-10-01, source: manual, grade: A}
  - {audio: true, per_second: "0.075", as_of: 2026-10-01, source: manual, grade: A}
"""
)

DEMANDING = (
    JSON_SHOTS.replace("total: omit}", "total: omit, beside: first}")
    .replace("{name: subjects, front", "{name: subjects, description: about, front")
    .replace("  start_frame: opens_on\n", "")
    .replace(
        "  images: pictures\n",
        "  images: pictures\n"
        "  frames: {name: frames, link: url, role: at, "
        "roles: {first_frame: first, last_frame: last}}\n",
    )
    .replace("last_frame: {how: none}", "last_frame: {how: native}")
    .replace("  constants", '  ratio_words: {"16:9": 1280x720}\n  constants')
    .replace("quality: fine", 'quality: fine, rate: 24, guidance: 0.5, draft: false, tier: "1"')
)
"""A host that wants more than the others: a prompt beside the list, descriptions, typed values."""
