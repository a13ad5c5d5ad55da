"""A desktop without a screen, and a hand on it: finds parts of the window the way a screen reader
does (AT-SPI) and presses them where they stand on the screen (xdotool).

Run under `dbus-run-session`, with Debian's python3. Needs Xvfb, openbox, xdotool, at-spi2-core and
python3-pyatspi; pictures need imagemagick.
"""

import os
import pathlib
import shutil
import subprocess
import time

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


class Missing(Exception):
    """Something did not come up in time."""


class Desktop:
    """An X server, a window manager, the accessibility bus, and one program."""

    def __init__(self, program, home, size=(1280, 800), theme="light", arguments=()):
        self.processes = []
        self.size = size
        read, write = os.pipe()
        self._start(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1200x24"], [write])
        os.close(write)
        with os.fdopen(read) as number:
            os.environ["DISPLAY"] = ":" + number.readline().strip()
        for name in ("WAYLAND_DISPLAY", "WAYLAND_SOCKET"):
            os.environ.pop(name, None)
        os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"
        self._start(["openbox"])
        self._start([_launcher(), "--launch-immediately"])
        _switch_accessibility_on()
        self.program = self._start([program, "--home", str(home), "--theme", theme, *arguments])
        self.window = self._wait("the window", self._find_window)
        width, height = map(str, size)
        self.run("xdotool", "windowsize", "--sync", self.window, width, height)
        self.run("xdotool", "windowmove", "--sync", self.window, "20", "40")

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

    def _start(self, command, descriptors=()):
        quiet = {"stdout": subprocess.DEVNULL} if command[0] != "waxwing" else {}
        process = subprocess.Popen(command, pass_fds=descriptors, **quiet)
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

    def _page(self):
        """Left, top, right and bottom of what pages may take of the screen."""
        lines = self.run("xdotool", "getwindowgeometry", "--shell", self.window).split()
        box = dict(line.split("=") for line in lines)
        x, y, width, height = (int(box[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        # xdotool counts the frame around the window twice in Y: the top is not exact.
        return x, y - 80, x + width, y + height - 80

    def press(self, role, name, whole=True):
        """Moves the pointer onto a node and presses the left button."""
        x, y = self.place(role, name, whole)
        left, top, right, bottom = self._page()
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

    def type(self, text):
        """Types where the focus is."""
        first, *rest = text.split("\n")
        self.run("xdotool", "type", "--delay", "8", "--", first)
        for line in rest:
            self.key("Return")
            if line:
                self.run("xdotool", "type", "--delay", "8", "--", line)

    def key(self, name):
        """Presses a key or a combination."""
        self.run("xdotool", "key", "--clearmodifiers", name)

    def write(self, role, name, text):
        """Presses a field and types into it."""
        self.press(role, name)
        time.sleep(0.1)
        self.type(text)

    def resize(self, width, height):
        """Gives the window another size."""
        self.run("xdotool", "windowsize", "--sync", self.window, str(width), str(height))
        time.sleep(0.6)

    def picture(self, path):
        """Takes a picture of the window, few colours, small file."""
        self.run("xdotool", "mousemove", "1590", "1190")
        time.sleep(0.5)
        raw = str(path) + ".raw.png"
        self.run("import", "-window", self.window, raw)
        if shutil.which("pngquant"):
            self.run("pngquant", "--force", "--strip", "--output", str(path), "256", raw)
        else:
            self.run("convert", raw, "-strip", "-colors", "256", "PNG8:" + str(path))
        pathlib.Path(raw).unlink()


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
