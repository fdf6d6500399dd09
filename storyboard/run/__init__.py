"""Running a plan: what is sent when, what becomes of it, and what is said of it."""
