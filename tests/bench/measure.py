"""The measurements of tests/bench/run. Each is a whole process, as a person would start it.

Times are medians of rounds in which all candidates run one after another, so that a busy moment of
the machine meets all of them. Memory is the largest resident size that the kernel saw.
"""

import argparse
import base64
import mmap
import os
import pathlib
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("WAXWING_PROGRAMS", ROOT / "target/release"))
WAX = PROGRAMS / "wax"
WINDOW = PROGRAMS / "waxwing"
CACHE = ROOT / "target/bench"
MIB = 1 << 20
ME, FRIEND = "alice@example.org", "bob@example.org"
PASSPHRASE = "correct horse battery"


class Run:
    """Wall seconds, processor seconds and peak bytes of one process, which must end with this code."""

    def __init__(self, command, env, code=0):
        # The kernel counts the memory of the process that started this one, up to the exec: so a
        # small one starts it, GNU time, and not we.
        with tempfile.NamedTemporaryFile() as note:
            timed = ["time", "-q", "-f", "%M %U %S", "-o", note.name, *command]
            began = time.perf_counter()
            done = subprocess.run(
                timed, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            self.wall = time.perf_counter() - began
            if done.returncode != code:
                words = " ".join(map(str, command))
                sys.exit(f"{words}\nexit {done.returncode}: {done.stderr.decode(errors='replace')}")
            # Of an exit code other than 0 a line stands before the numbers.
            peak, user, system = note.read().split()[-3:]
            self.peak = int(peak) * 1024
            self.cpu = float(user) + float(system)


class Table:
    """Rows of what was measured, beside the bar where there is one."""

    def __init__(self):
        self.missed = False

    def heading(self, text):
        print(f"\n{text}\n{'-' * len(text)}")

    def row(self, what, value, unit="", bar=None):
        verdict = ""
        if bar is not None:
            good = value <= bar
            self.missed |= not good
            verdict = f"at most {bar:g}{unit}: {'ok' if good else 'MISSED'}"
        print(f"{what:<58} {value:10.3f}{unit:<4} {verdict}", flush=True)


class Homes:
    """Two Waxwing homes with the same people (vault in the keyring, vault under a passphrase), and
    a GnuPG home with the same keys and no passphrase."""

    def __init__(self, folder):
        self.folder = folder
        self.gnupg = folder / "gnupg"
        self.gnupg.mkdir(mode=0o700)
        self.env = dict(os.environ, GNUPGHOME=str(self.gnupg), HOME=str(folder), NO_COLOR="1")
        (folder / "pass").write_text(PASSPHRASE + "\n")
        for name, address in (("Alice", ME), ("Bob", FRIEND)):
            self.gpg("--quick-gen-key", f"{name} <{address}>", "future-default", "default", "never")
        bob, alice = folder / "bob.asc", folder / "alice.asc"
        bob.write_bytes(self.gpg("--armor", "--export", FRIEND))
        alice.write_bytes(self.gpg("--armor", "--export-secret-keys", ME))
        self.by_keyring = ["--home", str(folder / "keyring-home")]
        self.by_passphrase = ["--home", str(folder / "pass-home"), "--passphrase-file", str(folder / "pass")]
        for home in (self.by_keyring, self.by_passphrase):
            self.wax(home, "key", "import", str(alice))
            self.wax(home, "key", "import", str(bob))

    def gpg(self, *words):
        command = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        command += ["--no-auto-check-trustdb", "--trust-model", "always"]
        done = subprocess.run([*command, *words], env=self.env, capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"gpg {' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def wax(self, home, *words):
        return Run([str(WAX), *home, *words], self.env)


def draft(folder, mebibytes):
    """A letter with one attachment of so many MiB that does not compress."""
    path = folder / f"draft-{mebibytes}.eml"
    if not path.exists():
        data = base64.encodebytes(os.urandom(mebibytes * MIB)).decode()
        path.write_text(
            f"From: Alice <{ME}>\nTo: Bob <{FRIEND}>\nSubject: The figures\nMIME-Version: 1.0\n"
            'Content-Type: multipart/mixed; boundary="b0"\n\n'
            "--b0\nContent-Type: text/plain; charset=utf-8\n\nHere they are.\n"
            "--b0\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
            f'Content-Disposition: attachment; filename="figures.bin"\n\n{data}--b0--\n'
        )
    return path


def seal_and_open(homes, table, rounds, mebibytes):
    """`wax` beside `gpg` on the same bytes."""
    folder = homes.folder
    letter, sealed, inner = draft(folder, mebibytes), folder / "letter.eml", folder / "inner.mime"
    homes.wax(homes.by_keyring, "seal", str(letter), "-o", str(sealed))
    sealed_elsewhere = folder / "letter-pass.eml"
    homes.wax(homes.by_passphrase, "seal", str(letter), "-o", str(sealed_elsewhere))
    inner.write_bytes(homes.gpg("-d", str(sealed)))
    out = folder / "out"
    gpg = ["gpg", "--batch", "--yes", "--quiet", "--trust-model", "always", "--no-auto-check-trustdb"]
    candidates = {
        "gpg -z 0 -aes": lambda: Run(
            [*gpg, "-z", "0", "-u", ME, "-r", FRIEND, "-r", ME, "-aes", "-o", str(out), str(inner)], homes.env
        ),
        "wax seal": lambda: homes.wax(homes.by_keyring, "seal", str(letter), "-o", str(out)),
        "wax seal, with Argon2id": lambda: homes.wax(homes.by_passphrase, "seal", str(letter), "-o", str(out)),
        "gpg -d": lambda: Run([*gpg, "-o", str(out), "-d", str(sealed)], homes.env),
        "wax open": lambda: homes.wax(homes.by_keyring, "open", str(sealed)),
        "wax open, with Argon2id": lambda: homes.wax(homes.by_passphrase, "open", str(sealed_elsewhere)),
    }
    measured = {name: [] for name in candidates}
    # In another order each round: what a program left behind in the system's caches must not always
    # fall on the same next one.
    order, chance = list(candidates), random.Random(1)
    for _ in range(rounds):
        chance.shuffle(order)
        for name in order:
            out.unlink(missing_ok=True)
            measured[name].append(candidates[name]())
    wall = {name: statistics.median(r.wall for r in runs) for name, runs in measured.items()}
    peak = {name: max(r.peak for r in runs) for name, runs in measured.items()}
    size = sealed.stat().st_size
    table.heading(f"{mebibytes} MiB attachment (message: {size / MIB:.1f} MiB), median of {rounds}, interleaved")
    for name, runs in measured.items():
        cpu = statistics.median(r.cpu for r in runs)
        table.row(f"{name} (processor: {cpu:.2f} s)", wall[name], " s")
    for verb, base in (("seal", "gpg -z 0 -aes"), ("open", "gpg -d")):
        table.row(f"wax {verb} / {base}", wall[f"wax {verb}"] / wall[base], "", 0.7)
        table.row(f"wax {verb} / {base}, with Argon2id", wall[f"wax {verb}, with Argon2id"] / wall[base])
    for verb in ("seal", "open"):
        table.row(f"wax {verb}: peak memory / message", peak[f"wax {verb}"] / size, "", 3)
        table.row(f"wax {verb}: peak memory / message, with Argon2id", peak[f"wax {verb}, with Argon2id"] / size)


class Office:
    """S/MIME people of a small authority, for openssl, gpgsm and Waxwing alike."""

    def __init__(self, folder):
        self.folder = folder / "office"
        self.folder.mkdir(mode=0o700)
        self.gnupg = self.folder / "gnupg"
        self.gnupg.mkdir(mode=0o700)
        self.env = dict(os.environ, GNUPGHOME=str(self.gnupg), HOME=str(folder), NO_COLOR="1")
        (self.gnupg / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n")
        (self.gnupg / "gpg-agent.conf").write_text("allow-loopback-pinentry\n")
        (self.folder / "pass").write_text("x\n")
        self.home = ["--home", str(folder / "smime-home"), "--key-password-file", str(self.folder / "pass")]
        usage = "keyUsage=critical,keyCertSign,cRLSign"
        self.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
                 "-subj", "/CN=Bench CA", "-days", "3650", "-addext", usage)
        for name, address in (("alice", ME), ("bob", FRIEND)):
            self.issue(name, address)
        digest = self.run("openssl", "x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha1").decode()
        (self.gnupg / "trustlist.txt").write_text(digest.strip().split("=")[1] + " S relax\n")
        subprocess.run(["gpgconf", "--kill", "all"], env=self.env, check=False)
        Run([str(WAX), *self.home, "key", "import", str(self.folder / "alice.p12")], self.env)
        Run([str(WAX), *self.home, "key", "import", str(self.folder / "bob.pem")], self.env)

    def issue(self, name, address):
        extensions = self.folder / "extensions"
        extensions.write_text(
            f"subjectAltName=email:{address}\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
            "extendedKeyUsage=emailProtection\nbasicConstraints=CA:FALSE\n"
        )
        self.run("openssl", "req", "-new", "-newkey", "rsa:3072", "-nodes", "-keyout", f"{name}.key",
                 "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self.run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                 "-days", "1000", "-extfile", "extensions", "-out", f"{name}.pem")
        old = ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"]
        self.run("openssl", "pkcs12", "-export", "-in", f"{name}.pem", "-inkey", f"{name}.key", "-certfile", "ca.pem",
                 "-passout", "pass:x", "-out", f"{name}.p12", *old)
        self.run("gpgsm", "--batch", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--import", f"{name}.p12", text=b"x\n")

    def run(self, *command, text=b""):
        done = subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, input=text)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def shell(self, script):
        """A pipeline as a person would type it; its memory is the largest of its processes."""
        script = f"set -e -o pipefail; cd {self.folder}; {script}"
        return Run(["bash", "-c", script], self.env)

    def wax(self, *words, code=0):
        return Run([str(WAX), *self.home, *words], self.env, code)


def smime(office, table, rounds, mebibytes):
    """`wax` beside `openssl cms` and `gpgsm` on the same bytes."""
    letter, sealed = draft(office.folder, mebibytes), office.folder / "letter.eml"
    office.wax("seal", str(letter), "-o", str(sealed))
    office.shell("openssl cms -decrypt -in letter.eml -recip alice.pem -inkey alice.key -out inner.mime")
    # What gpgsm makes and opens is the same entity, signed inside and in base64 outside, as mail is.
    gpgsm = "gpgsm --batch --yes --quiet --pinentry-mode loopback --passphrase-fd 0"
    password = "printf 'x\\n'"
    seal_gpgsm = (
        f"{password} | {gpgsm} -u /CN=alice --sign -o signed.p7m inner.mime 2>/dev/null; "
        f"{gpgsm} --base64 --cipher-algo AES256 -r /CN=bob -r /CN=alice -e -o OUT signed.p7m 2>/dev/null </dev/null"
    )
    office.shell(seal_gpgsm.replace("OUT", "gpgsm.p7m"))
    candidates = {
        "openssl cms -sign | -encrypt": lambda: office.shell(
            "openssl cms -sign -in inner.mime -signer alice.pem -inkey alice.key"
            " | openssl cms -encrypt -aes-256-cbc -out out bob.pem alice.pem"
        ),
        "gpgsm --sign, -e": lambda: office.shell(seal_gpgsm.replace("OUT", "out")),
        "wax seal": lambda: office.wax("seal", str(letter), "-o", str(office.folder / "out")),
        "openssl cms -decrypt | -verify": lambda: office.shell(
            "openssl cms -decrypt -in letter.eml -recip alice.pem -inkey alice.key"
            " | openssl cms -verify -CAfile ca.pem -purpose any -out out 2>/dev/null"
        ),
        "gpgsm -d, --verify": lambda: office.shell(
            f"{password} | {gpgsm} --assume-base64 -d -o signed.out gpgsm.p7m 2>/dev/null;"
            f" {gpgsm} --verify -o out signed.out 2>/dev/null </dev/null"
        ),
        "wax open": lambda: office.wax("open", str(sealed)),
    }
    measured = {name: [] for name in candidates}
    order, chance = list(candidates), random.Random(2)
    for _ in range(rounds):
        chance.shuffle(order)
        for name in order:
            for left in ("out", "signed.p7m", "signed.out"):
                (office.folder / left).unlink(missing_ok=True)
            measured[name].append(candidates[name]())
    wall = {name: statistics.median(r.wall for r in runs) for name, runs in measured.items()}
    peak = {name: max(r.peak for r in runs) for name, runs in measured.items()}
    size = sealed.stat().st_size
    table.heading(f"S/MIME, {mebibytes} MiB attachment (message: {size / MIB:.1f} MiB), median of {rounds}, interleaved")
    for name, runs in measured.items():
        cpu = statistics.median(r.cpu for r in runs)
        table.row(f"{name} (processor: {cpu:.2f} s)", wall[name], " s")
    for verb, by_openssl, by_gpgsm in (
        ("seal", "openssl cms -sign | -encrypt", "gpgsm --sign, -e"),
        ("open", "openssl cms -decrypt | -verify", "gpgsm -d, --verify"),
    ):
        table.row(f"wax {verb} / {by_openssl}", wall[f"wax {verb}"] / wall[by_openssl], "", 1.0)
        table.row(f"wax {verb} / {by_gpgsm}", wall[f"wax {verb}"] / wall[by_gpgsm], "", 1 / 3)
        table.row(f"wax {verb}: peak memory / message", peak[f"wax {verb}"] / size, "", 5)


def one_time_for_all_damage(office, table, rounds):
    """A garbled key, a changed byte and a wrong padding take the same time (rule 27)."""
    message = (office.folder / "letter.eml").read_bytes()
    head, body = message.split(b"\r\n\r\n", 1)
    cms = bytearray(base64.b64decode(body))
    key = cms.find(bytes.fromhex("04820180"), 0, 4000)
    if key < 0:
        sys.exit("no RSA-3072 encryptedKey at the head of the message")
    second = cms.find(bytes.fromhex("04820180"), key + 100, 4000)
    damages = {"a garbled key": [key + 200, second + 200], "a changed last block": [len(cms) - 1], "wrong padding": [len(cms) - 17]}
    measured = {name: [] for name in damages}
    files = {}
    for name, places in damages.items():
        altered = bytearray(cms)
        for place in places:
            altered[place] ^= 0x55
        files[name] = office.folder / (name.replace(" ", "-") + ".eml")
        files[name].write_bytes(head + b"\r\n\r\n" + base64.encodebytes(bytes(altered)))
    order, chance = list(damages), random.Random(3)
    for _ in range(rounds):
        chance.shuffle(order)
        for name in order:
            measured[name].append(office.wax("open", str(files[name]), code=1).cpu)
    table.heading(f"One time for all damage, median processor seconds of {rounds}")
    medians = {name: statistics.median(times) for name, times in measured.items()}
    noise = max(max(times) - min(times) for times in measured.values())
    for name, median in medians.items():
        table.row(name, median, " s")
    table.row("largest difference of the medians / spread of one", (max(medians.values()) - min(medians.values())) / max(noise, 0.01), "", 1.0)


def memory_by_size(homes, table, sizes):
    table.heading("Peak memory by size of the attachment")
    for mebibytes in sizes:
        sealed = homes.folder / "sized.eml"
        letter = draft(homes.folder, mebibytes)
        sealing = homes.wax(homes.by_keyring, "seal", str(letter), "-o", str(sealed))
        opening = homes.wax(homes.by_keyring, "open", str(sealed))
        size = sealed.stat().st_size
        for verb, run in (("seal", sealing), ("open", opening)):
            what = f"{mebibytes:4d} MiB: wax {verb} {run.peak / MIB:.0f} MiB in {run.wall:.2f} s; of the message"
            table.row(what, run.peak / size)
        letter.unlink()
        sealed.unlink()


def thousand_certs(homes):
    """1,000 certificates in one file, made once and kept."""
    kept = CACHE / "certs-1000.pgp"
    if not kept.exists():
        print("Making 1,000 certificates (once) …", flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=homes.folder) as folder:
            env = dict(homes.env, GNUPGHOME=folder)
            for first in range(0, 1000, 100):
                blocks = "".join(
                    f"%no-protection\nKey-Type: eddsa\nKey-Curve: ed25519\nSubkey-Type: ecdh\nSubkey-Curve: cv25519\n"
                    f"Name-Real: Person {n}\nName-Email: person{n}@example.net\nExpire-Date: 0\n%commit\n"
                    for n in range(first, first + 100)
                )
                command = ["gpg", "--batch", "--quiet", "--no-auto-check-trustdb", "--gen-key"]
                subprocess.run(command, input=blocks.encode(), env=env, check=True, capture_output=True)
            certs = subprocess.run(["gpg", "--batch", "--export"], env=env, check=True, capture_output=True)
            subprocess.run(["gpgconf", "--kill", "all"], env=env, check=False)
            partial = kept.with_suffix(".new")
            partial.write_bytes(certs.stdout)
            partial.rename(kept)
    return kept


class Screen:
    """An X server without a window manager whose pixels are a file that we can watch."""

    def __init__(self, folder):
        self.folder = folder / "screen"
        self.folder.mkdir()
        reading, writing = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-fbdir", str(self.folder), "-nolisten", "tcp"],
            pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        self.display = ":" + os.read(reading, 16).decode().strip()
        file = open(self.folder / "Xvfb_screen0", "rb")
        self.pixels = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header, = struct.unpack(">I", self.pixels[:4])
        colours, = struct.unpack(">I", self.pixels[76:80])
        self.start = header + colours * 12
        self.line = 1280 * 4

    def colours(self):
        """How many colours stand on every tenth line."""
        seen = set()
        for y in range(5, 800, 10):
            at = self.start + y * self.line
            line = self.pixels[at:at + self.line]
            seen.update(line[i:i + 4] for i in range(0, self.line, 20))
        return len(seen)

    def stop(self):
        self.server.terminate()
        self.server.wait()


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def window(homes, table, rounds):
    """From the start of the process to pixels on the screen; then ten seconds of doing nothing."""
    certs = thousand_certs(homes)
    homes.wax(homes.by_keyring, "key", "import", str(certs))
    firsts, idle, size = [], 0.0, 0
    for turn in range(rounds):
        screen = Screen(pathlib.Path(tempfile.mkdtemp(dir=homes.folder)))
        env = dict(homes.env, DISPLAY=screen.display, LIBGL_ALWAYS_SOFTWARE="1")
        empty = screen.colours()
        began = time.perf_counter()
        program = subprocess.Popen(
            [str(WINDOW), *homes.by_keyring], env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            # A bare window is one colour more than an empty screen; a drawn one is many.
            while screen.colours() < empty + 8:
                if program.poll() is not None or time.perf_counter() - began > 30:
                    sys.exit("the window drew nothing within 30 s")
                time.sleep(0.002)
            firsts.append(time.perf_counter() - began)
            if turn == rounds - 1:
                time.sleep(3)  # certificates and letters are read behind the first frame
                before = processor_seconds(program.pid)
                time.sleep(10)
                idle = processor_seconds(program.pid) - before
                size = resident(program.pid)
        finally:
            program.kill()
            program.wait()
            screen.stop()
    table.heading("The window, with 1,000 certificates, drawn in software (llvmpipe)")
    table.row(f"first frame, median of {rounds}", statistics.median(firsts), " s", 0.3)
    table.row("processor time in 10 idle seconds", idle, " s", 0.05)
    table.row("resident memory", size / 1e6, " MB", 150)


def chains(table):
    """Validations of S/MIME chains, in one process and thread."""
    table.heading("S/MIME chains")
    command = ["target/release/examples/chains"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate, size = told.split()
    table.row(f"a second, out of a store of {size} certificates", float(rate))
    table.row("milliseconds for one", 1000 / float(rate), " ms", 1)


def many(table, rounds, folder):
    """An mbox of 10,000 signed letters, beside gpgv started for each and the bare mathematics."""
    table.heading("Reading 10,000 signed letters, 2 KiB each, of 50 people")
    letters = PROGRAMS / "examples/letters"
    folder = folder / "letters"
    folder.mkdir()
    subprocess.run([letters, "make", folder], check=True)
    env = dict(os.environ, HOME=str(folder), GNUPGHOME=str(folder / "gnupg"), NO_COLOR="1")
    (folder / "gnupg").mkdir(mode=0o700)
    ring = folder / "keys.gpg"
    subprocess.run(["gpg", "--batch", "--quiet", "--yes", "--dearmor", "-o", ring, folder / "keys.asc"], env=env, check=True)
    mbox = folder / "all.mbox"
    wax, gpgv, raw, again = [], [], [], []
    for number in range(rounds):
        home = folder / f"home{number}"
        subprocess.run(
            [WAX, "--home", home, "key", "import", folder / "keys.asc"], env=env, check=True, stdout=subprocess.DEVNULL
        )
        line = [WAX, "--home", home, "open", mbox, "--json", "--require", "verified"]
        run = Run(line, env)
        wax.append(run.wall)
        again.append(Run(line, env).wall)
        raw.append(float(subprocess.run([letters, "raw"], check=True, capture_output=True).stdout))
        began = time.perf_counter()
        for letter in range(200):
            subprocess.run(
                ["gpgv", "--quiet", "--keyring", ring, folder / f"{letter}.asc", folder / f"{letter}.txt"],
                env=env, check=True, stderr=subprocess.DEVNULL,
            )
        gpgv.append((time.perf_counter() - began) / 200 * 10_000)
    middle = statistics.median
    table.row("wax open", middle(wax), " s")
    table.row("the same again, from what is remembered", middle(again), " s")
    table.row("gpgv once a letter", middle(gpgv), " s")
    table.row("wax / gpgv", middle(w / g for w, g in zip(wax, gpgv)), "", 1 / 75)
    table.row("wax / the signatures alone", middle(w / r for w, r in zip(wax, raw)), "", 2.5)
    table.row("peak memory", run.peak / MIB, " MiB")


def passes(table):
    """What `tests/bench/run` had measured of the pages: the slowest pass of each, painting excluded."""
    lines = pathlib.Path(os.environ["WAXWING_PASSES"]).read_text().splitlines()
    # The first of a test stands behind the test's own name.
    found = [line.partition("pass: ")[2].split(": ") for line in lines if "pass: " in line]
    if len(found) < 4:
        sys.exit("the pages were not measured:\n" + "\n".join(lines))
    table.heading("A pass over a page, the slowest while scrolling or typing, painting excluded")
    for page, took in found:
        bar = 16 if "typing" in page else 8
        table.row(page, float(took.removesuffix(" ms")), " ms", bar)
    far = [line.partition("check: ")[2].split(" s, ") for line in lines if "check: " in line]
    if len(far) != 1:
        sys.exit("the check-up was not measured:\n" + "\n".join(lines))
    (took, questions), = far
    table.heading("Checking a domain up, each answer of a real name server 20 ms away")
    table.row(f"wax check, {questions}", float(took), " s", 3)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--quick", action="store_true", help="25 MiB only, and no window")
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = options.parse_args()
    if not options.inside:
        return inside_a_session(sys.argv[1:])
    table = Table()
    passes(table)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wb.", dir="/tmp"))
    try:
        homes = Homes(folder)
        seal_and_open(homes, table, options.rounds, 25)
        office = Office(folder)
        smime(office, table, options.rounds, 25)
        one_time_for_all_damage(office, table, options.rounds)
        subprocess.run(["gpgconf", "--kill", "all"], env=office.env, check=False)
        chains(table)
        many(table, min(options.rounds, 3), folder)
        if not options.quick:
            memory_by_size(homes, table, [1, 5, 25, 100])
            window(homes, table, min(options.rounds, 5))
        subprocess.run(["gpgconf", "--kill", "all"], env=homes.env, check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if table.missed else 0


def inside_a_session(words):
    """Starts this script again under a D-Bus and a keyring of its own, with a home of its own."""
    home = tempfile.mkdtemp(prefix="wb.", dir="/tmp")
    env = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        env.pop(name, None)
    script = (
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
        'exec python3 -B "$0" --inside "$@"'
    )
    command = ["dbus-run-session", "--", "bash", "-c", script, __file__, *words]
    try:
        return subprocess.run(command, env=env).returncode
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
