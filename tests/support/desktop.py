"""A desktop without a screen, and a hand on it: finds parts of the window the way a screen reader
does (AT-SPI) and presses them where they stand on the screen (xdotool).

Run under `dbus-run-session`, with Debian's python3. Needs Xvfb, openbox, xdotool, at-spi2-core and
python3-pyatspi; pictures need pngquant.
"""

import mmap
import os
import pathlib
import struct
import subprocess
import tempfile
import time
import zlib

PATIENCE = 60.0

# What pyatspi calls the roles of AccessKit.
ROLES = {
    "button": {"push button", "button", "toggle button"},
    "tab": {"page tab", "toggle button"},
    "entry": {"entry", "text"},
    "secret": {"password text"},
    "heading": {"heading"},
    "option": {"list item"},
    "label": {"label", "static"},
    "fold": {"toggle button", "push button"},
    "image": {"image"},
}

# No frame around windows: then a window stands where it is put, to the pixel.
OPENBOX = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew><followMouse>no</followMouse></focus>
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
  <applications><application class="*"><decor>no</decor></application></applications>
</openbox_config>
"""

# What has the keyboard beside the thing in it that has it.
BORES = {"frame", "window", "application"}


class Missing(Exception):
    """Something did not come up in time."""


class Desktop:
    """An X server, a window manager, the accessibility bus, and one program."""

    def __init__(
        self, program, home, size=(1280, 800), theme="light", arguments=(), screen=(1600, 1200), scale=1, hand=True
    ):
        """Sizes are in pixels. With `hand` off nothing but the accessibility bus touches the window."""
        self.processes = []
        self.clicks = 0
        self.screen = screen
        self.pixels = None
        # Away from the corner when there is room: a window at 0,0 would hide mistakes about places.
        self.corner = tuple(min(gap, all_of - part) for gap, all_of, part in zip((20, 40), screen, size))
        self.folder = tempfile.TemporaryDirectory()
        read, write = os.pipe()
        screens = ["-screen", "0", f"{screen[0]}x{screen[1]}x24", "-fbdir", self.folder.name]
        self._start(["Xvfb", "-displayfd", str(write), *screens, "-nolisten", "tcp"], [write])
        os.close(write)
        with os.fdopen(read) as number:
            os.environ["DISPLAY"] = ":" + number.readline().strip()
        for name in ("WAYLAND_DISPLAY", "WAYLAND_SOCKET"):
            os.environ.pop(name, None)
        os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"
        if scale != 1:
            os.environ["WINIT_X11_SCALE_FACTOR"] = str(scale)
        manners = pathlib.Path(self.folder.name, "openbox.xml")
        manners.write_text(OPENBOX)
        self._start(["openbox", "--config-file", str(manners)])
        # It starts a bus that may outlive it, and would hold open what this script writes to.
        self._start([_launcher(), "--launch-immediately"], stderr=subprocess.DEVNULL)
        _switch_accessibility_on()
        self.started = time.monotonic()
        self.program = self._start([program, "--home", str(home), "--theme", theme, *arguments])
        if not hand:
            return
        self.window = self._wait("the window", self._find_window)
        self.run("xdotool", "windowsize", "--sync", self.window, *map(str, size))
        # Not --sync: it waits for a movement, and the window may stand there already.
        self.run("xdotool", "windowmove", self.window, *map(str, self.corner))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(self, command, descriptors=(), stderr=None):
        quiet = {"stdout": subprocess.DEVNULL} if command[0] != "waxwing" else {}
        # Whatever becomes of this script, nothing of it stays behind and holds its output open.
        bound = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        process = subprocess.Popen(bound, pass_fds=descriptors, stderr=stderr, **quiet)
        self.processes.append(process)
        return process

    @staticmethod
    def run(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _find_window(self):
        search = ["xdotool", "search", "--onlyvisible", "--pid", str(self.program.pid)]
        found = subprocess.run(search, capture_output=True, text=True).stdout.split()
        return found[-1] if found else None

    def _wait(self, what, look, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while True:
            found = look()
            if found:
                return found
            if self.program_is_over():
                raise Missing(f"the program ended while waiting for {what}")
            if time.monotonic() > deadline:
                raise Missing(f"{what} did not come up; heard:\n{self.heard()}")
            time.sleep(0.05)

    def program_is_over(self):
        program = getattr(self, "program", None)
        return program is not None and program.poll() is not None

    def nodes(self):
        """Every node of the program, in the order of the tree."""
        import pyatspi

        def walk(node):
            yield node
            for index in range(node.childCount):
                child = node.getChildAtIndex(index)
                if child is not None:
                    yield from walk(child)

        for application in pyatspi.Registry.getDesktop(0):
            if application is not None and application.get_process_id() == self.program.pid:
                yield from walk(application)

    def heard(self):
        try:
            nodes = [(n.getRoleName(), n.name) for n in self.nodes() if n.name]
        except Exception as error:  # The tree may change while it is read.
            return repr(error)
        return "\n".join(f"  {role}: {name}" for role, name in nodes)

    def _look(self, role, name, whole=True):
        try:
            for node in self.nodes():
                heard = node.name or ""
                same = heard == name if whole else name in heard
                if same and node.getRoleName() in ROLES[role]:
                    return node
        except Exception:  # Nodes vanish while the window draws itself anew.
            return None
        return None

    def until(self, role, name, whole=True, patience=PATIENCE):
        """Waits until such a node is there, and gives it back."""
        what = f"{role} “{name}”"
        return self._wait(what, lambda: self._look(role, name, whole), patience)

    def comes(self, role, name, whole=True, patience=PATIENCE):
        """Whether such a node comes up in time."""
        try:
            return self.until(role, name, whole, patience)
        except Missing:
            return None

    def place(self, role, name, whole=True):
        """The middle of a node on the screen, once it stands still."""
        import pyatspi

        before = None

        def still():
            nonlocal before
            node = self._look(role, name, whole)
            if node is None:
                return None
            try:
                box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
            except Exception:
                return None
            now = (box.x, box.y, box.width, box.height)
            settled = now == before and box.width > 0
            before = now
            time.sleep(0.1)
            return now if settled else None

        x, y, width, height = self._wait(f"{role} “{name}”", still)
        return x + width // 2, y + height // 2

    def inside(self, role, name, whole=True):
        """Demands that all of a node stands on the screen."""
        import pyatspi

        self.place(role, name, whole)
        box = self.until(role, name, whole).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        width, height = self.screen
        if box.x < 0 or box.y < 0 or box.x + box.width > width or box.y + box.height > height:
            raise Missing(f"{role} “{name}” stands at {box.x},{box.y} and is {box.width}×{box.height}: not on screen")

    def _extent(self):
        """Width and height of the window."""
        lines = self.run("xdotool", "getwindowgeometry", "--shell", self.window).split()
        box = dict(line.split("=") for line in lines)
        return int(box["WIDTH"]), int(box["HEIGHT"])

    def press(self, role, name, whole=True):
        """Moves the pointer onto a node and presses the left button."""
        x, y = self.place(role, name, whole)
        left, top = self.corner
        width, height = self._extent()
        # The bottom line covers what scrolls under it.
        right, bottom = left + width, top + height - 56
        for _ in range(20):
            if top <= y < bottom:
                break
            # Out of sight: the wheel brings it in, as a person would.
            middle = str((left + right) // 2), str((top + bottom) // 2)
            wheel = "5" if y >= bottom else "4"
            # Not --sync: it waits for a movement, and the pointer may be there already.
            self.run("xdotool", "mousemove", *middle, "click", wheel)
            x, y = self.place(role, name, whole)
        self.run("xdotool", "mousemove", "--sync", str(x), str(y), "click", "1")
        self.clicks += 1

    def focused(self):
        """The node that has the keyboard, when one of the program has it."""
        import pyatspi

        try:
            for node in self.nodes():
                if node.getState().contains(pyatspi.STATE_FOCUSED) and node.getRoleName() not in BORES:
                    return node
        except Exception:  # Nodes vanish while the window draws itself anew.
            return None
        return None

    def tab_to(self, role, name, whole=True, key="Tab"):
        """Presses Tab until a node has the keyboard, as somebody without a pointer does."""
        self.until(role, name, whole)
        path = []
        for _ in range(80):
            node = self.focused()
            if node is not None:
                heard = node.name or ""
                same = heard == name if whole else name in heard
                if same and node.getRoleName() in ROLES[role]:
                    return
            path.append(self._hear(node))
            self.key(key)
            self._moved_from(node)
        raise Missing(f"{key} never came to {role} “{name}”; it came by:\n" + "\n".join(path))

    @staticmethod
    def _hear(node):
        try:
            return "  nothing" if node is None else f"  {node.getRoleName()}: {node.name}"
        except Exception:
            return "  something that is gone"

    def _moved_from(self, before, patience=2.0):
        """Waits until the keyboard is elsewhere: a key takes a moment to be seen on the bus."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            now = self.focused()
            if now is not None and now != before:
                return
            time.sleep(0.03)

    def act(self, role, name, whole=True):
        """Presses a node through the accessibility bus, as a switch or a voice does."""
        node = self.until(role, name, whole)
        if not node.queryAction().doAction(0):
            raise Missing(f"{role} “{name}” has no action")

    def put(self, role, name, text, whole=True):
        """Sets the text of a field through the accessibility bus, as dictation does."""
        node = self.until(role, name, whole)
        if not node.queryEditableText().setTextContents(text):
            raise Missing(f"{role} “{name}” takes no text")

    def type(self, text):
        """Types where the focus is."""
        first, *rest = text.split("\n")
        self.run("xdotool", "type", "--delay", "8", "--", first)
        for line in rest:
            self.key("Return")
            if line:
                self.run("xdotool", "type", "--delay", "8", "--", line)

    def holds(self, role, name, text, patience=PATIENCE):
        """Waits until a field holds this text: what was typed is not in it at once."""

        def held():
            node = self._look(role, name)
            try:
                field = node and node.queryText()
                return field and field.getText(0, field.characterCount).strip() == text.strip()
            except Exception:
                return None

        self._wait(f"“{text}” in {role} “{name}”", held, patience)

    def key(self, name):
        """Presses a key or a combination."""
        self.run("xdotool", "key", "--clearmodifiers", name)

    def write(self, role, name, text):
        """Presses a field and types into it."""
        self.press(role, name)
        time.sleep(0.1)
        self.type(text)

    def replace(self, role, name, text):
        """As `write`, in place of what the field held."""
        self.press(role, name)
        time.sleep(0.1)
        self.key("ctrl+a")
        self.key("Delete")
        if text:
            self.type(text)

    def wheel(self, turns):
        """Turns the wheel down over the middle of the window."""
        left, top, width, height = self._extent_on_screen()
        middle = (str(left + width // 2), str(top + height // 2))
        self.run("xdotool", "mousemove", *middle, "click", "--repeat", str(turns), "--delay", "40", "5")

    def _extent_on_screen(self):
        return (*self.corner, *self._extent())

    def resize(self, width, height):
        """Gives the window another size."""
        if self._extent() != (width, height):
            self.run("xdotool", "windowsize", "--sync", self.window, str(width), str(height))

    def _pixels(self):
        """The window's pixels as lines of four bytes each (blue, green, red, nothing), and its size."""
        width, height = self._extent()
        if self.pixels is None:
            file = open(f"{self.folder.name}/Xvfb_screen0", "rb")
            self.pixels = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        # An XWD dump: the header says how long it is, and how many colours and bytes a line has.
        head, = struct.unpack(">I", self.pixels[0:4])
        bytes_a_line, = struct.unpack(">I", self.pixels[48:52])
        colours, = struct.unpack(">I", self.pixels[76:80])
        start = head + colours * 12
        left, top = self.corner
        lines = []
        for y in range(top, top + height):
            at = start + y * bytes_a_line + left * 4
            lines.append(self.pixels[at:at + width * 4])
        return lines, width, height

    def still(self, patience=10.0, rest=0.25):
        """Waits until nothing in the window has moved for a moment, and gives its pixels."""
        deadline = time.monotonic() + patience
        before, since = None, time.monotonic()
        while True:
            now = self._pixels()
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > rest:
                return now
            if time.monotonic() > deadline:
                raise Missing("the window never came to rest")
            time.sleep(0.03)

    def picture(self, path):
        """Takes a picture of the window once it stands still: few colours, a small file."""
        # The pointer is drawn on the screen too: out of the way with it.
        self.run("xdotool", "mousemove", *(str(edge - 1) for edge in self.screen))
        lines, width, height = self.still()
        raw = b"".join(b"\0" + _rgb(line) for line in lines)
        png = _png(width, height, raw)
        quantise = ["pngquant", "--strip", "--speed", "3", "--nofs", "64", "-"]
        done = subprocess.run(quantise, input=png, stdout=subprocess.PIPE, check=True)
        pathlib.Path(path).write_bytes(done.stdout)


def _rgb(line):
    """A line of blue, green, red, nothing as red, green, blue."""
    out = bytearray(len(line) // 4 * 3)
    out[0::3], out[1::3], out[2::3] = line[2::4], line[1::4], line[0::4]
    return bytes(out)


def _png(width, height, raw):
    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(raw, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _launcher():
    for path in ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher"):
        if os.path.exists(path):
            return path
    raise Missing("at-spi-bus-launcher: install at-spi2-core")


def _switch_accessibility_on():
    """Tells programs that somebody listens, as a screen reader does when it starts."""
    import gi

    gi.require_version("Gio", "2.0")
    from gi.repository import Gio, GLib

    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            bus.call_sync(
                "org.a11y.Bus",
                "/org/a11y/bus",
                "org.freedesktop.DBus.Properties",
                "Set",
                GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True))),
                None,
                Gio.DBusCallFlags.NONE,
                5000,
            )
            return
        except GLib.Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
