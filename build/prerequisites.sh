# What the scripts need from the machine, and how they get it. Sourced by ./sekisho and ./test.
# Everything is announced before it is done; without rights to install, the one command to run is printed instead.

say() { printf '%s\n' "$*" >&2; }

# need_dotnet: the one thing that apt on Debian 12 doesn't have.
need_dotnet() {
  if command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return; fi
  say '関所: .NET 10 SDK が見つかりません。次の一行で入ります。 / The .NET 10 SDK is missing. This one line brings it:'
  say '  curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 && export PATH="$HOME/.dotnet:$PATH"'
  exit 3
}

# need PACKAGE=PROBE …: installs by apt each package whose probe (a file pattern or a command on PATH) finds nothing.
need() {
  local missing=() pair package probe
  for pair in "$@"; do
    package=${pair%%=*} probe=${pair#*=}
    if [[ $probe == /* ]]; then compgen -G "$probe" >/dev/null || missing+=("$package")
    else command -v "$probe" >/dev/null 2>&1 || missing+=("$package"); fi
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    if command -v sudo >/dev/null 2>&1; then as_root=(sudo)
    else
      say "関所: 次を管理者として実行してください。 / Please run as root:"
      say "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
      exit 3
    fi
  fi
  say "関所: 足りないものを入れます（apt）: ${missing[*]} / Installing what is missing (apt): ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold)
  "${apt[@]}" update >&2
  if [[ " ${missing[*]} " == *' postgresql-15 '* ]]; then
    # Debian's package would make and start a server of its own on port 5432. Sekisho keeps a private one: none but that.
    quietly "${apt[@]}" install -y --no-install-recommends postgresql-common
    "${as_root[@]}" sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  quietly "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
}

# quietly APT …: what a package's scripts say concerns nobody unless it fails.
quietly() {
  local said
  said=$("$@" 2>&1) && return
  say "$said"
  say '関所: 入れられませんでした。上の理由を直して、もう一度実行してください。 / It could not be installed. Mend what is said above and run this again.'
  exit 3
}

# What the sanitiser runs on: its sandbox, the codecs, the office program that converts old formats.
need_to_sanitize() {
  need bubblewrap=bwrap util-linux=setpriv libseccomp2='/usr/lib/*/libseccomp.so.2' libicu72='/usr/lib/*/libicuuc.so.72' \
    libturbojpeg0='/usr/lib/*/libturbojpeg.so.0' libwebp7='/usr/lib/*/libwebp.so.7' liblcms2-2='/usr/lib/*/liblcms2.so.2' libdeflate0='/usr/lib/*/libdeflate.so.0' \
    qpdf=qpdf libarchive13='/usr/lib/*/libarchive.so.13' libqpdf29='/usr/lib/*/libqpdf.so.29' poppler-utils=pdftotext poppler-data=/usr/share/poppler/cMap/Adobe-Japan1/UniJIS-UTF16-H fonts-noto-cjk='/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' \
    python3-uno=/usr/lib/python3/dist-packages/uno.py libreoffice-writer-nogui=/usr/lib/libreoffice/program/libswlo.so \
    libreoffice-calc-nogui=/usr/lib/libreoffice/program/libscfiltlo.so libreoffice-impress-nogui=/usr/lib/libreoffice/program/libsdlo.so
}

# What the server runs on.
need_to_run() {
  need postgresql-15=/usr/lib/postgresql/15/bin/initdb
  need_to_sanitize
}

# What a build needs besides the SDK: npm brings the design tokens and htmx.
need_to_build() { need nodejs=node npm=npm; }

# What the tests need on top.
need_to_test() { need curl=curl jq=jq postfix=/usr/sbin/postfix swaks=swaks samba=/usr/sbin/smbd smbclient=smbclient zip=zip unzip=unzip 7zip=7zz chromium=/usr/bin/chromium libxml2-utils=xmllint openssl=openssl python3=python3 slapd=/usr/sbin/slapd gir1.2-gmime-3.0='/usr/lib/*/girepository-1.0/GMime-3.0.typelib' python3-gi=/usr/lib/python3/dist-packages/gi/__init__.py python3-pil=/usr/lib/python3/dist-packages/PIL/Image.py clamav-daemon=/usr/sbin/clamd faketime=faketime rabbitmq-server=/usr/lib/rabbitmq/bin/rabbitmq-server iproute2=/usr/sbin/ip nftables=/usr/sbin/nft iptables=/usr/sbin/iptables-legacy-restore; }
