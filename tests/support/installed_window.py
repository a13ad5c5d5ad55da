#!/usr/bin/python3
"""Opens the installed window as the desktop file says, with nothing to open.

    dbus-run-session -- /usr/bin/python3 installed_window.py FOLDER

FOLDER is where homes are made. Exits 1 at the first thing that does not come up.
"""

import pathlib
import sys

from desktop import Desktop, Missing


def main():
    folder = pathlib.Path(sys.argv[1])
    with Desktop("waxwing", folder / "home") as desktop:
        desktop.until("button", "Make my key")
        title = desktop.run("xdotool", "getwindowname", desktop.window).strip()
        found = desktop.run("xdotool", "search", "--onlyvisible", "--class", "waxwing").split()
        if desktop.window not in found:
            raise Missing("the desktop cannot match the window to waxwing.desktop: its class")
        print(f"first start is on screen, in a window called {title}")


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"failed: {missing}")
