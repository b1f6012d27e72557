# What try.sh has done on the bare machine: install, name, start, use, upgrade, remove.
set -eu
export DEBIAN_FRONTEND=noninteractive
say() { echo; echo "\$ $*"; "$@"; }
quiet() { echo; echo "\$ $*"; "$@" >/tmp/out 2>&1 || { cat /tmp/out; exit 1; }; tail -2 /tmp/out; }
hanse() { /usr/bin/hanse --node http://127.0.0.1:18080 --session /root/session.json "$@"; }
ready() {
	for _ in $(seq 60); do
		curl -sf http://127.0.0.1:18080/readyz && return 0
		sleep 1
	done
	journalctl -u hanse-node --no-pager | tail -20
	exit 1
}

quiet apt-get update
quiet apt-get install -y postgresql ./hanse-node_*.deb ./hanse_*.deb
say systemctl is-enabled hanse-node || true
say systemctl is-active hanse-node || true
pg_ctlcluster 15 main stop >/dev/null 2>&1 || true
# This machine shares its network with whoever tries it: ports of our own.
sed -i 's/^port = .*/port = 15432/' /etc/postgresql/15/main/postgresql.conf
say systemctl restart postgresql

cd /
say runuser -u postgres -- createuser --port 15432 hanse
say runuser -u postgres -- createdb --port 15432 -O hanse hanse
cd /root
echo '$ runuser -u hanse -- hanse-node init … > /etc/hanse/hanse.toml'
runuser -u hanse -- hanse-node init --name lyon.example --url http://127.0.0.1:18080 --listen 127.0.0.1:18080 --p2p /ip4/127.0.0.1/tcp/14001 \
	--data /var/lib/hanse --database 'postgresql://hanse@%2Frun%2Fpostgresql:15432/hanse' >/etc/hanse/hanse.toml
sed -i 's/127.0.0.1:9464/127.0.0.1:19464/' /etc/hanse/hanse.toml
say systemctl enable --now hanse-node
say ready
say ls -l /var/lib/hanse /etc/hanse
say systemctl --no-pager --lines 3 status hanse-node
systemd-analyze security hanse-node --no-pager | tail -1

echo 'correct horse battery staple' >password
quiet hanse register ada --password-file password
say hanse whoami
quiet hanse job post --title 'Repair a roof' --text 'Slate, 40 square metres.' --skill 'roofing' </dev/null
say hanse job search roof
say ls /usr/share/man/man1/hanse-job-post.1.gz /usr/share/bash-completion/completions/hanse

before=$(systemctl show -p MainPID --value hanse-node)
quiet apt-get install -y --reinstall ./hanse-node_*.deb
ready
echo
echo "after an upgrade another process runs: $before, now $(systemctl show -p MainPID --value hanse-node)"
[ "$before" != "$(systemctl show -p MainPID --value hanse-node)" ]
say hanse job search roof

quiet apt-get purge -y hanse-node hanse
say systemctl is-active hanse-node || true
[ ! -e /usr/bin/hanse-node ] && [ ! -e /usr/bin/hanse ] && [ ! -e /etc/hanse/hanse.toml ]
say ls /var/lib/hanse
