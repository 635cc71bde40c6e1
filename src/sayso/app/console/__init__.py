"""What officers look at: counts that are kept, so that a page costs what it shows and not what is stored."""

from sayso.app.console.choices import Arms, Cell, ChoicesView
from sayso.app.console.counting import Counted
from sayso.app.console.desk import Console, OfficerDesk
from sayso.app.console.lists import Line, Lines

__all__ = ["Arms", "Cell", "ChoicesView", "Console", "Counted", "Line", "Lines", "OfficerDesk"]
