"""What programs of the operator order and ask, beside what the pages do: answered from one opened house."""

from sayso.app.hosts.desk import HostDesk

__all__ = ["HostDesk"]
