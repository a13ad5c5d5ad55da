# Sourced by packaging/start and tests/run: asks dpkg for Debian packages and has apt install
# what is missing. Nothing is asked of the network when all is there.

say() { printf '%s\n' "$*"; }

# need_packages WHY PACKAGE…: all of them are there afterwards, or the script ends.
need_packages() {
    local why=$1 missing=() package
    shift
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "This is no Debian or Ubuntu, so nothing was installed. $why: please install what"
        say "your system calls these Debian packages, and start again with WAXWING_HAVE_PACKAGES=1:"
        say "  $*"
        [ "${WAXWING_HAVE_PACKAGES:-}" = 1 ] && { say "WAXWING_HAVE_PACKAGES=1: taken as there."; return; }
        exit 1
    fi
    for package; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        say "$why: all $# packages are there."
        return
    fi
    say "$why: installing ${missing[*]}"
    local root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { say "Installing needs root, and there is no sudo: please run 'apt-get install ${missing[*]}' as root, and start again."; exit 1; }
        root=(sudo)
        say "sudo may ask for your password."
    fi
    apt_quietly "${root[@]}"
}

# apt_quietly [sudo]: installs `missing` without questions; servers among them are not started.
apt_quietly() {
    local environment=(env DEBIAN_FRONTEND=noninteractive) guard=/usr/sbin/policy-rc.d guarded=no
    if [[ " ${missing[*]} " == *" postfix "* ]]; then
        printf 'postfix postfix/main_mailer_type select No configuration\n' |
            "$@" debconf-set-selections
    fi
    if [ ! -e $guard ]; then
        printf '#!/bin/sh\nexit 101\n' | "$@" tee $guard >/dev/null
        "$@" chmod 755 $guard
        guarded=yes
    fi
    local done=0
    "$@" "${environment[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
        { "$@" "${environment[@]}" apt-get update -qq &&
          "$@" "${environment[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null; } ||
        done=$?
    [ $guarded = no ] || "$@" rm -f $guard
    [ $done = 0 ] || { say "apt could not install them (see above). Check the network and the package sources, and start again."; exit 1; }
}
