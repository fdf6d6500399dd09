"""The command ``storyboard``: its commands, loaded when they are called."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
import traceback
from importlib import import_module
from typing import NoReturn

import click

from storyboard.cli.exit_codes import FAILED, FINE, INTERRUPTED
from storyboard.version import __version__

COMMANDS = {
    "init": "Write a small film that plans at once.",
    "demo": "Make a film to try everything with, for free.",
    "import": "Make a storyboard from a screenplay in Fountain.",
    "check": "Find everything that is wrong with storyboards.",
    "rename": "Give a member of the cast another name, everywhere.",
    "plan": "Show what would be rendered, and what it would cost.",
    "why": "Explain a clip: its words, its reason, what else it could cost.",
    "diff": "Show what an edit changes, shot by shot, and its price.",
    "fit": "Show the ways out for a film above its budget.",
    "compile": "Print the requests, as JSON.",
    "run": "Render the clips of a storyboard or a plan.",
    "status": "Show what was sent, where it is and what it cost.",
    "cancel": "Ask the vendor to stop clips.",
    "resolve": "Decide about a clip that the vendor may have or not.",
    "runs": "List the runs of a film.",
    "stitch": "Join the clips to the film.",
    "gc": "Remove takes that no film and no commit needs.",
    "board": "Show the film as a page, with pictures and prices.",
    "export": "Write the shot list, or subtitles.",
    "simulate": "Serve the vendors' protocols on this machine, for free.",
    "targets": "Show the targets: models, hosts, limits and prices.",
    "schema": "Print a JSON Schema, for editors and other tools.",
    "lsp": "Serve editors: findings, prices, names, while you write.",
    "explain": "Explain a diagnostic code.",
}
"""Each command with its line in ``--help``, which loads none; its module has its name."""


_LASTING = {"run", "simulate"}
"""Commands that end in order when nobody reads them any more; the others are done by then."""


class _Commands(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"storyboard.cli.{cmd_name}")
        command = getattr(module, f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from storyboard.diagnostics.spelling import nearest

            near = nearest(args[0], COMMANDS)
            hint = f'write "storyboard {near}"' if near else "storyboard --help lists them"
            ctx.fail(f'there is no command "{args[0]}": {hint}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: storyboard init my-film && storyboard plan my-film",
)
@click.version_option(__version__, message="storyboard %(version)s")
def storyboard() -> None:
    """Compile storyboards to requests for video models, and know the bill first."""


def main() -> NoReturn:
    """Run the command line; every way out of it is an exit code, none a traceback."""
    # Looking for pydantic's plugins would read the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        sys.exit(storyboard.main(prog_name="storyboard", standalone_mode=False) or FINE)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            _show(error)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever it is, a user gets words
        with contextlib.suppress(OSError):
            _report(error)
        sys.exit(FAILED)


def run() -> NoReturn:
    """Run the command line as a process of its own, and leave at once when it is done.

    Taking a long film apart again, object by object, would cost a tenth of the time that it
    took to plan it; the process ends anyway.
    """
    from storyboard.cli.streams import open_streams

    code = FAILED
    is_lasting = bool(_LASTING.intersection(sys.argv[1:2]))
    if not is_lasting:
        # What a command makes lives until its end and holds next to no cycles.
        gc.disable()
    open_streams(are_readers_heeded=is_lasting)
    try:
        main()
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else FINE if done.code is None else FAILED
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _show(error: click.ClickException) -> None:
    """Say what was wrong with the arguments, which may hold anything."""
    from storyboard.cli.output import write

    said = io.StringIO()
    error.show(said)
    write(said.getvalue(), sys.stderr)


def _report(error: Exception) -> None:
    from storyboard.cli.errors import say_error, words_of
    from storyboard.cli.output import write
    from storyboard.diagnostics.codes import INTERNAL_ERROR

    if isinstance(error, OSError) and error.errno is not None:
        say_error(words_of(error), FAILED)
        return
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
    write(
        f"error[{INTERNAL_ERROR.id} {INTERNAL_ERROR.name}]: storyboard itself has failed: "
        f"{type(error).__name__} at {place}\n   = help: please report this with the storyboard "
        "that caused it; STORYBOARD_TRACEBACK=1 shows where it happened\n",
        sys.stderr,
    )
    if os.environ.get("STORYBOARD_TRACEBACK"):
        write("".join(traceback.format_exception(error)), sys.stderr)
