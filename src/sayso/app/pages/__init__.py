"""What people see: templates, one stylesheet and the words of each language. Knows values, and nothing of requests."""

from sayso.app.pages.catalogue import Catalogue, asking_words, catalogues, direction, pick, spoken
from sayso.app.pages.render import FIRST_PAGES, Pages, element_files, screen, static_files

__all__ = [
    "FIRST_PAGES",
    "Catalogue",
    "Pages",
    "asking_words",
    "catalogues",
    "direction",
    "element_files",
    "pick",
    "screen",
    "spoken",
    "static_files",
]
