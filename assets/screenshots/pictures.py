"""Leads the real window from page to page and takes a picture of each; see `make` beside this."""

import pathlib
import sys
import tempfile
import time

from desktop import Desktop

WIDE = (1280, 800)
NARROW = (800, 600)

LETTER = """Dear Pia,

the waxwings are back in the rowan tree, and I have learned to seal a letter.

Could you tell me whether this one reached you whole?

Ada"""


def main():
    program, theme, folder = sys.argv[1:]
    folder = pathlib.Path(folder)
    with tempfile.TemporaryDirectory() as home, Desktop(program, home, WIDE, theme) as desktop:

        def picture(name):
            time.sleep(0.4)
            desktop.picture(folder / f"{name}-{theme}.png")
            desktop.resize(*NARROW)
            desktop.picture(folder / f"{name}-{theme}-800.png")
            desktop.resize(*WIDE)
            print(f"{name}-{theme}")

        desktop.until("button", "Make my key")
        picture("first-start")
        desktop.write("entry", "Your name", "Ada Lovelace")
        desktop.write("entry", "Your mail address", "ada@example.org")
        desktop.press("button", "Make my key")
        desktop.until("secret", "Passphrase")
        desktop.type("seven waxwings in a rowan")
        desktop.write("secret", "The same again", "seven waxwings in a rowan")
        picture("passphrase")
        desktop.press("button", "Lock with it")
        desktop.until("heading", "Your key is ready")
        picture("key-ready")
        desktop.press("button", "Use my own account")
        desktop.write("entry", "Sending server", "smtp.example.org")
        desktop.write("entry", "Server to fetch from", "pop.example.org")
        picture("settings")
        desktop.press("tab", "Outbox")
        desktop.until("button", "Write a letter")
        picture("outbox-empty")
        desktop.press("tab", "Settings")
        desktop.press("tab", "Practice")
        desktop.press("button", "Practise")
        desktop.until("label", "The subject is hidden", False)
        desktop.press("entry", "Letter")
        desktop.type(LETTER)
        desktop.press("fold", "What others see")
        time.sleep(1.5)
        picture("write")
        desktop.write("entry", "To", "carol@example.org,")
        desktop.press("entry", "Letter")
        desktop.until("label", "There is no key for carol@example.org.")
        picture("write-no-key")
        desktop.press("button", "Remove carol@example.org")
        desktop.until("label", "The subject is hidden", False)
        desktop.press("fold", "Other ways to send")
        desktop.press("button", "Send unprotected…")
        desktop.until("button", "Send it unprotected")
        picture("question")
        desktop.press("button", "Cancel")
        desktop.press("button", "Seal and send")
        desktop.until("heading", "Sent")
        picture("sent")
        desktop.press("button", "Read the answer")
        desktop.until("image", "Sealed and signed")
        picture("read")
        desktop.press("fold", "Details")
        desktop.press("tab", "Headers")
        picture("read-headers")
        desktop.press("tab", "Outbox")
        desktop.until("heading", "Outbox")
        picture("outbox")
        desktop.press("tab", "Keys")
        desktop.press("option", "Pia Partner, ", False)
        desktop.until("button", "Confirm…")
        picture("keys")


main()
