"""Small files that would become large, deep or slow: each is refused or compiled in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from attempts import attempt, run_command

HEAD = "storyboard: 1\n"
FILM = HEAD + "vars: {{x: [a, b], word: w}}\nscenes:\n  - shots: [{prompt}]\n"


def film(prompt: str) -> str:
    """A film of one shot with this prompt, quoted for YAML."""
    quoted = prompt.replace("'", "''")
    return FILM.format(prompt=f"'{quoted}'")


def aliases(depth: int, width: int, item: str = "x") -> str:
    """Aliases of aliases."""
    lines = [f"x-0: &a0 [{', '.join([item] * width)}]"]
    lines += [
        f"x-{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]"
        for level in range(1, depth)
    ]
    return HEAD + "\n".join(lines) + "\nscenes: [{shots: [the sea]}]\n"


def merges(depth: int) -> str:
    """Merge keys of merge keys, each with two of the level above."""
    lines = ["x-0: &a0 {duration: 4}"]
    lines += [
        f"x-{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}" for level in range(1, depth)
    ]
    return HEAD + "\n".join(lines) + f"\nscenes: [{{shots: [{{<<: *a{depth - 1}, prompt: x}}]}}]\n"


def labels(depth: int, width: int) -> str:
    """Names without pictures whose later mentions mention names."""
    cast = [
        f'  n{level}: {{description: d, label: "{" ".join([f"@n{level + 1}"] * width)}"}}'
        for level in range(depth)
    ]
    mentioned = " ".join(f"@n{level}" for level in range(depth + 1))
    last = f"  n{depth}: {{description: d, label: ' '}}"
    return (
        HEAD + "characters:\n" + "\n".join([*cast, last])
        + f'\nscenes: [{{shots: ["{mentioned} @n0"]}}]\n'
    )  # fmt: skip


def names(count: int) -> str:
    """Many names, and many mentions that are like none of them."""
    cast = "".join(f"  name{number:05}: {{description: d}}\n" for number in range(count))
    shots = "".join(f'      - "@nome{number:05}x waits"\n' for number in range(count))
    return HEAD + f"characters:\n{cast}scenes:\n  - shots:\n{shots}"


BOMBS: dict[str, tuple[Callable[[], str], str]] = {
    "lists in lists": (lambda: "[" * 100_000, "SB013"),
    "mappings in mappings": (lambda: "{a: " * 50_000, "SB013"),
    "dashes": (lambda: "- " * 50_000, "SB013"),
    "question marks": (lambda: "? " * 50_000, "SB013"),
    "a closed nest": (lambda: HEAD + "x-a: " + "[" * 5_000 + "]" * 5_000, "SB013"),
    "aliases of aliases": (lambda: aliases(9, 9), "SB012"),
    "many long aliases": (lambda: aliases(3, 300, "x" * 90), "SB012"),
    "merges of merges": (lambda: merges(24), ""),
    "an alias of itself": (lambda: HEAD + "x-a: &a [*a]\nscenes: [{shots: [x]}]\n", "SB011"),
    "a long line": (lambda: HEAD + "title: " + "x" * 3_000_000, "SB102"),
    "many keys": (lambda: HEAD + "".join(f"k{n}: 1\n" for n in range(3_000)), "SB101"),
    "one key often": (lambda: HEAD + "title: x\n" * 5_000, "SB010"),
    "many anchors": (lambda: HEAD + "".join(f"x-{n}: &a{n} x\n" for n in range(20_000)), "SB102"),
    "many errors on one line": (
        lambda: HEAD + "scenes: [{shots: [" + "{promt: x, duration: y}, " * 1_000 + "]}]\n",
        "SB105",
    ),
    "a text of at signs": (lambda: film("@" * 19_999), ""),
    "a text of open braces": (lambda: film("@{" * 9_000), "SB208"),
    "a text too long": (lambda: film("x" * 30_000), "SB110"),
    "a word too long": (lambda: film("x" * 19_000), ""),
    "a text of one-letter words": (lambda: film("x " * 9_900), ""),
    "a text of full stops": (lambda: film("." * 19_000), ""),
    "a text of quotation marks": (lambda: film('"' * 19_000), ""),
    "many unknown names": (lambda: names(500), "SB203"),
    "labels that multiply": (lambda: labels(30, 2), ""),
    "labels that go round": (
        lambda: HEAD + 'characters: {a: {description: d, label: "@a @a"}}\n'
        'scenes: [{shots: ["@a @a"]}]\n',
        "",
    ),
    "descriptions that go round": (
        lambda: HEAD + 'characters: {a: {description: "@b"}, b: {description: "@a"}}\n'
        'scenes: [{shots: ["@a @b"]}]\n',
        "",
    ),
    "a template that multiplies": (lambda: film("{{ 'x' * 10**10 }}"), "SB213"),
    "a template of powers": (lambda: film("{{ 9**9**9 }}"), "SB213"),
    "a template that repeats": (
        lambda: film("{{ word|replace('w', 'ww')" + "|replace('w', 'wwwwwwwwww')" * 12 + " }}"),
        "SB213",
    ),
    "a template of loops": (lambda: film("{% for a in x %}x{% endfor %}" * 500), "SB213"),
    "a template of loops in loops": (
        lambda: film("{% for a in x %}" * 30 + "y" + "{% endfor %}" * 30),
        "SB213",
    ),
    "a template that recurses": (
        lambda: film("{% for a in x recursive %}{{ loop(x) }}{% endfor %}"),
        "SB213",
    ),
    "a template that calls": (lambda: film("{{ cycler.__init__.__globals__.os.popen('id') }}"), ""),
    "a template of brackets": (lambda: film("{{ " + "(" * 5_000 + " }}"), ""),
    "a template of closed brackets": (
        lambda: film("{{ " + "(" * 400 + "1" + ")" * 400 + " }}"),
        "",
    ),
    "a template of pluses": (lambda: film("{{ 1" + "+1" * 4_000 + " }}"), ""),
    "a template of nots": (lambda: film("{{ " + "not " * 4_000 + "1 }}"), ""),
    "a template of conditions": (lambda: film("{% if x %}" * 900), ""),
    "a template of filters": (lambda: film("{{ word" + "|upper" * 2_500 + " }}"), ""),
    "a template of items": (lambda: film("{{ x" + "[0]" * 4_000 + " }}"), ""),
    "a template of concatenations": (lambda: film("{{ word" + "~word" * 3_000 + " }}"), ""),
    "a template of braces": (lambda: film("{{" * 9_000), ""),
    "a template that formats": (lambda: film("{{ '%999999999d'|format(1) }}"), "SB213"),
    "a template with a long number": (lambda: film("{{ " + "9" * 10_000 + " }}"), ""),
    "a large exponent": (lambda: film("{{ 1e999999999 }}"), ""),
    "a variable of digits": (
        lambda: HEAD + f"vars: {{n: {'9' * 9_000}}}\nscenes: [{{shots: ['{{{{ n + 1 }}}}']}}]\n",
        "",
    ),
    "a library that is the film": (lambda: HEAD + "use: [bomb.yaml]\nscenes: []\n", "SB201"),
    "hours of shots": (
        lambda: HEAD + "scenes: [{shots: [" + "{prompt: x, duration: 600}, " * 100 + "]}]\n",
        "SB301",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_compiled_in_time(name: str, tmp_path: Path) -> None:
    make, code = BOMBS[name]
    found = attempt(make().encode(), tmp_path / "bomb.yaml")
    assert not code or code in found


@pytest.mark.parametrize("name", [name for name, (_, code) in BOMBS.items() if code])
def test_the_command_line_shows_a_bomb_in_time(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bomb.yaml"
    file.write_text(BOMBS[name][0](), "utf-8")
    code, _, _ = run_command("check", "--color", "always", str(file))
    assert code in {0, 1}


def test_a_file_above_the_largest_is_refused(tmp_path: Path) -> None:
    found = attempt(b"#" * 10_000_001, tmp_path / "bomb.yaml")
    assert found == ["SB002"]


def test_a_device_is_no_storyboard(tmp_path: Path) -> None:
    link = tmp_path / "film.yaml"
    link.symlink_to("/dev/zero")
    code, _, said = run_command("check", str(link))
    assert code == 1
    assert "SB001" in said or "SB002" in said or "SB004" in said or code == 1
