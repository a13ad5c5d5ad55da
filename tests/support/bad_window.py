#!/usr/bin/python3
"""Gives the real window what a person's machine may give it, and looks whether it stands that.

    dbus-run-session -- /usr/bin/python3 bad_window.py PROGRAM small-screen|huge-clipboard|read-only-home|dumb-portal

Prints what it saw; exits 1 at the first that does not come up.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from desktop import Desktop, Missing

LETTER = "From: bob@example.org\nTo: ada@example.org\nSubject: Lunch\n\nAt one, the usual place?\n"
# What the page may take to answer a press while it has been given too much, in seconds.
PATIENCE = 10.0


def small_screen(program, home):
    """All of the main job on a screen of 640×480, without a part out of reach."""
    with Desktop(program, home, size=(640, 480), screen=(640, 480)) as desktop:
        desktop.press("button", "Practise first")
        desktop.until("label", "The subject is hidden", False)
        desktop.write("entry", "Letter", "A small one.")
        desktop.holds("entry", "Letter", "A small one.")
        desktop.inside("button", "Seal and send")
        desktop.press("button", "Seal and send")
        desktop.until("heading", "Sent")
        desktop.press("button", "Read the answer")
        desktop.until("image", "Sealed and signed")
        for page in ("Write", "Read", "Outbox", "Keys", "Settings"):
            desktop.press("tab", page)
            desktop.until("heading", page)
            desktop.inside("tab", page)
        print("every page fits")


def huge_clipboard(program, home):
    """A hundred megabytes of text on the clipboard, pasted into a letter."""
    with Desktop(program, home) as desktop, tempfile.NamedTemporaryFile("w") as text:
        line = "All work and no play makes Jack a dull boy.\n"
        text.write(line * (100_000_000 // len(line) + 1))
        text.flush()
        desktop.press("button", "Practise first")
        desktop.until("label", "The subject is hidden", False)
        desktop.press("entry", "Letter")
        desktop.type("Before. ")
        desktop.holds("entry", "Letter", "Before.")
        clip = subprocess.run(["xclip", "-selection", "clipboard", "-i", text.name], check=True)
        assert clip.returncode == 0
        began = time.monotonic()
        desktop.key("ctrl+v")
        # The system may give up on so much before the window sees it; else it says why not.
        if desktop.comes("button", "Close", patience=PATIENCE):
            desktop.until("label", "The clipboard holds", False)
            desktop.press("button", "Close")
            desktop.press("entry", "Letter")
            print("said what is the matter")
        desktop.type("After.")
        desktop.holds("entry", "Letter", "Before. After.")
        print(f"goes on after {time.monotonic() - began:.1f} s")
        desktop.press("button", "Seal and send")
        desktop.until("heading", "Sent")


def unlock(desktop):
    """Answers every question for the passphrase: each job that needs it may ask."""
    while desktop.comes("secret", "Passphrase", patience=3.0):
        desktop.press("secret", "Passphrase")
        desktop.type("only for this test")
        desktop.press("button", "Unlock")


def read_only_home(program, home):
    """Nothing can be kept: it says so, and what was typed stays on screen."""
    home = pathlib.Path(home) / "waxwing"
    passphrase = home.with_name("passphrase")
    passphrase.write_text("only for this test\n")
    wax = [pathlib.Path(program).with_name("wax"), "--home", home, "--passphrase-file", passphrase]
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*wax, "identity", "new", "Ada Example", "ada@example.org"], **quiet)
    subprocess.run(["mount", "--bind", home, home], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", home], check=True)
    with Desktop(program, home) as desktop:
        unlock(desktop)
        desktop.write("entry", "Letter", "Not to be lost.")
        unlock(desktop)
        desktop.until("label", "cannot be written", False)
        print("says that nothing can be kept")
        desktop.holds("entry", "Letter", "Not to be lost.")


def dumb_portal(program, home):
    """A portal that takes every question and answers none."""
    import gi

    gi.require_version("Gio", "2.0")
    from gi.repository import Gio, GLib

    asked = []
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def take(_bus, message, incoming):
        call = message.get_message_type() == Gio.DBusMessageType.METHOD_CALL
        if incoming and call and (message.get_path() or "").startswith("/org/freedesktop/portal"):
            asked.append(f"{message.get_interface()}.{message.get_member()}")
            return None  # Swallowed.
        return message

    bus.add_filter(take)
    owner = bus.call_sync(
        "org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
        "RequestName",
        GLib.Variant("(su)", ("org.freedesktop.portal.Desktop", 4)),
        None,
        Gio.DBusCallFlags.NONE,
        5000,
    ).unpack()[0]
    if owner != 1:
        raise Missing("the portal's name is taken")
    # The filter runs in the bus's own thread. A loop in another thread than the one that presses would run
    # the screen reader's library in both, and that takes Python down.
    letter = pathlib.Path(home) / "lunch.eml"
    letter.write_text(LETTER)
    with Desktop(program, home, theme="system") as desktop:
        desktop.until("button", "Practise first")
        took = time.monotonic() - desktop.started
        print(f"first start stands after {took:.1f} s")
        if took > PATIENCE:
            raise Missing(f"the window waited {took:.0f} s for a portal that answers nothing")
        desktop.press("button", "Practise first")
        desktop.until("label", "The subject is hidden", False)
        desktop.press("tab", "Read")
        desktop.press("button", "Open a file…")
        desktop.write("entry", "Path of a letter to open", str(letter))
        desktop.press("button", "Open")
        desktop.until("image", "Not protected")
        print("a letter opens by its path")
        if not any("FileChooser" in question for question in asked):
            raise Missing(f"the portal was not asked for a file, so nothing was tried: {asked}")


def main():
    program, task = sys.argv[1:]
    tasks = {
        "small-screen": small_screen,
        "huge-clipboard": huge_clipboard,
        "read-only-home": read_only_home,
        "dumb-portal": dumb_portal,
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        tasks[task](program, home)
    print("done")


if __name__ == "__main__":
    try:
        main()
        code = 0
    except Missing as missing:
        print(f"failed: {missing}", file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # The bus has a thread of its own that calls into Python: taking the interpreter down below it can
    # wait for ever. Everything that needs an end has had it.
    os._exit(code)
