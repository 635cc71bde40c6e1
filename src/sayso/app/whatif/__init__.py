"""What another policy would change, as one page that needs nothing else: no script, no network, plots drawn beforehand."""

from sayso.app.whatif.page import page

__all__ = ["page"]
