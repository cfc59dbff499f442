#!/bin/bash
# Try the platform as a stranger would: a clean Debian 12 root made by debootstrap, a fresh clone, one command.
#   sudo tools/clean_root.sh DIR up -d        (DIR is made if it is not there; any ./ziyuan command may follow)
# The machine's own settings of apt, pip and npm are copied in, as the surroundings of the trial; nothing else is.
set -euo pipefail
root=${1:?usage: tools/clean_root.sh DIR COMMAND…}
shift
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
clone=/srv/ziyuan
authorities=/etc/trial-authorities.crt  # what this machine trusts; apt brings the clean root its own list

make_root() {
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' | awk '$2 == "bookworm" && $3 == "main" {print $1; exit}')
    debootstrap --variant=minbase bookworm "$root" "$mirror"
}

copy_settings() {
    local path
    for path in /etc/apt/apt.conf.d /etc/pip.conf /etc/xdg/pip /etc/npmrc /usr/etc/npmrc "$HOME/.npmrc" "$HOME/.config/pip"; do
        [ -e "$path" ] || continue
        mkdir -p "$root$(dirname "$path")"
        cp -rL --no-clobber "$path" "$root$(dirname "$path")/"
    done
    cp -f /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -fL /etc/ssl/certs/ca-certificates.crt "$root$authorities"
    rm -f "$root"/etc/apt/apt.conf.d/{*artifact-registry*,docker-*,*packagekit,*appstream,*farm*}
}

mounted() { mountpoint -q "$root/$1"; }

enter() {
    mounted proc || mount -t proc proc "$root/proc"
    mounted sys || mount --rbind /sys "$root/sys"
    mounted dev || mount --rbind /dev "$root/dev"
    local folder
    for folder in $(pip config get global.extra-index-url 2>/dev/null | tr ' ' '\n' | sed -n 's|^file://\(/[^/]*/[^/]*\).*|\1|p') ${PIP_FIND_LINKS:-}; do
        mkdir -p "$root$folder"
        mounted "$folder" || mount --bind "$folder" "$root$folder"
    done
}

fresh_clone() {
    rm -rf "${root:?}$clone"
    git clone --quiet "$source" "$root$clone"
}

[ -e "$root/etc/debian_version" ] || make_root
copy_settings
enter
[ -e "$root$clone" ] && [ "${KEEP_CLONE:-}" ] || fresh_clone
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PIP_CERT=$authorities NODE_EXTRA_CA_CERTS=$authorities SSL_CERT_FILE=$authorities NPM_CONFIG_CAFILE=$authorities \
    ${PIP_FIND_LINKS:+PIP_FIND_LINKS="$PIP_FIND_LINKS"} \
    ${CI:+CI="$CI"} chroot "$root" "$clone/ziyuan" "$@"
