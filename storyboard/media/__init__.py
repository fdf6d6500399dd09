"""Clips as files: ffmpeg, what is in an MP4 file, and joining clips to a film."""
