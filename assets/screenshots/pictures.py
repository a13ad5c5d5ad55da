"""Leads the real window from page to page and takes a picture of each; see `make` beside this.

    pictures.py PROGRAM WAX FOLDER THEME SCALE TOUR

A tour is a way through some pages, with a home and a desktop of its own. Pictures are called
PAGE-STATE-THEME-SIZE.png, with @2x at the end where the window is drawn at 200 %.
"""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

from desktop import Desktop, Missing

SIZES = {"1280": (1280, 800), "800": (800, 600)}

LETTER = """Dear Pia,

the waxwings are back in the rowan tree, and I have learned to seal a letter.

Could you tell me whether this one reached you whole?

Ada"""
PASSPHRASE = "seven waxwings in a rowan"
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 40
PLAIN = """From: Bob Babbage <bob@example.org>
To: Ada Lovelace <ada@example.org>
Subject: {subject}
Date: Sun, 03 May 2026 14:05:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Dear Ada,

lunch on Friday, the usual place?

Bob
--b
Content-Type: application/pdf; name="{file}.pdf"
Content-Disposition: attachment

%PDF
--b--
"""

NEWS = """Received: from mail.bank.example ([192.0.2.7]) by mx.example.org with ESMTPS;
 Sun, 3 May 2026 14:06:10 +0000
Received: from desk (desk.bank.example [192.0.2.99]) by mail.bank.example with ESMTP;
 Sun, 3 May 2026 14:05:00 +0000
Authentication-Results: mx.example.org; dkim=none; spf=softfail smtp.mailfrom=bank.example
From: "Your bank" <news@bank.example>
To: Ada Lovelace <ada@example.org>
Reply-To: help@evil.example
Subject: Your account
Date: Sun, 03 May 2026 14:05:00 +0000
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>Dear customer,</p><p>please confirm your data at <a href="https://evil.example/login">https://bank.com/login</a>.</p>
<p style="display:none">Harmless words for the filter.</p>
<p><a href="https://shop.example/news">Our news</a></p>
"""


ZONE = """$ORIGIN example.org.
@ 300 IN MX 10 mx
@ 300 IN TXT "v=spf1 mx include:_spf.news.example include:gone.news.example -all"
_spf.news.example. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 a:relay.news.example -all"
relay.news.example. 300 IN A 192.0.2.40
_dmarc 300 IN TXT "v=DMARC1; p=none; pct=50; rua=mailto:reports@example.org"
mail._domainkey 300 IN TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
mx 300 IN A 192.0.2.10
10.2.0.192.in-addr.arpa. 300 IN PTR host-10.provider.example.
"""


class Tour:
    """One way through the window."""

    def __init__(self, program, wax, folder, theme, scale):
        self.program, self.wax_program = program, wax
        self.folder, self.theme, self.scale = folder, theme, scale
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.home = self.work / "home"
        self.missed = []
        self.taken = 0

    def wax(self, *words):
        (self.work / "pass").write_text(PASSPHRASE + "\n")
        command = [self.wax_program, "--home", self.home, "--passphrase-file", self.work / "pass", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def open(self, *arguments):
        size = tuple(edge * self.scale for edge in SIZES["1280"])
        screen = (size[0] + 40, size[1] + 80)
        desktop = Desktop(
            self.program, self.home, size, self.theme, arguments=arguments, screen=screen, scale=self.scale
        )
        self.desktop = desktop
        return desktop

    def picture(self, name):
        """Takes the page as it stands, in both sizes."""
        for size, (width, height) in SIZES.items():
            self.desktop.resize(width * self.scale, height * self.scale)
            twice = "@2x" if self.scale == 2 else ""
            self.desktop.picture(self.folder / f"{name}-{self.theme}-{size}{twice}.png")
            self.taken += 1
        self.desktop.resize(*(edge * self.scale for edge in SIZES["1280"]))

    def stop(self, name, *steps):
        """Goes some steps and takes a picture; what does not come up is noted, and the tour goes on."""
        try:
            for step in steps:
                step()
            if name:
                self.picture(name)
        except (Missing, subprocess.CalledProcessError) as missing:
            self.missed.append(f"{name}: {missing}")
            self.desktop.key("Escape")


def first_start(tour):
    with tour.open() as d:
        d.patience = 20
        tour.stop("first-start-empty", lambda: d.until("button", "Practise first"))
        tour.stop(
            "first-start-failed",
            lambda: d.write("entry", "Your name", "Ada Lovelace"),
            lambda: d.write("entry", "Your mail address", "ada@"),
            lambda: d.press("button", "Next"),
            lambda: d.until("label", "That address is not whole", False),
        )
        tour.stop(
            "first-start-busy",
            lambda: d.press("entry", "Your mail address"),
            lambda: d.key("End"),
            lambda: d.type("example.org"),
            lambda: d.press("button", "Next"),
            lambda: d.press("button", "Make my key"),
            lambda: d.until("secret", "Passphrase"),
            lambda: d.type(PASSPHRASE),
            lambda: d.write("secret", "The same again", PASSPHRASE),
        )
        tour.stop(
            "first-start-done",
            lambda: d.press("button", "Lock with it"),
            lambda: d.until("heading", "Your key is ready"),
        )


def practice(tour):
    with tour.open() as d:
        sealable = lambda: d.until("label", "The subject is hidden", False)
        tour.stop(
            "write-full",
            lambda: d.press("button", "Practise first"),
            sealable,
            lambda: d.press("entry", "Letter"),
            lambda: d.type(LETTER),
            lambda: d.until("label", "Read off the sealed letter."),
        )
        tour.stop(
            "write-no-key",
            lambda: d.write("entry", "To", "carol@example.org,"),
            lambda: d.press("entry", "Letter"),
            lambda: d.until("label", "There is no key for carol@example.org.", False),
        )
        tour.stop(
            "write-question",
            lambda: d.press("button", "Remove carol@example.org"),
            sealable,
            lambda: d.press("fold", "Other ways to send"),
            lambda: d.press("button", "Send unprotected…"),
            lambda: d.until("button", "Send it unprotected"),
        )
        tour.stop(
            "write-done",
            lambda: d.press("button", "Cancel"),
            lambda: d.press("button", "Seal and send"),
            lambda: d.until("heading", "Sent"),
        )
        tour.stop(
            "read-full",
            lambda: d.press("button", "Read the answer"),
            lambda: d.until("image", "Sealed and signed"),
        )
        tour.stop("read-details", lambda: d.press("fold", "Details"))
        tour.stop("read-headers", lambda: d.press("tab", "Headers"))
        tour.stop("read-structure", lambda: d.press("tab", "Structure"))
        tour.stop(
            "read-training",
            lambda: d.press("tab", "Message"),
            lambda: d.press("button", "Spot the trick"),
            lambda: d.until("button", "It is fine"),
        )
        tour.stop("read-training-told", lambda: d.press("button", "Something is wrong"))
        tour.stop("", lambda: d.press("button", "Stop training"))
        tour.stop(
            "outbox-done", lambda: d.press("tab", "Outbox"), lambda: d.until("heading", "Outbox")
        )
        tour.stop("outbox-receipt", lambda: d.press("button", "Receipt of", False))
        tour.stop(
            "keys-full",
            lambda: d.key("Escape"),
            lambda: d.press("tab", "Keys"),
            lambda: d.press("option", "Pia Partner, ", False),
            lambda: d.until("button", "Confirm…"),
        )
        tour.stop("keys-question", lambda: d.press("button", "Confirm…"))
        tour.stop(
            "settings-practice",
            lambda: d.press("button", "Cancel"),
            lambda: d.press("tab", "Settings"),
            lambda: d.until("heading", "Settings"),
        )


class Silent:
    """A server that takes every connection and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.talks = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            self.talks.append(self.listener.accept()[0])

    def hang_up(self):
        for talk in self.talks:
            talk.close()


def befriend(tour, friend, address):
    """A new key of somebody's, imported."""
    elsewhere = Tour(tour.program, tour.wax_program, tour.folder, tour.theme, tour.scale)
    elsewhere.wax("identity", "new", friend, address)
    key = elsewhere.work / "key.asc"
    elsewhere.wax("key", "export", address, "-o", str(key))
    tour.wax("key", "import", str(key))


def at_home(tour, name="Ada Lovelace", friend="Bob Babbage"):
    """An identity, a friend's key, and an account whose server says nothing."""
    tour.wax("identity", "new", name, "ada@example.org")
    befriend(tour, friend, "bob@example.org")
    tour.wax("key", "confirm", "bob@example.org")
    server = Silent()
    (tour.work / "hush").write_text("hush\n")
    tour.wax(
        "account", "add", "ada@example.org", "--host", "localhost", "--port", str(server.port),
        "--security", "implicit", "--password-file", str(tour.work / "hush"),
    )
    return server


def unlock(tour):
    """The passphrase, whenever it is asked for."""
    d = tour.desktop
    d.until("secret", "Passphrase")
    d.type(PASSPHRASE)
    d.press("button", "Unlock")


def own_desk(tour):
    at_home(tour)
    letter = tour.work / "lunch.eml"
    letter.write_text(PLAIN.format(subject="Lunch", file="menu"))
    news = tour.work / "news.eml"
    news.write_text(NEWS)
    many = tour.work / "all.mbox"
    many.write_text("".join(
        "From x@y.example Sun May  3 10:00:00 2026\n" + PLAIN.format(subject=f"Number {n}", file="menu") + "\n"
        for n in range(40)
    ))
    waits = tour.work / "not there yet"
    os.mkfifo(waits)
    with tour.open() as d:
        tour.stop("unlock", lambda: d.until("secret", "Passphrase"))
        tour.stop("", lambda: unlock(tour))
        tour.stop("write-empty", lambda: d.until("button", "Seal and send"))
        tour.stop("read-empty", lambda: d.press("tab", "Read"), lambda: d.until("heading", "Read"))
        tour.stop(
            "outbox-empty", lambda: d.press("tab", "Outbox"), lambda: d.until("heading", "Outbox")
        )
        tour.stop(
            "read-busy",
            lambda: d.press("tab", "Read"),
            lambda: d.press("button", "Open a file…"),
            lambda: d.write("entry", "Path of a letter to open", str(waits)),
            lambda: d.press("button", "Open"),
            lambda: d.until("button", "Cancel the running job"),
        )
        try:
            # Whoever waits for it reads an end; where nobody does, neither do we.
            os.close(os.open(waits, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            pass
        tour.stop(
            "read-failed",
            lambda: d.press("button", "Open a file…"),
            lambda: d.write("entry", "Path of a letter to open", str(tour.work / "gone.eml")),
            lambda: d.press("button", "Open"),
            lambda: d.until("image", "Take a look"),
        )
        tour.stop(
            "read-unprotected",
            lambda: d.press("button", "Open a file…"),
            lambda: d.write("entry", "Path of a letter to open", str(letter)),
            lambda: d.press("button", "Open"),
            lambda: d.until("image", "Not protected"),
        )
        tour.stop(
            "read-links",
            lambda: d.press("button", "Open a file…"),
            lambda: d.write("entry", "Path of a letter to open", str(news)),
            lambda: d.press("button", "Open"),
            lambda: d.press("tab", "Links"),
            lambda: d.until("label", "It shows bank.com", False),
        )
        tour.stop(
            "read-link-question",
            lambda: d.press("button", "Open evil.example"),
            lambda: d.until("button", "Open it"),
        )
        tour.stop(
            "read-route",
            lambda: d.press("button", "Cancel"),
            lambda: d.press("tab", "Route"),
            lambda: d.until("button", "Ask about the sender"),
        )
        tour.stop(
            "read-many",
            lambda: d.press("button", "Open a file…"),
            lambda: d.write("entry", "Path of a letter to open", str(many)),
            lambda: d.press("button", "Open"),
            lambda: d.until("label", "40 letters"),
            lambda: d.press("option", "Bob Babbage", False),
            lambda: d.until("image", "Not protected"),
        )


def troubles(tour):
    """What does not work out: a damaged file, servers that say nothing and hang up."""
    server = at_home(tour)
    befriend(tour, "Carol Shaw", "carol@example.org")
    tour.wax("key", "confirm", "carol@example.org")
    befriend(tour, "Carol Shaw", "carol@example.org")
    damaged = tour.work / "damaged.asc"
    damaged.write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnothing\n")
    with tour.open() as d:
        tour.stop("", lambda: unlock(tour))
        tour.stop("keys-to-decide", lambda: d.press("tab", "Keys"), lambda: d.until("heading", "Keys"))
        tour.stop(
            "keys-failed",
            lambda: d.press("button", "Import keys…"),
            lambda: d.write("entry", "Path of a key file", str(damaged)),
            lambda: d.press("button", "Import"),
            lambda: d.until("label", "It holds no key."),
        )
        tour.stop(
            "settings-busy",
            lambda: d.press("tab", "Settings"),
            lambda: d.press("tab", "Accounts"),
            lambda: d.press("button", "Test the account of ada@example.org again"),
            lambda: d.until("button", "Cancel the running job"),
        )
        server.hang_up()
        tour.stop("settings-failed", lambda: d.until("image", "Failed"))
        tour.stop(
            "settings-authorities",
            lambda: d.press("tab", "Authorities"),
            lambda: d.until("heading", "Whom you trust to vouch"),
        )
        tour.stop(
            "write-busy",
            lambda: d.press("tab", "Write"),
            lambda: d.write("entry", "To", "bob@example.org,"),
            lambda: d.write("entry", "Subject", "Notes on the engine"),
            lambda: d.write("entry", "Letter", LETTER),
            lambda: d.until("label", "The subject is hidden", False),
            lambda: d.press("button", "Seal and send"),
            lambda: d.until("button", "Cancel the running job"),
        )
        server.hang_up()
        tour.stop("write-failed", lambda: d.until("image", "Take a look"))
        tour.stop(
            "write-changed",
            lambda: d.press("button", "Write another"),
            lambda: d.write("entry", "To", "carol@example.org,"),
            lambda: d.press("entry", "Letter"),
            lambda: d.until("label", "came after you had confirmed one", False),
        )
        tour.stop(
            "outbox-failed", lambda: d.press("tab", "Outbox", False), lambda: d.until("heading", "Outbox")
        )


def long_names(tour):
    at_home(tour, "Ada " + LONG[:300], "Bob " + LONG[:300])
    letter = tour.work / "long.eml"
    letter.write_text(PLAIN.format(subject=LONG, file=LONG[:200].strip()))
    with tour.open(str(letter)) as d:
        tour.stop("", lambda: unlock(tour))
        tour.stop("read-long", lambda: d.until("image", "Not protected"))
        tour.stop(
            "write-long",
            lambda: d.press("tab", "Write"),
            lambda: d.write("entry", "To", "bob@example.org,"),
            lambda: d.write("entry", "Subject", LONG[:400]),
            lambda: d.write("entry", "Letter", LONG),
            lambda: d.until("label", "The subject is hidden", False),
        )
        tour.stop(
            "keys-long",
            lambda: d.press("tab", "Keys"),
            lambda: d.press("option", "bob@example.org", False),
            lambda: d.until("heading", "Keys"),
        )
        tour.stop("settings-long", lambda: d.press("tab", "Settings"))


def check_up(tour):
    at_home(tour)
    zone = tour.work / "example.org.zone"
    zone.write_text(ZONE)
    quiet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    quiet.bind(("127.0.0.1", 0))  # A name server that says nothing.
    with tour.open() as d:
        tour.stop("", lambda: unlock(tour))
        tour.stop(
            "check-empty",
            lambda: d.press("tab", "Check-up"),
            lambda: d.until("heading", "Check-up"),
        )
        tour.stop(
            "check-account",
            lambda: d.press("fold", "Your own mail server, behind your login"),
            lambda: d.until("button", "Check my server"),
        )
        tour.stop("", lambda: d.press("fold", "Your own mail server, behind your login"))
        field = "Domain, or an address at it"
        tour.stop(
            "check-failed",
            lambda: d.replace("entry", field, "no domain"),
            lambda: d.press("button", "Check up"),
            lambda: d.until("image", "Take a look"),
        )
        tour.stop(
            "check-busy",
            lambda: d.replace("entry", field, "example.org"),
            lambda: d.press("fold", "More to ask"),
            lambda: d.replace(
                "entry", "Name server to ask, instead of the system's", "127.0.0.1:%d" % quiet.getsockname()[1]
            ),
            lambda: d.press("button", "Check up"),
            lambda: d.until("button", "Cancel the running job"),
        )
        tour.stop(
            "check-done",
            lambda: d.press("button", "Cancel the running job"),
            lambda: d.until("button", "Check up"),
            lambda: d.replace("entry", "Name server to ask, instead of the system's", ""),
            lambda: d.replace("entry", "Path of the zone file", str(zone)),
            lambda: d.press("fold", "More to ask"),
            lambda: d.press("button", "Check up"),
            lambda: d.until("button", "Save as a page…"),
        )
        tour.stop("check-findings", lambda: d.wheel(8))
        tour.stop("check-record", lambda: d.wheel(10))
    quiet.close()


def nobody(tour):
    """Whoever skips everything: pages with nothing on them yet."""
    with tour.open() as d:
        for _ in range(3):
            tour.stop("", lambda: d.press("button", "Skip"))
        for name, label in [("keys", "Keys"), ("settings", "Settings"), ("write", "Write")]:
            tour.stop(f"{name}-nobody", lambda: d.press("tab", label), lambda: d.until("tab", label))


TOURS = {
    "nobody": nobody,
    "check-up": check_up,
    "first-start": first_start,
    "practice": practice,
    "own-desk": own_desk,
    "troubles": troubles,
    "long-names": long_names,
}


def main():
    program, wax, folder, theme, scale, name = sys.argv[1:]
    tour = Tour(program, wax, pathlib.Path(folder), theme, int(scale))
    TOURS[name](tour)
    print(f"{name}, {theme}, {scale}00 %: {tour.taken} pictures")
    if tour.missed:
        sys.exit("\n".join(["not taken:", *tour.missed]))


main()
