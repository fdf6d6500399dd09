"""What an editor shows of a storyboard while it is written, over the Language Server Protocol.

server       the protocol: which text changed, what is asked at which place
analysis     a film as its files are in the editor: findings, plan, names with their places
positions    places of files as editors count them
findings     findings and their fixes
names        completion, definition, uses and renaming of names
hovers       who somebody is, and what is sent for a shot
lenses       what a film, a scene and a clip cost, above their lines
outline      scenes and shots

What an editor offers for keys and their values comes from the JSON Schema (``storyboard schema``);
here is what a schema cannot know.
"""
