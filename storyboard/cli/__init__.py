"""The command line: ``main`` the group, and a module for each command, by its name.

``options``, ``compile_options`` and ``run_options`` are options that commands share,
``plan_source`` and ``film_clips`` what they work on, ``errors``, ``exit_codes`` and ``streams`` how
they speak and end.
"""
