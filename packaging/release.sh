#!/usr/bin/env bash
# Puts what `make deb` has built into one folder, with checksums: packages, and the programs with licence, manual and completions.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(target/release/hanse --version | cut -d' ' -f2)
name=hanse-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
out=target/release-$version
rm -rf "$out" && mkdir -p "$out/$name"
cp target/release/hanse target/release/hanse-node LICENSE LICENSE-APACHE LICENSE-MIT CHANGELOG.md packaging/debian/hanse-node.service "$out/$name/"
cp -r target/release/package/man target/release/package/completions "$out/$name/"
# The same bytes whoever packs them, and whenever.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$out" -c "$name" | gzip -9n >"$out/$name.tar.gz"
rm -r "${out:?}/$name"
cp target/debian/hanse_"$version"-*.deb target/debian/hanse-node_"$version"-*.deb "$out/"
(cd "$out" && sha256sum -- *.deb *.tar.gz >SHA256SUMS && sha256sum --check --quiet SHA256SUMS && ls -l)
