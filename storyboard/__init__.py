"""A declarative storyboard compiler."""

__version__ = "0.1.0"
