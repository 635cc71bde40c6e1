"""The pages over HTTP: FastAPI routes that stand at a `Desk` and show what it gives.

`create_app` builds the site, `links.mint` makes a link into it. Every route names who may enter; none depends on what a
person answered. Served without JavaScript under a policy that allows none.
"""

from sayso.app.http import links
from sayso.app.http.desk import Desk
from sayso.app.http.site import create_app

__all__ = ["Desk", "create_app", "links"]
