"""Sign-in of officers by OpenID Connect: `read_trust` says whom the operator trusts, `Provider` asks them.

The provider says who somebody is and in which groups; the operator's own list says which role a group has, and no list is no role.
`Provider` needs the extra `oidc`, the settings do not.
"""

from sayso.app.oidc.trust import Trust, read_trust

__all__ = ["Trust", "read_trust"]
