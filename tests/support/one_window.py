#!/usr/bin/python3
"""One window for a home: later starts hand over to it, and it opens again where it was.

    dbus-run-session -- /usr/bin/python3 one_window.py PROGRAM

Prints each thing that was seen; exits 1 at the first that is not.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

from desktop import PATIENCE, Desktop, Missing

LETTER = b"From: bob@example.org\nTo: ada@example.org\nSubject: Lunch\n\nAt one, the usual place?\n"


def start_again(program, home, *arguments, folder=None):
    """A second start, which must end by itself and well."""
    line = [program, "--home", str(home), *arguments]
    over = subprocess.run(line, timeout=PATIENCE, capture_output=True, text=True, cwd=folder)
    if over.returncode != 0 or over.stderr:
        raise Missing(f"the second start ended with {over.returncode}: {over.stderr}")


def handed_over(desktop, program, home):
    start_again(program, home, "mailto:bob@example.org?subject=Lunch")
    desktop.until("button", "bob@example.org", whole=False)
    print("a link is handed over")
    (home / "a letter.eml").write_bytes(LETTER)
    start_again(program, home, "a letter.eml", folder=home)
    desktop.until("image", "Not protected")
    print("a letter is handed over")
    desktop.run("xdotool", "windowminimize", "--sync", desktop.window)
    start_again(program, home)
    visible = ["xdotool", "search", "--onlyvisible", "--pid", str(desktop.program.pid)]

    def shown():
        found = subprocess.run(visible, capture_output=True, text=True).stdout.split()
        return desktop.window in found

    desktop._wait("the window again", shown)
    print("the window is raised")


def place(desktop):
    """Width and height of the window's inside."""
    lines = desktop.run("xdotool", "getwindowgeometry", "--shell", desktop.window).split()
    box = dict(line.split("=") for line in lines)
    return int(box["WIDTH"]), int(box["HEIGHT"])


def open_again(desktop, program, home):
    desktop.program = desktop._start([program, "--home", str(home)])
    desktop.window = desktop._wait("the window", desktop._find_window)


def wait_over(program):
    try:
        return program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        raise Missing("the window does not close") from None


def comes_back(desktop, program, home):
    # A killed one leaves its socket; the next is the first all the same.
    desktop.program.kill()
    desktop.program.wait()
    open_again(desktop, program, home)
    start_again(program, home, "mailto:carol@example.org")
    desktop.until("button", "carol@example.org", whole=False)
    print("a socket that was left is recovered")
    desktop.resize(900, 640)
    desktop.run("xdotool", "windowmove", "--sync", desktop.window, "150", "130")
    time.sleep(0.3)
    desktop.run("xdotool", "windowactivate", "--sync", desktop.window)
    desktop.key("alt+F4")
    # There is no vault yet for the letter that the link began; nobody wants one now.
    desktop.press("button", "Cancel")
    if wait_over(desktop.program) != 0:
        raise Missing("the window did not close well")
    open_again(desktop, program, home)
    desktop._wait("the size that it had", lambda: place(desktop) == (900, 640))
    print("the window opens as it was")


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder) / "home"
        home.mkdir(mode=0o700)
        with Desktop(program, home) as desktop:
            desktop.until("button", "Next")
            handed_over(desktop, program, home)
            comes_back(desktop, program, home)
    print("done")


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"failed: {missing}")
