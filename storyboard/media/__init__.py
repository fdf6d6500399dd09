"""Clips as files: what is in one, its frames and its sound, and the film from pieces of clips.

- ``mp4``: what a file holds, by its boxes alone, without a codec.
- ``pyav``: the one library that decodes and encodes, loaded when a picture or sound is needed.
- ``frames``, ``sound``: what a clip shows and sounds at a place.
- ``cuts``: where the shots of a shot list end inside the clip that renders them.
- ``join``: the film, with ``picture_tracks`` for its picture, copied or encoded.
- ``clip_writer``: clips from drawn pictures, for the simulator.
"""
