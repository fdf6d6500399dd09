"""The names that hosts give to the fields of a request, in snake_case, the surest first."""

from __future__ import annotations

PROMPT = ("prompt", "text_prompt", "prompt_text", "positive_prompt", "text")
SECONDS = ("duration", "seconds", "duration_seconds", "video_length", "length")
SHOTS = ("multi_prompt", "shots", "shot_list", "multi_shots")
IMAGES = (
    "image_urls",
    "reference_image_urls",
    "reference_images",
    "images",
    "image_list",
    "input_image",
    "input_images",
    "references",
)
FRAMES = ("frames", "keyframes", "frame_images", "frame_list")
ELEMENTS = ("elements", "kling_elements", "element_list", "subjects", "characters", "cast")
START = (
    "start_image_url",
    "first_frame_url",
    "first_frame",
    "first_frame_image",
    "start_image",
    "start_frame",
    "image_url",
    "input_image",
    "image",
)
END = (
    "end_image_url",
    "tail_image_url",
    "last_frame_url",
    "last_frame",
    "last_frame_image",
    "end_image",
    "end_frame",
    "tail_image",
)
MIDDLE = ("middle_frames", "middle_images", "middle_image_urls")
FOOTAGE = (
    "video_url",
    "input_video",
    "reference_video",
    "video_urls",
    "input_videos",
    "reference_videos",
    "video",
)
KEEP_SOUND = ("keep_audio", "keep_original_sound", "keep_sound")
AUDIO = ("generate_audio", "enable_audio", "with_audio", "audio", "sound")
RATIOS = ("aspect_ratio", "ratio", "size", "video_size")
OFF = ("off", "no", "none", "false", "disabled", "disable")
ON = ("on", "yes", "native", "true", "enabled", "enable")
"""Of words that switch sound off, and on."""
