"""The project's folder, from which alone files are read."""
