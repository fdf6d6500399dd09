"""Running a plan: what is sent when, what becomes of it, and what is said of it.

``session`` puts a run together, ``runner`` is its loop. ``scheduler`` says what is sent next,
``rate_limit`` when. ``delivery`` follows a clip: ``dispatch`` its order, ``downloads`` its file;
``order_ends`` are the other ends of an order, and ``failure_policy`` what they do to the run.
``recovery`` reads what earlier runs have left; ``uncertain``, ``reconcile`` and ``history_search``
find orders without an answer. ``events``, ``progress`` and ``report`` are what is said.
"""
