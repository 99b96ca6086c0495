"""Makes the certificates of this folder. Run by hand; needs Python `cryptography`. Every run draws new keys."""
import datetime as dt
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).parent
FROM, TO = dt.datetime(2020, 1, 1), dt.datetime(2050, 1, 1)


def key(bits):
    return rsa.generate_private_key(65537, bits)


def name(cn, ou=None):
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme Payments")]
    if ou:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, ou))
    return x509.Name(parts + [x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def usage(*set_):
    members = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
               "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{m: m in set_ for m in members})


def issue(file, subject, public, issuer, signer, ca=None, use=None, since=FROM, until=TO):
    b = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
         .serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until))
    if ca is not None:
        b = b.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if use:
        b = b.add_extension(use, critical=True)
    cert = b.sign(signer, hashes.SHA256())
    (HERE / f"{file}.pem").write_bytes(cert.public_bytes(ser.Encoding.PEM))


def root(file, cn, k, ou=None, ca=True, use=None, **dates):
    n = name(cn, ou)
    issue(file, n, k.public_key(), n, k, ca, use or usage("key_cert_sign", "crl_sign"), **dates)
    return n


big, small, sub_key, leaf2, leaf3, leaf4 = key(4096), key(2048), key(3072), key(2048), key(3072), key(4096)
n_big = root("root-4096", "Acme Root", big)
n_small = root("root-2048", "Acme Small Root", small)
root("root-4096-twin", "Acme Root", leaf4)
root("root-not-ca", "Acme No CA", small, ca=False, use=usage("digital_signature"))
root("root-expired", "Acme Old Root", small, until=dt.datetime(2021, 1, 1))
root("root-marked-test", "Acme Test Root", small, ou="TEST")
root("root-marked-rehearsal", "Acme Rehearsal Root", small, ou="REHEARSAL NOT FOR PRODUCTION")
ecc = ec.generate_private_key(ec.SECP256R1())
root("root-ecc", "Acme ECC Root", ecc)
n_sub = name("Acme Intermediate")
issue("sub-3072", n_sub, sub_key.public_key(), n_big, big, True, usage("key_cert_sign", "crl_sign"))
issue("leaf-2048", name("Receiver 2048"), leaf2.public_key(), n_big, big)
issue("leaf-3072", name("Receiver 3072"), leaf3.public_key(), n_big, big)
issue("leaf-2048-under-sub", name("Receiver 2048 S"), leaf2.public_key(), n_sub, sub_key)
issue("leaf-4096-under-2048", name("Receiver 4096"), leaf4.public_key(), n_small, small)
issue("leaf-expired", name("Receiver Old"), leaf2.public_key(), n_big, big, until=dt.datetime(2021, 1, 1))
issue("leaf-not-yet", name("Receiver New"), leaf2.public_key(), n_big, big, since=dt.datetime(2049, 1, 1))
issue("leaf-signs-only", name("Receiver Signs"), leaf2.public_key(), n_big, big, False, usage("digital_signature"))
issue("leaf-marked-test", name("Receiver Test", "TEST"), leaf2.public_key(), n_big, big)
issue("leaf-ecc", name("Receiver ECC"), ecc.public_key(), n_big, big)
for file, k in (("leaf-2048", leaf2), ("leaf-3072", leaf3)):
    (HERE / f"{file}.key.pem").write_bytes(
        k.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()))
