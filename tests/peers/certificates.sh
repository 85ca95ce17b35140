#!/bin/sh
# A throw-away authority and server certificates for 127.0.0.1, localhost and service.test, and for 0.0.0.0 and 127.1, which lead to
# this machine but do not look like loopback addresses: a client reaches them through proxies.
# Usage: certificates.sh DIR
# DIR gets ca.pem, server.{pem,key}, and sharing that key wrong-host.pem and expired.pem; stranger.{pem,key} is signed
# only by itself, hashed/ is ca.pem as SSL_CERT_DIR wants it.
# SPDX-License-Identifier: Apache-2.0
set -eu
mkdir -p "$1" && cd "$1"
umask 077
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key ca.key && key server.key && key stranger.key
openssl req -x509 -new -key ca.key -sha256 -days 2 -subj "/O=heygen tests/CN=Throw-away test CA" -out ca.pem \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
openssl req -x509 -new -key stranger.key -sha256 -days 2 -subj "/CN=A stranger" -out stranger.pem \
  -addext 'subjectAltName=IP:127.0.0.1'

# Of OpenSSL 3.0's commands only `ca` can backdate a certificate.
cat > ca.cnf <<END
[ca]
default_ca = throwaway
[throwaway]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
END
issue() { # name, subjectAltName, start, end
  : > index.txt && openssl rand -hex 8 > serial
  openssl req -new -key server.key -subj "/CN=$1" -out request.csr
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$2" > extensions.cnf
  openssl ca -batch -config ca.cnf -in request.csr -extfile extensions.cnf -notext -startdate "$3" -enddate "$4" \
    -out "$1.pem" 2> /dev/null
}
here='IP:127.0.0.1,IP:0.0.0.0,DNS:localhost,DNS:service.test,DNS:127.1'
yesterday=$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)
tomorrow=$(date -u -d '+1 day' +%Y%m%d%H%M%SZ)
issue server "$here" "$yesterday" "$tomorrow"
issue wrong-host 'DNS:example.invalid' "$yesterday" "$tomorrow"
issue expired "$here" 20200101000000Z 20200102000000Z
mkdir hashed && cp ca.pem "hashed/$(openssl x509 -in ca.pem -noout -subject_hash).0"
rm -f ca.cnf extensions.cnf request.csr index.txt* serial* [0-9A-F]*.pem
