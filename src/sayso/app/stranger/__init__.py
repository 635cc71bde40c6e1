"""The page that checks a file without us: one HTML file that opens from a disk, asks no network and needs no server."""

from sayso.app.stranger.standalone import VerifyPage, verify_page

__all__ = ["VerifyPage", "verify_page"]
