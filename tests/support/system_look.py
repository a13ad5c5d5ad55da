#!/usr/bin/python3
"""The window follows the desktop's light and dark, as a played settings portal tells it.

    dbus-run-session -- /usr/bin/python3 system_look.py PROGRAM speaking|silent

Prints what was seen; exits 1 at the first that is not.
"""

import subprocess
import sys
import tempfile
import threading

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

from desktop import Desktop, Missing

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SETTINGS = "org.freedesktop.portal.Settings"
APPEARANCE = "org.freedesktop.appearance"
INTERFACE = f"""<node><interface name="{SETTINGS}">
  <method name="ReadOne"><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="v" direction="out"/></method>
  <method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="v" direction="out"/></method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>"""


class Portal:
    """The settings of a desktop. `scheme` is 1 for dark, 2 for light; a silent one never answers."""

    def __init__(self, scheme, silent):
        self.scheme, self.silent = scheme, silent
        self.asked = threading.Event()
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        ready = threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        ready.wait()

    def _serve(self, ready):
        # Events of its own: those of the screen reader's library belong to the thread that presses, and in
        # two threads they take Python down.
        context = GLib.MainContext.new()
        context.push_thread_default()
        interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
        self.bus.register_object(PATH, interface, self._call, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
        ready.set()
        GLib.MainLoop.new(context, False).run()

    def _call(self, _bus, _sender, _path, _interface, method, _arguments, invocation):
        self.asked.set()
        if self.silent:
            return
        value = GLib.Variant("u", self.scheme)
        value = value if method == "ReadOne" else GLib.Variant("v", value)
        invocation.return_value(GLib.Variant("(v)", (value,)))

    def change(self, scheme):
        self.scheme = scheme
        told = GLib.Variant("(ssv)", (APPEARANCE, "color-scheme", GLib.Variant("u", scheme)))
        self.bus.emit_signal(None, PATH, SETTINGS, "SettingChanged", told)


def is_dark(desktop):
    """Whether the paper at the window's upper edge is dark."""
    picture = ["import", "-window", desktop.window, "-crop", "1x1+600+6", "-depth", "8", "gray:-"]
    seen = subprocess.run(picture, capture_output=True).stdout
    return None if not seen else seen[0] < 128


def until(desktop, dark):
    what = "dark paper" if dark else "light paper"
    desktop._wait(what, lambda: is_dark(desktop) is dark)
    print(what)


def main():
    portal = Portal(1, sys.argv[2] == "silent")
    with tempfile.TemporaryDirectory() as home:
        with Desktop(sys.argv[1], home, theme="system") as desktop:
            desktop.until("button", "Next")
            if not portal.asked.wait(20):
                raise Missing("the portal was never asked")
            if portal.silent:
                # What nobody says is paper; the window is there all the same.
                until(desktop, False)
            else:
                until(desktop, True)
                portal.change(2)
                until(desktop, False)
                portal.change(1)
                until(desktop, True)
    print("done")


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"failed: {missing}")
