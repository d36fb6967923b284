"""Grimoire: keep prompts as spells, translate them, fire them, judge the answers, remember."""

__version__ = "0.1.0"
