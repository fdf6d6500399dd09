"""How things look: findings as text for people, and as JSON, SARIF and annotations for machines.

``snippets`` writes the text, ``findings`` the machine forms, ``width`` knows columns and makes
text safe to show. Every renderer takes values and gives a text; none writes it anywhere.
"""
