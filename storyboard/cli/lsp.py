"""``lsp``: the language server that editors start."""

from __future__ import annotations

import logging

import click

from storyboard.cli.errors import in_words
from storyboard.errors import UsageError


@click.command("lsp", epilog="Example: storyboard lsp")
def lsp_command() -> int:
    """Serve editors over the Language Server Protocol, on standard input and output.

    An editor that starts it shows findings with their fixes while a storyboard is written, what
    each clip and scene costs, what is sent for a shot, and who a name is; it completes, finds and
    renames names. Nothing is sent, and nothing is written. It needs pygls:
    pip install "storyboard[lsp]".
    """
    with in_words() as ending:
        try:
            from storyboard.editor.server import StoryboardServer, make_server
        except ImportError as error:
            raise UsageError(
                f'the language server needs {error.name}: pip install "storyboard[lsp]"'
            ) from None
        # What fails is told to the editor; of standard error it shows every line as an alarm.
        logging.getLogger("pygls").setLevel(logging.CRITICAL)
        make_server(StoryboardServer()).start_io()
    return ending.code
