#!/usr/bin/env bash
# Installs the packages of target/debian on a bare Debian in a folder, under its own systemd, starts a node there as README.Debian says, uses it
# and removes it. Prints each command and what it printed; ends with 0 if all went well. Needs root and Debian's mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
bare=$(mktemp -d /var/tmp/hanse-bare.XXXXXX)
# It becomes the root of everybody in there.
chmod 755 "$bare"
trap 'rm -rf "$bare" "$bare.log"' EXIT
mirror=http://deb.debian.org/debian

command -v debootstrap >/dev/null && command -v systemd-nspawn >/dev/null || {
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -qy debootstrap systemd-container
}
echo "==> a bare Debian in $bare (a minute)"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,curl bookworm "$bare" "$mirror" >"$bare.log" 2>&1 ||
	{ tail -5 "$bare.log"; exit 1; }
cp target/debian/*.deb packaging/walk.sh "$bare/root/"
cp /etc/resolv.conf "$bare/etc/resolv.conf"
# Where presets leave it alone at the first start.
units=$bare/usr/lib/systemd/system
cat >"$units/walk.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
WorkingDirectory=/root
Environment=HOME=/root
ExecStart=/bin/sh -c 'bash walk.sh >walk.log 2>&1; echo "ended with $?" >>walk.log; systemctl poweroff'
UNIT
mkdir -p "$units/multi-user.target.wants"
ln -s ../walk.service "$units/multi-user.target.wants/walk.service"
echo '==> it boots, and walks (two minutes)'
timeout --kill-after=10 300 systemd-nspawn --quiet --register=no --keep-unit --directory="$bare" --boot </dev/null >"$bare/root/boot.log" 2>&1 || true
cat "$bare/root/walk.log" || tail -20 "$bare/root/boot.log"
tail -1 "$bare/root/walk.log" | grep -qx 'ended with 0'
