"""What people see: templates, one stylesheet and the words of each language. Knows values, and nothing of requests."""

from sayso.app.pages.catalogue import Catalogue, asking_words, catalogues, direction, pick
from sayso.app.pages.render import Pages, element_files, screen, static_files

__all__ = ["Catalogue", "Pages", "asking_words", "catalogues", "direction", "element_files", "pick", "screen", "static_files"]
