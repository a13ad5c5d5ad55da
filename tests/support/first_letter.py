#!/usr/bin/python3
"""Presses the real window from an empty home to the opened answer of the practice partner.

    dbus-run-session -- /usr/bin/python3 first_letter.py PROGRAM

Prints each step and the number of clicks; exits 1 at the first that fails.
"""

import sys
import tempfile
import time

from desktop import Desktop, Missing

LETTER = "Dear Pia, I am learning to seal letters."


def letter_by_pointer(desktop):
    """Eight clicks at most, and one sentence."""
    clicks = 0
    for role, name, then in [
        ("button", "Practise first", lambda: desktop.until("label", "The subject is hidden", False)),
        ("entry", "Letter", lambda: desktop.type(LETTER)),
        ("button", "Seal and send", lambda: desktop.until("heading", "Sent")),
        ("button", "Read the answer", lambda: desktop.until("image", "Sealed and signed")),
    ]:
        desktop.press(role, name)
        clicks += 1
        then()
        print(f"pressed {name}")
    desktop.until("label", "Written by pia@practice.invalid", False)
    print(f"the answer is open after {clicks} clicks")
    if clicks > 8:
        raise Missing("more than eight clicks")


def letter_by_keys(desktop):
    """The same once more without the pointer."""
    desktop.key("ctrl+n")
    desktop.until("button", "Seal and send")
    desktop.press("entry", "To")
    desktop.type("pia@practice.invalid,")
    desktop.key("Tab")
    desktop.until("label", "The subject is hidden", False)
    desktop.press("entry", "Letter")
    desktop.type("By keyboard.")
    time.sleep(0.3)
    desktop.key("ctrl+Return")
    desktop.until("heading", "Sent")
    print("sent by Ctrl+Enter")


def main():
    with tempfile.TemporaryDirectory() as home, Desktop(sys.argv[1], home) as desktop:
        desktop.until("button", "Next")
        print("first start is on screen")
        letter_by_pointer(desktop)
        letter_by_keys(desktop)
    print("done")


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"failed: {missing}")
