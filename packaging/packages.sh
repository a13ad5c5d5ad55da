# Sourced by packaging/start and tests/run: asks dpkg for Debian packages and has apt install
# what is missing. Nothing is asked of the network when all is there.

# Opened by name when the window opens: keyboard and pointer, OpenGL, fonts, the bus to the desktop's
# file dialogs. The linker knows nothing of them.
window_libraries=(
    libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxrender1 libxkbcommon0 libxkbcommon-x11-0
    libwayland-client0 libwayland-egl1 libegl1 libgl1 libfontconfig1 libdbus-1-3
)

say() { printf '%s\n' "$*"; }

# need_packages WHY PACKAGE…: all of them are there afterwards, or the script ends.
need_packages() {
    local why=$1 missing=() package debian=yes
    shift
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || debian=no
    for package; do
        if [ $debian = yes ]; then
            dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed
        else
            there_elsewhere "$package"
        fi || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        say "$why: all $# packages are there."
        return
    fi
    if [ $debian = no ]; then
        say "$why, these are missing (by their Debian names): ${missing[*]}"
        say "This is no Debian or Ubuntu: please install them by your system's own means, and start again."
        exit 1
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

# there_elsewhere PACKAGE: whether a system without dpkg has what Debian's PACKAGE brings.
there_elsewhere() {
    case $1 in
        gcc) command -v cc ;;
        libc6-dev) echo '#include <stdio.h>' | cc -E - ;;
        libclang-dev) compgen -G "${LIBCLANG_PATH:-/nowhere}/libclang*" || has_library libclang ||
            compgen -G '/usr/lib*/llvm*/lib*/libclang*' || command -v xcrun ;;
        libx11-6) has_library libX11.so ;;
        libx11-xcb1) has_library libX11-xcb.so ;;
        libxcursor1) has_library libXcursor.so ;;
        libxi6) has_library libXi.so ;;
        libxcb1) has_library libxcb.so ;;
        libxrender1) has_library libXrender.so ;;
        libfontconfig1) has_library libfontconfig.so ;;
        libdbus-1-3) has_library libdbus-1.so ;;
        libxkbcommon0) has_library libxkbcommon.so ;;
        libxkbcommon-x11-0) has_library libxkbcommon-x11.so ;;
        libwayland-client0) has_library libwayland-client.so ;;
        libwayland-egl1) has_library libwayland-egl.so ;;
        libegl1 | libgl1-mesa-dri) has_library libEGL.so ;;
        libgl1) has_library libGL.so ;;
        postfix) command -v postfix || [ -x /usr/sbin/postfix ] ;;
        dovecot-*) command -v dovecot || [ -x /usr/sbin/dovecot ] ;;
        gnupg | gpg) command -v gpg ;;
        clamav-daemon) command -v clamd || [ -x /usr/sbin/clamd ] ;;
        python3-dkim | python3-authres) command -v dkimsign && command -v arcsign ;;
        dbus) command -v dbus-run-session ;;
        at-spi2-core) compgen -G '/usr/lib*/at-spi*' ;;
        python3-pyatspi) /usr/bin/python3 -c 'import pyatspi' ;;
        gnome-keyring) command -v gnome-keyring-daemon ;;
        libsecret-tools) command -v secret-tool ;;
        xvfb) command -v Xvfb ;;
        imagemagick) command -v import ;;
        binutils) command -v objdump && command -v strip ;;
        dpkg) command -v dpkg-deb ;;
        desktop-file-utils) command -v desktop-file-validate ;;
        appstream) command -v appstreamcli ;;
        man-db) command -v man ;;
        fonts-*) return 0 ;;
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

has_library() { [[ $(ldconfig -p 2>/dev/null || /sbin/ldconfig -p) == *"$1"* ]]; }

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

# opensmtpd_aside FOLDER: puts the program of Debian's opensmtpd there, which as a package cannot stand beside
# Postfix, with the two users that it wants.
opensmtpd_aside() {
    local folder=$1 deb libraries user
    if [ ! -x "$folder/usr/sbin/smtpd" ]; then
        say "Putting OpenSMTPD below $folder"
        # A machine that has never asked for the lists of packages has none.
        (cd "$TMPDIR" && { apt-get download -qq opensmtpd || { apt-get update -qq && apt-get download -qq opensmtpd; }; }) \
            2>/dev/null || return 1
        deb=$(compgen -G "$TMPDIR/opensmtpd_*.deb") || return 1
        libraries=$(dpkg -f "$deb" Depends | tr ',' '\n' | sed -nE 's/^ *((lib|zlib)[a-z0-9.+-]*).*/\1/p')
        # shellcheck disable=SC2086 # each is a package
        need_packages "What OpenSMTPD is linked to" $libraries
        mkdir -p "$folder" && dpkg -x "$deb" "$folder" || return 1
    fi
    for user in opensmtpd opensmtpq; do
        getent group $user >/dev/null || groupadd --system $user || return 1
        getent passwd $user >/dev/null ||
            useradd --system -g $user -d /var/lib/opensmtpd/empty -s /usr/sbin/nologin $user || return 1
    done
    mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd && chmod 711 /var/spool/smtpd
}
