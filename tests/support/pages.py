"""What tests ask of a page: its elements, links and texts, as a parser of HTML reads them."""

from __future__ import annotations

from html.parser import HTMLParser

_EMPTY = {"meta", "use", "image", "rect", "br"}


class Page(HTMLParser):
    """A page, read; an element that is closed wrongly fails."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.labels: list[str] = []
        self.comments: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in _EMPTY:
            self.open.append(tag)
        for name, found in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(found or "")
            elif name == "href":
                self.links.append(found or "")
            elif name == "aria-label":
                self.labels.append(found or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)
