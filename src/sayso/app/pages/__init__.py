"""What people see: templates, one stylesheet and the words of each language. Knows values, and nothing of requests."""

from sayso.app.pages.catalogue import Catalogue, catalogues, pick
from sayso.app.pages.render import Pages, screen, static_files

__all__ = ["Catalogue", "Pages", "catalogues", "pick", "screen", "static_files"]
