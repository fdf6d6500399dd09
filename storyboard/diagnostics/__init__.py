"""What the compiler says: diagnostics as values, the registry of their codes, nearest names."""

from storyboard.diagnostics.source import Source, Span
from storyboard.diagnostics.types import (
    Code,
    Diagnostic,
    Diagnostics,
    Fix,
    Label,
    Severity,
)

__all__ = ["Code", "Diagnostic", "Diagnostics", "Fix", "Label", "Severity", "Source", "Span"]
