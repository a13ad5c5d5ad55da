#!/usr/bin/python3
"""Opens the installed window as a desktop does: with nothing, with a link, a letter, and a key.

    dbus-run-session -- /usr/bin/python3 installed_window.py FOLDER alone|link|letter|key

FOLDER is where homes are made. Each needs a session bus of its own. Exits 1 at the first thing that does not come up.
"""

import pathlib
import subprocess
import sys

from desktop import Desktop, Missing

LETTER = b"From: bob@example.org\nTo: ada@example.org\nSubject: Lunch\n\nAt one, the usual place?\n"


def alone(program, home):
    with Desktop(program, home) as desktop:
        desktop.until("button", "Next")
        found = desktop.run("xdotool", "search", "--onlyvisible", "--class", "waxwing").split()
        if desktop.window not in found:
            raise Missing("the desktop cannot match the window to waxwing.desktop: its class")


def link(program, home):
    url = "mailto:bob@example.org?subject=Lunch%20on%20Friday&body=At%20one"
    with Desktop(program, home, arguments=[url]) as desktop:
        desktop.until("button", "bob@example.org", whole=False)
        desktop.until("button", "Seal and send")


def letter(program, home):
    file = home / "a letter.eml"
    file.write_bytes(LETTER)
    with Desktop(program, home, arguments=[file.as_uri()]) as desktop:
        desktop.until("image", "Not protected")


def key(program, home):
    file = home / "ada.asc"
    passphrase = home / "passphrase"
    passphrase.write_text("only for this test\n")
    wax = ["wax", "--home", str(home / "ada"), "--passphrase-file", str(passphrase)]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*wax, "identity", "new", "Ada Example", "ada@example.org"], **quiet)
    subprocess.run([*wax, "key", "export", "ada@example.org", "-o", str(file)], **quiet)
    with Desktop(program, home / "other", arguments=[str(file)]) as desktop:
        desktop.until("label", "1 key is imported.")
        desktop.until("option", "Ada Example", whole=False)


def main():
    folder = pathlib.Path(sys.argv[1])
    task = {"alone": alone, "link": link, "letter": letter, "key": key}[sys.argv[2]]
    home = folder / sys.argv[2]
    home.mkdir()
    task("waxwing", home)


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"failed: {missing}")
