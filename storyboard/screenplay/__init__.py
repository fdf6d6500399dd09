"""Screenplays as storyboards: what they say is kept, what they leave open is marked.

fountain     from a text in Fountain to its elements: headings, action, lines
storyboards  from elements to the text of a storyboard
"""
