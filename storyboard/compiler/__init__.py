"""The compiler: from the model of a storyboard to requests.

resolve   names bound, defaults filled, texts made ready: the film
compose   the prompt of a shot or of a part of one
split     the ways in which a shot can be rendered
pack      the clips: a way for each shot, shared requests
takes     which clips are rendered several times, and what a choice makes void
lower     the requests of the clips: their payload, and the inputs that it is given

``film``, ``clip`` and ``request`` are what goes between them. ``ruler`` measures texts as targets
do, ``words`` are the words of prompts by language, ``speech`` is how long lines take, ``cost`` what
requests cost.
"""
