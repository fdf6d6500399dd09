"""The language, version 1: its model (``model``) and the leaves of it (``leaves``)."""
