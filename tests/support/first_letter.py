#!/usr/bin/python3
"""Takes the real window from an empty home to the opened answer of the practice partner.

    dbus-run-session -- /usr/bin/python3 first_letter.py PROGRAM pointer|keyboard|bus

`pointer` clicks and types one sentence, and counts its clicks; `keyboard` has no pointer; `bus` has
neither, and does all through AT-SPI, as assistive programs do. Each only looks at the window to learn
when to go on. Prints each step; exits 1 at the first that does not come up.
"""

import sys
import tempfile

from desktop import Desktop, Missing

LETTER = "Dear Pia, I am learning to seal letters."
CLICKS = 8


def answer_is_open(desktop):
    desktop.until("label", "Written by pia@practice.invalid", False)
    desktop.until("image", "Sealed and signed")


def by_pointer(program, home):
    with Desktop(program, home) as desktop:
        desktop.press("button", "Practise first")
        desktop.until("label", "The subject is hidden", False)
        print("practising")
        desktop.write("entry", "Letter", LETTER)
        desktop.holds("entry", "Letter", LETTER)
        desktop.press("button", "Seal and send")
        desktop.until("heading", "Sent")
        print("sent")
        desktop.press("button", "Read the answer")
        answer_is_open(desktop)
        print(f"the answer is open after {desktop.clicks} clicks")
        if desktop.clicks > CLICKS:
            raise Missing(f"more than {CLICKS} clicks")


def by_keyboard(program, home):
    with Desktop(program, home) as desktop:
        desktop.tab_to("button", "Practise first")
        desktop.key("Return")
        desktop.until("label", "The subject is hidden", False)
        print("practising")
        desktop.tab_to("entry", "Letter")
        desktop.type(LETTER)
        desktop.holds("entry", "Letter", LETTER)
        desktop.key("ctrl+Return")
        desktop.until("heading", "Sent")
        print("sent")
        desktop.tab_to("button", "Read the answer")
        desktop.key("Return")
        answer_is_open(desktop)
        print("the answer is open")
        # A letter that nobody prepared: with a recipient, and a subject.
        desktop.key("ctrl+n")
        desktop.tab_to("entry", "To")
        desktop.type("pia@practice.invalid,")
        desktop.until("label", "The subject is hidden", False)
        desktop.tab_to("entry", "Subject")
        desktop.type("Once more")
        desktop.tab_to("entry", "Letter")
        desktop.type("By keyboard.")
        desktop.holds("entry", "Letter", "By keyboard.")
        desktop.key("ctrl+Return")
        desktop.until("heading", "Sent")
        print("sent once more")
        if desktop.clicks:
            raise Missing("the pointer was used")


def by_bus(program, home):
    with Desktop(program, home, hand=False) as desktop:
        desktop.act("button", "Practise first")
        desktop.until("label", "The subject is hidden", False)
        print("practising")
        desktop.put("entry", "Letter", LETTER)
        desktop.holds("entry", "Letter", LETTER)
        desktop.act("button", "Seal and send")
        desktop.until("heading", "Sent")
        print("sent")
        desktop.act("button", "Read the answer")
        answer_is_open(desktop)
        print("the answer is open")


def main():
    program, way = sys.argv[1:]
    ways = {"pointer": by_pointer, "keyboard": by_keyboard, "bus": by_bus}
    with tempfile.TemporaryDirectory() as home:
        ways[way](program, home)
    print("done")


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"failed: {missing}")
