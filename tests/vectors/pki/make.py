#!/usr/bin/env python3
"""Writes certificates.json: a root, leaves and everything a verifier must refuse.

Run by hand (needs Python `cryptography` and `openssl`); the private keys are not kept, so every run makes
new certificates. The tests judge them at 2027-01-01T00:00:00Z.
"""
import datetime
import json
import pathlib
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

UTC = datetime.timezone.utc
keys = {}
out = {}


def key(kind):
    if kind not in keys:
        base = kind.split("/")[0]
        if base == "ec":
            keys[kind] = ec.generate_private_key(ec.SECP256R1())
        elif base == "ed":
            keys[kind] = ed25519.Ed25519PrivateKey.generate()
        else:
            keys[kind] = rsa.generate_private_key(65537, int(base))
    return keys[kind]


def name(cn, ou=None):
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")]
    if ou:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, ou))
    return x509.Name(parts + [x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def usage(*on):
    every = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{u: u in on for u in every})


def make(label, kind, subject, issuer=None, issuer_kind=None, ca=None, path=None, ku=None, years=(2026, 2036),
         sha=hashes.SHA256(), pss=None, ou=None, extra=None,
         serial=100, forever=False):
    signer = key(issuer_kind or kind)
    builder = (x509.CertificateBuilder().subject_name(name(subject, ou)).issuer_name(name(issuer or subject))
               .public_key(key(kind).public_key()).serial_number(serial)
               .not_valid_before(datetime.datetime(years[0], 1, 1, tzinfo=UTC))
               .not_valid_after(datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) if forever
                                else datetime.datetime(years[1], 1, 1, tzinfo=UTC)))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path), True)
    if ku is not None:
        builder = builder.add_extension(usage(*ku), True)
    if extra:
        builder = builder.add_extension(x509.UnrecognizedExtension(ObjectIdentifier(extra), b"\x05\x00"), True)
    if isinstance(signer, ed25519.Ed25519PrivateKey):
        sha = None
    more = {"rsa_padding": padding.PSS(padding.MGF1(sha), pss)} if pss is not None else {}
    out[label] = builder.sign(signer, sha, **more).public_bytes(serialization.Encoding.PEM).decode()


CA = dict(ca=True, ku=("key_cert_sign", "crl_sign"))
make("root-4096", "4096/root", "Root", sha=hashes.SHA512(), **CA)
make("root-2048", "2048/root", "Root 2048", ca=True)
make("root-pss", "2048/pss", "Root PSS", pss=32, **CA)
make("root-path-0", "2048/path", "Root Path", ca=True, path=0)
make("root-other-key", "4096/other", "Root", **CA)
make("root-forever", "2048/root", "Forever", ca=True, forever=True, serial=0x0102030405060708090A0B0C0D0E0F1011121314)
make("root-not-ca", "2048/notca", "Not CA", ca=False)
make("root-no-constraints", "2048/nobc", "No Constraints")
make("root-no-cert-sign", "2048/nosign", "No Sign", ca=True, ku=("digital_signature",))
make("root-expired", "2048/old", "Old", ca=True, years=(2020, 2026))
make("root-future", "2048/new", "New", ca=True, years=(2040, 2050))
make("root-1024", "1024", "Small", ca=True)
make("root-2304", "2304", "Odd", ca=True)
make("root-ec", "ec", "Elliptic", ca=True)
make("root-ed25519", "ed", "Edwards", ca=True)
make("root-critical", "2048/crit", "Critical", ca=True, extra="1.3.6.1.4.1.99999.1")
make("root-name-constraints", "2048/nc", "Constrained", ca=True, extra="2.5.29.30")

UNDER = dict(issuer="Root", issuer_kind="4096/root")
make("leaf-2048", "2048/leaf", "Leaf", **UNDER)
make("leaf-3072", "3072/leaf", "Leaf 3072", ku=("key_encipherment",), ca=False, sha=hashes.SHA384(), **UNDER)
make("leaf-4096", "4096/leaf", "Leaf 4096", ku=("data_encipherment",), **UNDER)
make("leaf-sign-only", "2048/leaf", "Signer", ku=("digital_signature",), **UNDER)
make("leaf-pss-384", "2048/leaf", "Leaf PSS", sha=hashes.SHA384(), pss=48, **UNDER)
make("leaf-pss-512-salt-0", "2048/leaf", "Leaf PSS", sha=hashes.SHA512(), pss=0, **UNDER)
make("leaf-high-serial", "2048/leaf", "Leaf", serial=0x80FF, **UNDER)
make("leaf-expired", "2048/leaf", "Leaf", years=(2020, 2026), **UNDER)
make("leaf-future", "2048/leaf", "Leaf", years=(2040, 2050), **UNDER)
make("leaf-1024", "1024", "Leaf", **UNDER)
make("leaf-ec", "ec", "Leaf", **UNDER)
make("leaf-critical", "2048/leaf", "Leaf", extra="1.3.6.1.4.1.99999.1", **UNDER)
make("leaf-under-expired", "2048/leaf", "Leaf", issuer="Old", issuer_kind="2048/old")
make("leaf-under-ec", "2048/leaf", "Leaf", issuer="Elliptic", issuer_kind="ec")
make("leaf-under-not-ca", "2048/leaf", "Leaf", issuer="Not CA", issuer_kind="2048/notca")
make("leaf-under-no-cert-sign", "2048/leaf", "Leaf", issuer="No Sign", issuer_kind="2048/nosign")
make("leaf-3072-under-2048", "3072/leaf", "Leaf", issuer="Root 2048", issuer_kind="2048/root")
make("leaf-under-path-0", "2048/leaf", "Leaf", issuer="Root Path", issuer_kind="2048/path")
make("ca-under-path-0", "2048/inter", "Intermediate", ca=True, issuer="Root Path", issuer_kind="2048/path")
make("intermediate", "3072/inter", "Intermediate", **UNDER, **CA)
make("leaf-under-intermediate", "2048/leaf", "Leaf", issuer="Intermediate", issuer_kind="3072/inter")
make("leaf-rehearsal", "2048/leaf", "Leaf", ou="REHEARSAL NOT FOR PRODUCTION", **UNDER)
make("leaf-test", "2048/leaf", "Leaf", ou="TEST", **UNDER)
make("leaf-escape", "2048/leaf", "Leaf\x1b[2J\u202eevil", **UNDER)

# SHA-1 and a PSS-only key: not offered by Python, so by openssl.
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)

    def run(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=folder)

    (folder / "root.pem").write_text(out["root-4096"])
    (folder / "root.key").write_bytes(key("4096/root").private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    for label, new, sha, more in [("root-sha1", "rsa:2048", "-sha1", ["-x509", "-days", "3000"]),
                                  ("leaf-sha1", "rsa:2048", "-sha1", None),
                                  ("leaf-md5", "rsa:2048", "-md5", None),
                                  ("leaf-pss-key", "rsa-pss", "-sha256", None),
                                  ("leaf-pss-sha1", "rsa:2048", "pss", None)]:
        request = ["req", "-newkey", new, "-nodes", "-keyout", "k.pem", "-subj", f"/CN={label}"]
        if more:
            run(*request, *more, sha, "-out", "c.pem")
        else:
            run(*request, "-out", "r.pem")
            pss = ["-sha1", "-sigopt", "rsa_padding_mode:pss"] if sha == "pss" else [sha]
            run("x509", "-req", "-in", "r.pem", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "101",
                "-days", "3000", *pss, "-out", "c.pem")
        out[label] = (folder / "c.pem").read_text()

pathlib.Path(__file__).with_name("certificates.json").write_text(json.dumps(out, indent=1) + "\n")
