"""The one registry of diagnostic codes.

``SB0xx`` syntax, ``1xx`` model, ``2xx`` resolve, ``3xx`` fitting, ``4xx`` target, ``5xx`` cost,
``6xx`` plan, ``9xx`` internal. A number is never reused. Each code has a page beside this file,
``pages/<id>.md``, with an example that causes it and one that mends it.
"""

from __future__ import annotations

from storyboard.diagnostics.types import Code, Severity

REGISTRY: dict[str, Code] = {}


def _code(number: int, name: str, severity: Severity, summary: str) -> Code:
    code = Code(f"SB{number:03}", name, severity, summary)
    if code.id in REGISTRY:
        raise ValueError(f"{code.id} is taken by {REGISTRY[code.id].name}")
    REGISTRY[code.id] = code
    return code


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

# Syntax
UNREADABLE_FILE = _code(1, "unreadable-file", _ERROR, "a file that is missing or cannot be read")
FILE_TOO_LARGE = _code(2, "file-too-large", _ERROR, "a file above the size that is read")
WRONG_ENCODING = _code(3, "wrong-encoding", _ERROR, "bytes that are not UTF-8")
FORBIDDEN_CHARACTER = _code(
    4, "forbidden-character", _ERROR, "a character that no text may hold, such as NUL"
)
YAML_SYNTAX = _code(5, "yaml-syntax", _ERROR, "text that is not YAML")
TAB_INDENTATION = _code(6, "tab-indentation", _ERROR, "a tab where YAML wants spaces")
UNQUOTED_TEXT = _code(7, "unquoted-text", _ERROR, "a text that needs quotation marks in YAML")
UNCLOSED_QUOTATION = _code(8, "unclosed-quotation", _ERROR, "a quoted text without an end")
UNKNOWN_ESCAPE = _code(9, "unknown-escape", _ERROR, "a backslash that means nothing in YAML")
DUPLICATE_KEY = _code(10, "duplicate-key", _ERROR, "a key written twice in one mapping")
UNKNOWN_ALIAS = _code(11, "unknown-alias", _ERROR, "an alias without an anchor before it")
ALIAS_BOMB = _code(12, "alias-bomb", _ERROR, "aliases that unfold into too much")
TOO_DEEP = _code(13, "too-deep", _ERROR, "nesting deeper than any storyboard needs")
SEVERAL_DOCUMENTS = _code(14, "several-documents", _ERROR, "a second YAML document in a file")
TAG_REFUSED = _code(15, "tag-refused", _ERROR, "a YAML tag, which the language does not have")
EMPTY_FILE = _code(16, "empty-file", _ERROR, "a file with nothing in it")
BAD_MERGE = _code(17, "bad-merge", _ERROR, "a merge key that merges no mapping")
BAD_KEY = _code(18, "bad-key", _ERROR, "a key that is not a plain text")
TEXT_IN_COMMENT = _code(19, "text-in-comment", _WARNING, "a text that a # cuts off")
MERGE_CONFLICT = _code(20, "merge-conflict", _ERROR, "lines of a merge conflict of git")
TYPOGRAPHIC_QUOTES = _code(
    21, "typographic-quotes", _WARNING, "a text in quotation marks that YAML does not know"
)
OTHER_FORMAT = _code(22, "other-format", _ERROR, "a file of another kind, such as Markdown")

# Model
UNKNOWN_KEY = _code(101, "unknown-key", _ERROR, "a key that the language does not have")
MISSING_KEY = _code(102, "missing-key", _ERROR, "a required key that is not there")
WRONG_TYPE = _code(103, "wrong-type", _ERROR, "a value of another shape than its key takes")
WRONG_VERSION = _code(104, "wrong-version", _ERROR, "a language version this tool cannot read")
BAD_DURATION = _code(105, "bad-duration", _ERROR, "a duration that is not whole seconds")
BAD_NAME = _code(106, "bad-name", _ERROR, "a name or id with characters that names cannot have")
BAD_MONEY = _code(107, "bad-money", _ERROR, "an amount that is not written like 25 USD")
BAD_CHOICE = _code(108, "bad-choice", _ERROR, "a value outside the few that its key takes")
BAD_NUMBER = _code(109, "bad-number", _ERROR, "a number that its key cannot take")
TOO_LONG = _code(110, "too-long", _ERROR, "a text or list longer than is read")
BAD_PATH = _code(111, "bad-path", _ERROR, "a picture or file that is neither a path nor https")
KEY_CONFLICT = _code(112, "key-conflict", _ERROR, "two keys that exclude each other")
EMPTY_SHOT = _code(113, "empty-shot", _ERROR, "a shot that does not say what it shows")
EMPTY_FILM = _code(114, "empty-film", _ERROR, "a storyboard in which no shot is left")
DOUBTFUL_TEXT = _code(
    115, "doubtful-text", _WARNING, "a text that was hardly meant to be sent as it stands"
)
EMPTY_SCENE = _code(116, "empty-scene", _WARNING, "a scene without a shot")

# Resolve
LIBRARY_CYCLE = _code(201, "library-cycle", _ERROR, "cast libraries that use each other")
OUTSIDE_PROJECT = _code(202, "outside-project", _ERROR, "a path that leaves the project's folder")
UNKNOWN_NAME = _code(203, "unknown-name", _ERROR, "a mention of a name that nothing declares")
UNKNOWN_LOOK = _code(204, "unknown-look", _ERROR, "a look that the character does not have")
VENDOR_TAG = _code(205, "vendor-tag", _ERROR, "a vendor's tag in place of a name")
DUPLICATE_NAME = _code(206, "duplicate-name", _ERROR, "one name for two members of the cast")
DUPLICATE_ID = _code(207, "duplicate-id", _ERROR, "one id for two scenes or two shots")
UNCLOSED_NAME = _code(208, "unclosed-name", _ERROR, "a mention in braces without an end")
PICTURE_MISSING = _code(209, "picture-missing", _ERROR, "a picture that is not where it should be")
PICTURE_UNFIT = _code(210, "picture-unfit", _ERROR, "a picture outside the target's limits")
TEMPLATE_SYNTAX = _code(211, "template-syntax", _ERROR, "a template that cannot be read")
UNDEFINED_VARIABLE = _code(212, "undefined-variable", _ERROR, "a variable that has no value")
TEMPLATE_REFUSED = _code(213, "template-refused", _ERROR, "a template that does too much")
WRONG_KIND = _code(214, "wrong-kind", _ERROR, "a name of another kind than its place takes")
NOTHING_TO_CONTINUE = _code(
    215, "nothing-to-continue", _ERROR, "a seam that continues where no shot stands before"
)
RESERVED_CHARACTER = _code(
    216, "reserved-character", _ERROR, "a private-use character that the compiler needs"
)
UNUSED_NAME = _code(217, "unused-name", _NOTE, "a member of the cast that no shot mentions")
SILENT_DIALOGUE = _code(218, "silent-dialogue", _WARNING, "dialogue in a shot without audio")
PICTURELESS = _code(219, "pictureless", _ERROR, "a name with neither picture nor description")
UNUSED_VARIABLE = _code(220, "unused-variable", _WARNING, "a value set for a variable none uses")
TEMPLATE_OMITS = _code(
    221, "template-omits", _ERROR, "a template that leaves out what every prompt must say"
)
SAME_LABEL = _code(222, "same-label", _WARNING, "two members of one label in one prompt")
CHANGING_FACE = _code(
    223, "changing-face", _NOTE, "a member without a picture who appears in several requests"
)
MOVED_SEAM = _code(
    224, "moved-seam", _WARNING, "a shot that continues from a frame into another place"
)
BARE_NAME = _code(
    225, "bare-name", _WARNING, "a name without its @ in a shot that does not mention it"
)
BROKEN_MENTION = _code(226, "broken-mention", _WARNING, "a mention whose @ is not read as one")
UNUSED_IGNORE = _code(227, "unused-ignore", _WARNING, "a comment that ignores nothing")
FRAME_SHAPE = _code(
    228, "frame-shape", _WARNING, "a frame or an edited clip of another shape than the film"
)
LONE_PRONOUN = _code(
    229, "lone-pronoun", _NOTE, "a shot that calls somebody she, he or they, and names nobody"
)
SPELLED_OUT = _code(230, "spelled-out", _NOTE, "a spoken word in capitals")
UNKNOWN_SHOT = _code(231, "unknown-shot", _ERROR, "footage from a shot that is not in the film")
FOOTAGE_CIRCLE = _code(
    232, "footage-circle", _ERROR, "shots of which each waits for the clip of the next"
)

# Fitting
DIVIDED_SHOT = _code(301, "divided-shot", _WARNING, "a shot longer than one request may be")
DIVIDED_TEXT = _code(302, "divided-text", _WARNING, "a text longer than one prompt may be")
CARRIED_SENTENCE = _code(
    303, "carried-sentence", _WARNING, "a part of a shot for which no sentence is left"
)
TOO_MANY_REFERENCES = _code(
    304, "too-many-references", _ERROR, "more names in one shot than a request may carry"
)
CROWDED_TEXT = _code(305, "crowded-text", _ERROR, "more text than the shot's seconds can take")
UNBREAKABLE_TEXT = _code(306, "unbreakable-text", _ERROR, "a word longer than a prompt may be")
BEATS_DISAGREE = _code(307, "beats-disagree", _ERROR, "beats that do not add up to their shot")
RUSHED_SPEECH = _code(
    308, "rushed-speech", _WARNING, "lines that take longer than the seconds they have"
)
CARRIED_PEOPLE = _code(
    309, "carried-people", _NOTE, "people of a divided shot who are named again in a later part"
)
CROWDED_FRAMING = _code(
    310, "crowded-framing", _ERROR, "framing that leaves a prompt no room for its action"
)
PADDED_TAKE = _code(312, "padded-take", _WARNING, "a take paid longer than it was written")
DIVIDED_FOOTAGE = _code(
    315, "divided-footage", _ERROR, "footage from a shot that is not one piece of one clip"
)
LONE_FOOTAGE = _code(
    316, "lone-footage", _NOTE, "a shot that is footage and costs more in a request of its own"
)
NEW_SEAM = _code(313, "new-seam", _WARNING, "a paid clip of which only some shots are kept")
CLIP_LENGTH = _code(
    314, "clip-length", _ERROR, "a shot whose seconds are not those of the clip it is made from"
)
UNMEASURED_CLIP = _code(
    317, "unmeasured-clip", _NOTE, "a clip at a URL whose seconds are those that are written"
)

# Target
UNKNOWN_TARGET = _code(401, "unknown-target", _ERROR, "a target that nothing describes")
FEATURE_LOST = _code(402, "feature-lost", _WARNING, "something asked for that the target drops")
FEATURE_EMULATED = _code(
    403, "feature-emulated", _NOTE, "something asked for that the target is given another way"
)
REPEATED_REFERENCE = _code(
    404, "repeated-reference", _NOTE, "a lone frontal picture sent as its own reference"
)
FEATURE_REFUSED = _code(
    405, "feature-refused", _ERROR, "something asked for without which the shot cannot be made"
)
FRAME_NEEDS_FRAME = _code(
    406, "frame-needs-frame", _ERROR, "a last frame where the target needs a first one too"
)
SUPERSEDED_TARGET = _code(
    407, "superseded-target", _WARNING, "a target that its vendor has replaced"
)
DOUBTFUL_PAIR = _code(408, "doubtful-pair", _WARNING, "a use of fields that is said to be refused")
FOREIGN_SPEECH = _code(
    410, "foreign-speech", _WARNING, "lines in a language that the target does not speak"
)
BROKEN_TARGET = _code(409, "broken-target", _ERROR, "a target file that cannot be used")

# Cost
OVER_BUDGET = _code(501, "over-budget", _ERROR, "a film that costs more than it may")
OVER_SECONDS = _code(502, "over-seconds", _ERROR, "a film that runs longer than it may")
UNKNOWN_PRICE = _code(503, "unknown-price", _WARNING, "seconds that have no published price")
CURRENCY_MISMATCH = _code(
    504, "currency-mismatch", _ERROR, "a budget in another currency than the prices"
)

OLD_PRICE = _code(505, "old-price", _NOTE, "a price that was read more than 90 days ago")
CHAINED_TAKES = _code(
    506, "chained-takes", _WARNING, "further takes of clips that open on one another"
)

# Plan
UNWRITABLE_PLAN = _code(601, "unwritable-plan", _ERROR, "a plan that cannot be written there")

BROKEN_LEDGER = _code(602, "broken-ledger", _ERROR, "a record of paid clips that cannot be read")

OLD_CLIP = _code(603, "old-clip", _WARNING, "a paid clip that the vendor may soon have no more")
OTHER_WORDS = _code(604, "other-words", _NOTE, "a paid clip for which other words would be sent")
LOST_RECORD = _code(605, "lost-record", _WARNING, "a paid clip that ledger and lock do not tell of")

# Internal
WRONG_PLAN = _code(901, "wrong-plan", _ERROR, "a plan that the independent checker refuses")
INTERNAL_ERROR = _code(902, "internal-error", _ERROR, "a mistake in the tool itself")


def find(text: str) -> Code | None:
    """The code with that number (``SB203``, ``203``) or name (``unknown-name``), or None."""
    wanted = text.strip().casefold()
    for code in REGISTRY.values():
        if wanted in {code.id.casefold(), code.id[2:], code.name}:
            return code
    return None
